using System.Collections.Immutable;
using DlAot.CodeGen.Cpu.Emission;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>
/// <c>for a &lt; A, b &lt; B: ... [s*B*a + s*b + rest] ...  =>  for ab &lt; A*B: ... [s*ab + rest] ...</c>, when every access allows it:
/// rows that follow each other in memory become one long row.
/// </summary>
internal static class Collapse
{
    public static KernelSpace Dims(KernelSpace space)
    {
        for (int i = space.Dims.Length - 2; i >= 0; i--)
        {
            space = TryPair(space, i) ?? space;
        }

        return space;
    }

    private static KernelSpace? TryPair(KernelSpace space, int outer)
    {
        (string a, DimExpr rows) = space.Dims[outer];
        (string b, DimExpr width) = space.Dims[outer + 1];
        var phase = (LoopPhase)space.Phases[0];
        Rewriter rewriter = new(a, b, width);
        try
        {
            ImmutableArray<Store> stores = [.. phase.Stores.Select(s => s with
            {
                Index = rewriter.Index(s.Index),
                Value = rewriter.Value(s.Value),
                Predicate = s.Predicate is null ? null : rewriter.Value(s.Predicate),
            })];
            ImmutableArray<(string, DimExpr)> dims = [.. space.Dims.Take(outer), (b, rows * width), .. space.Dims.Skip(outer + 2)];
            return space with { Dims = dims, Phases = [phase with { Stores = stores }] };
        }
        catch (NotCollapsibleException)
        {
            return null;
        }
    }

    private sealed class NotCollapsibleException : Exception;

    private sealed class Rewriter(string a, string b, DimExpr width)
    {
        private readonly ExprPool pool = new();
        private readonly Dictionary<Expr, Expr> done = new(ReferenceEqualityComparer.Instance);

        /// <summary>A value may use the two variables only inside the indices of its loads.</summary>
        public Expr Value(Expr e)
        {
            if (!done.TryGetValue(e, out Expr? result))
            {
                done[e] = result = e switch
                {
                    Expr.Var v when v.Name == a || v.Name == b => throw new NotCollapsibleException(),
                    Expr.Var v => pool.Var(v.Name),
                    Expr.Const { Type: var type } c => type.IsFloat() ? pool.Const(type, c.Float) : pool.Int(c.Integer, type),
                    Expr.Dim d => pool.Dim(d.Value),
                    Expr.Scalar s => pool.Scalar(s.Index, s.Type),
                    Expr.Temp t => pool.Temp(t.Id, t.Type),
                    Expr.Load l => pool.Load(l.Buffer, l.Type, Index(l.Index), l.Predicate is null ? null : Value(l.Predicate)),
                    Expr.Op op => pool.Op(op.Code, op.Type, [.. op.Operands.Select(Value)]),
                    _ => throw new NotCollapsibleException(),
                };
            }

            return result;
        }

        /// <summary>An index that moves by s in b and by s * width in a moves by s in both together.</summary>
        public Expr Index(Expr index)
        {
            DimExpr? inA = Affine.Stride(index, a, e => e.Mentions(a)), inB = Affine.Stride(index, b, e => e.Mentions(b));
            if (inA is null || inB is null || inA != inB * width)
            {
                throw new NotCollapsibleException();
            }

            return inB.IsZero ? Value(index) : pool.Add(Value(Without(index)), pool.Mul(pool.Dim(inB), pool.Var(b)));
        }

        // The index with both variables 0.
        private Expr Without(Expr e) => e switch
        {
            Expr.Var v when v.Name == a || v.Name == b => new Expr.Const(DType.I64, 0, 0),
            Expr.Op { Code: ScalarOp.Add or ScalarOp.Sub or ScalarOp.Mul } op when op.Mentions(a) || op.Mentions(b) =>
                new Expr.Op(op.Code, op.Type, [.. op.Operands.Select(Without)]),
            _ => e,
        };
    }
}
