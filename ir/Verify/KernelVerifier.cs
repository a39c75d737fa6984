using System.Collections.Immutable;
using DlAot.Ir.Kernels;

namespace DlAot.Ir.Verify;

/// <summary>
/// Checks a kernel. Its invariants:
/// <list type="number">
/// <item>Loads and stores name a buffer of the kernel and have its dtype; stores go to written buffers only.</item>
/// <item>An index is i64; predicates and checks are bool.</item>
/// <item>An op has the operands, in number and dtype, that <see cref="ScalarSemantics"/> defines it on.</item>
/// <item>Variables are those of the grid (g0..) and of the loops around: i0.. in a loop phase; in a contraction m and k in A, k and n in
/// B, m and n in stores. Checks use those of the grid and i0.. of their own loops, and no temps.</item>
/// <item>A temp is the result of exactly one reduction or contraction; it is used in later phases only, a contraction's in its own
/// stores only; its dtype is the same everywhere.</item>
/// <item>A reduction's value and result have the dtypes that <see cref="Reduction"/> says; A and B of a contraction are one float dtype
/// and its result is f32, or f64 for f64.</item>
/// </list>
/// </summary>
public static class KernelVerifier
{
    /// <exception cref="VerificationException">An invariant does not hold; all findings are in it.</exception>
    public static void Verify(Kernel kernel) => VerificationException.ThrowIfAny($"kernel {kernel.Name}", Findings(kernel));

    /// <summary>What is wrong with the kernel; empty when nothing is.</summary>
    public static ImmutableArray<string> Findings(Kernel kernel) => new Check(kernel).Run();

    private sealed class Check(Kernel kernel)
    {
        private readonly ImmutableArray<string>.Builder findings = ImmutableArray.CreateBuilder<string>();
        private readonly Dictionary<int, DType> temps = [];
        private readonly HashSet<int> everDefined = [];
        private readonly HashSet<(Expr Expr, string Vars)> seen = [];

        public ImmutableArray<string> Run()
        {
            foreach (Expr check in kernel.Checks)
            {
                Visit(check, "check", Loops(kernel.CheckLoops));
                Expect(check.Type == DType.Bool, $"check {check.Type.Name()} is not bool");
            }

            for (int i = 0; i < kernel.Phases.Length; i++)
            {
                Visit(kernel.Phases[i], $"phase {i}");
            }

            return findings.ToImmutable();
        }

        private void Visit(Phase phase, string where)
        {
            switch (phase)
            {
                case LoopPhase loop:
                    string[] vars = Loops(loop.Extents);
                    foreach (Reduction r in loop.Reductions)
                    {
                        Visit(r.Value, where, vars);
                        CheckReduction(r, where);
                    }

                    Visit(loop.Stores, where, vars);
                    foreach (Reduction r in loop.Reductions)
                    {
                        Define(r.Result, where);
                    }

                    break;
                case ContractPhase c:
                    Visit(c.A, $"{where} A", ["m", "k"]);
                    Visit(c.B, $"{where} B", ["k", "n"]);
                    DType accumulated = c.A.Type == DType.F64 ? DType.F64 : DType.F32;
                    Expect(c.A.Type == c.B.Type && c.A.Type.IsFloat() && c.Result.Type == accumulated, $"{where}: {c.A.Type.Name()} x {c.B.Type.Name()} into {c.Result.Type.Name()}");
                    Define(c.Result, where);
                    Visit(c.Stores, where, ["m", "n"]);
                    temps.Remove(c.Result.Id);
                    break;
                default:
                    findings.Add($"{where}: unknown phase {phase}");
                    break;
            }
        }

        private void CheckReduction(Reduction r, string where)
        {
            (DType value, DType result) = r.Kind switch
            {
                ReduceKind.Any or ReduceKind.All => (DType.Bool, DType.Bool),
                ReduceKind.ArgMax or ReduceKind.ArgMin => (r.Value.Type, DType.I64),
                _ => (r.Value.Type, r.Value.Type),
            };
            Expect(r.Value.Type == value && r.Result.Type == result, $"{where}: {r.Kind} of {r.Value.Type.Name()} into {r.Result.Type.Name()}");
        }

        private void Define(Expr.Temp temp, string where)
        {
            Expect(everDefined.Add(temp.Id), $"{where}: t{temp.Id} is computed twice");
            temps[temp.Id] = temp.Type;
        }

        private void Visit(ImmutableArray<Store> stores, string where, string[] vars)
        {
            foreach (Store s in stores)
            {
                foreach (Expr root in s.Roots)
                {
                    Visit(root, where, vars);
                }

                CheckAccess($"{where}: store", s.Buffer, s.Value.Type, s.Index, s.Predicate);
                Expect(!IsBuffer(s.Buffer) || kernel.Buffers[s.Buffer].IsWritten, $"{where}: store to b{s.Buffer}, which is only read");
            }
        }

        private void Visit(Expr e, string where, string[] vars)
        {
            // One visit for each set of variables and temps in reach.
            if (!seen.Add((e, where + string.Join(",", vars) + temps.Count)))
            {
                return;
            }

            foreach (Expr operand in e.Operands)
            {
                Visit(operand, where, vars);
            }

            switch (e)
            {
                case Expr.Var v:
                    Expect(vars.Contains(v.Name) || kernel.Grid.Select((_, i) => $"g{i}").Contains(v.Name), $"{where}: no loop has the variable {v.Name}");
                    break;
                case Expr.Temp t:
                    Expect(temps.TryGetValue(t.Id, out DType type) && type == t.Type, $"{where}: {t} of {t.Type.Name()} is not computed before");
                    break;
                case Expr.Load l:
                    CheckAccess($"{where}: load", l.Buffer, l.Type, l.Index, l.Predicate);
                    break;
                case Expr.Op o:
                    CheckOp(o, where);
                    break;
            }
        }

        private void CheckAccess(string where, int buffer, DType type, Expr index, Expr? predicate)
        {
            Expect(IsBuffer(buffer), $"{where}: there is no buffer {buffer}");
            Expect(!IsBuffer(buffer) || kernel.Buffers[buffer].Type == type, $"{where}: b{buffer} as {type.Name()}");
            Expect(index.Type == DType.I64, $"{where}: index of b{buffer} is {index.Type.Name()}, not i64");
            Expect(predicate is null || predicate.Type == DType.Bool, $"{where}: predicate of b{buffer} is not bool");
        }

        private void CheckOp(Expr.Op o, string where)
        {
            if (o.Operands.Count != o.Code.Arity())
            {
                findings.Add($"{where}: {o.Code} with {o.Operands.Count} operands");
                return;
            }

            DType[] types = [.. o.Operands.Select(x => x.Type)];
            bool fits = o.Code switch
            {
                ScalarOp.Cast => true,
                ScalarOp.Select => types[0] == DType.Bool && types[1] == o.Type && types[2] == o.Type,
                _ => types.All(t => t == types[0]) && o.Type == (o.Code.IsPredicate() ? DType.Bool : types[0]) && ScalarSemantics.IsDefined(o.Code, types[0].Category()),
            };
            Expect(fits, $"{where}: {o.Code} of ({string.Join(", ", types.Select(t => t.Name()))}) gives {o.Type.Name()}");
        }

        private bool IsBuffer(int buffer) => buffer >= 0 && buffer < kernel.Buffers.Length;

        private void Expect(bool holds, string finding)
        {
            if (!holds)
            {
                findings.Add(finding);
            }
        }

        private static string[] Loops(ImmutableArray<DimExpr> extents) => [.. extents.Select((_, i) => $"i{i}")];
    }
}
