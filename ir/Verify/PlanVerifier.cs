using System.Collections.Immutable;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.Ir.Verify;

/// <summary>
/// Checks a plan. Its invariants:
/// <list type="number">
/// <item>Buffer i has Id i; input buffers have an input number, arena buffers an offset, and no others have.</item>
/// <item>Sizes use the plan's symbols only; kernels use its scalars with their dtypes.</item>
/// <item>Every kernel is well formed (<see cref="KernelVerifier"/>) and is bound to one plan buffer of the same dtype for each of its own.</item>
/// <item>A buffer is an input or is written before it is read, and is not used after it was freed. Inputs are never written.</item>
/// <item>Extern steps make extern buffers; kernels write tensor and arena buffers, and overwrite extern buffers that exist.</item>
/// <item>Only tensor and extern buffers are freed, once, and no outputs; outputs exist at the end and are not in the arena.</item>
/// <item>For sampled sizes: arena offsets are multiples of 64; ranges lie in the arena; those of buffers that live at the same time are
/// disjoint; a kernel buffer needs no more elements than its plan buffer has.</item>
/// <item>No plan buffer is bound twice in a kernel call when one of the two is written.</item>
/// </list>
/// </summary>
public static class PlanVerifier
{
    // Sizes are judged at these values: each symbol gets the sample's value, or one that depends on its position too.
    private static readonly Func<int, long>[] Samples = [_ => 1, _ => 2, _ => 3, _ => 16, _ => 100, i => 1 + i, i => 7 + (i * 5), i => 64 >> (i % 5), _ => 0];

    /// <exception cref="VerificationException">An invariant does not hold; all findings are in it.</exception>
    public static void Verify(Plan plan) => VerificationException.ThrowIfAny($"plan {plan.Name}", Findings(plan));

    /// <summary>What is wrong with the plan; empty when nothing is.</summary>
    public static ImmutableArray<string> Findings(Plan plan)
    {
        var findings = ImmutableArray.CreateBuilder<string>();
        findings.AddRange(BufferFindings(plan));
        findings.AddRange(plan.Steps.OfType<RegionStep>().SelectMany(r => r.Kernels).SelectMany(c => CallFindings(plan, c)));
        if (findings.Count == 0)
        {
            findings.AddRange(OrderFindings(plan, out var lives));
            findings.AddRange(Samples.SelectMany(sample => SizeFindings(plan, lives, sample)).Distinct());
        }

        return findings.ToImmutable();
    }

    private static IEnumerable<string> BufferFindings(Plan plan)
    {
        for (int i = 0; i < plan.Buffers.Length; i++)
        {
            PlanBuffer b = plan.Buffers[i];
            if (b.Id != i || (b.Kind == BufferKind.Input) != (b.Input >= 0) || (b.Kind == BufferKind.Arena) != (b.Offset is not null))
            {
                yield return $"buffer {i} is {b.Id} {b.Kind} of input {b.Input} at {b.Offset?.ToString() ?? "no offset"}";
            }

            if (!b.Strides.IsDefaultOrEmpty && b.Strides.Length != b.Type.Rank)
            {
                yield return $"buffer {i} {b.Type} has {b.Strides.Length} strides";
            }
        }

        IEnumerable<DimExpr> sizes = plan.Buffers.SelectMany(b => b.Type.Shape.Concat(b.Strides.IsDefault ? [] : b.Strides).Concat(b.Offset is null ? [] : [b.Offset]))
            .Append(plan.ArenaBytes)
            .Concat(plan.Steps.OfType<ExternStep>().SelectMany(e => e.Node.Attributes).SelectMany(a => Attributes.DimsIn(a.Value)))
            .Concat(plan.Steps.OfType<RegionStep>().SelectMany(r => r.Kernels).SelectMany(c => SizesOf(c.Kernel)));
        foreach (string symbol in sizes.SelectMany(s => s.Symbols).Distinct().Except(plan.Symbols))
        {
            yield return $"{symbol} is not a symbol of the plan";
        }

        IEnumerable<int> ids = plan.Outputs.Concat(plan.Steps.SelectMany(s => Uses(s).Select(u => u.Buffer)));
        foreach (int id in ids.Where(id => id < 0 || id >= plan.Buffers.Length).Distinct())
        {
            yield return $"there is no buffer {id}";
        }
    }

    private static IEnumerable<string> CallFindings(Plan plan, KernelCall call)
    {
        Kernel kernel = call.Kernel;
        foreach (string finding in KernelVerifier.Findings(kernel))
        {
            yield return $"kernel {kernel.Name}: {finding}";
        }

        if (call.Buffers.Length != kernel.Buffers.Length)
        {
            yield return $"kernel {kernel.Name} has {kernel.Buffers.Length} buffers and is bound to {call.Buffers.Length}";
            yield break;
        }

        foreach ((int id, KernelBuffer b) in call.Buffers.Zip(kernel.Buffers))
        {
            if (id >= 0 && id < plan.Buffers.Length && plan.Buffers[id].Type.DType != b.Type)
            {
                yield return $"kernel {kernel.Name}: buffer {id} is {plan.Buffers[id].Type}, {b.Name} is {b.Type.Name()}";
            }
        }

        foreach (var group in call.Buffers.Zip(kernel.Buffers).GroupBy(p => p.First).Where(g => g.Count() > 1 && g.Any(p => p.Second.IsWritten)))
        {
            yield return $"kernel {kernel.Name}: buffer {group.Key} is bound twice and written";
        }

        foreach (Expr.Scalar s in Exprs(kernel).OfType<Expr.Scalar>().Where(s => s.Index < 0 || s.Index >= plan.Scalars.Length || plan.Scalars[s.Index] != s.Type))
        {
            yield return $"kernel {kernel.Name}: the plan has no {s}";
        }
    }

    // First and last moment of use of each buffer; a moment is a kernel call or another step.
    private static ImmutableArray<string> OrderFindings(Plan plan, out Dictionary<int, (int First, int Last)> lives)
    {
        var findings = ImmutableArray.CreateBuilder<string>();
        lives = [];
        HashSet<int> exists = [.. plan.Buffers.Where(b => b.Kind == BufferKind.Input).Select(b => b.Id)], freed = [];
        int now = 0;
        foreach (PlanStep moment in plan.Steps.SelectMany(s => s is RegionStep r ? r.Kernels.Select(c => (PlanStep)new RegionStep(r.Region, [c])) : [s]))
        {
            now++;
            foreach ((int id, bool isWrite) in Uses(moment).OrderBy(u => u.IsWrite))
            {
                PlanBuffer b = plan.Buffers[id];
                string what = $"buffer {id} {b.Name}";
                if (freed.Contains(id))
                {
                    findings.Add($"{what} is used after it was freed");
                }
                else if (!isWrite && !exists.Contains(id))
                {
                    findings.Add($"{what} is used before it is written");
                }

                bool overwrites = b.Kind == BufferKind.Extern && moment is RegionStep && exists.Contains(id);
                if (isWrite && !overwrites && (b.Kind == BufferKind.Input || (b.Kind == BufferKind.Extern) != (moment is ExternStep)))
                {
                    findings.Add($"{what} of kind {b.Kind} is written by {(moment is ExternStep e ? e.Node.Op.Name : "a kernel")}");
                }

                exists.Add(id);
                lives[id] = (lives.TryGetValue(id, out var life) ? life.First : now, now);
            }

            if (moment is FreeStep free)
            {
                freed.Add(free.Buffer);
                if (plan.Buffers[free.Buffer].Kind is BufferKind.Input or BufferKind.Arena)
                {
                    findings.Add($"buffer {free.Buffer} of kind {plan.Buffers[free.Buffer].Kind} is freed");
                }
            }
        }

        findings.AddRange(plan.Outputs.Where(id => !exists.Contains(id) || freed.Contains(id)).Select(id => $"output {id} does not exist at the end"));
        findings.AddRange(plan.Outputs.Where(id => plan.Buffers[id].Kind == BufferKind.Arena).Select(id => $"output {id} is in the arena"));
        return findings.ToImmutable();
    }

    private static IEnumerable<string> SizeFindings(Plan plan, Dictionary<int, (int First, int Last)> lives, Func<int, long> sample)
    {
        long Value(DimExpr size) => size.Evaluate(name => sample(plan.Symbols.IndexOf(name)));
        long Elements(PlanBuffer b) => b.Type.Shape.Aggregate(1L, (n, d) => n * Value(d));
        long Stored(PlanBuffer b) => b.Strides.IsDefaultOrEmpty || Elements(b) == 0 ? Elements(b) : b.Type.Shape.Zip(b.Strides, (d, s) => (Value(d) - 1) * Value(s)).Sum() + 1;

        // Sizes that the plan is not made for: its guards keep them away.
        if (!CanEvaluate() || plan.Buffers.Any(b => b.Type.Shape.Any(d => Value(d) < 0)))
        {
            yield break;
        }

        string at = $"at {string.Join(", ", plan.Symbols.Select((s, i) => $"{s}={sample(i)}"))}";
        var ranges = plan.Buffers.Where(b => b.Kind == BufferKind.Arena && lives.ContainsKey(b.Id))
            .Select(b => (Buffer: b, Start: Value(b.Offset!), End: Value(b.Offset!) + (Stored(b) * b.Type.DType.Size()), Life: lives[b.Id]))
            .OrderBy(r => r.Start).ToArray();
        foreach (var r in ranges.Where(r => r.Start < 0 || r.Start % 64 != 0 || r.End > Value(plan.ArenaBytes)))
        {
            yield return $"buffer {r.Buffer.Id} {r.Buffer.Name} is at [{r.Start}, {r.End}) of an arena of {Value(plan.ArenaBytes)} bytes {at}";
        }

        for (int i = 0; i < ranges.Length; i++)
        {
            for (int j = i + 1; j < ranges.Length && ranges[j].Start < ranges[i].End; j++)
            {
                if (ranges[j].Start < ranges[j].End && ranges[i].Life.First <= ranges[j].Life.Last && ranges[j].Life.First <= ranges[i].Life.Last)
                {
                    yield return $"buffers {ranges[i].Buffer.Id} and {ranges[j].Buffer.Id} live at the same time and overlap {at}";
                }
            }
        }

        foreach (KernelCall call in plan.Steps.OfType<RegionStep>().SelectMany(s => s.Kernels))
        {
            foreach ((int id, KernelBuffer b) in call.Buffers.Zip(call.Kernel.Buffers).Where(p => Value(p.Second.Elements) > Stored(plan.Buffers[p.First])))
            {
                yield return $"kernel {call.Kernel.Name}: {b.Name} has {Value(b.Elements)} elements but buffer {id} only {Stored(plan.Buffers[id])} {at}";
            }
        }

        bool CanEvaluate()
        {
            try
            {
                return plan.Buffers.SelectMany(b => b.Type.Shape.Concat(b.Strides.IsDefault ? [] : b.Strides)).All(d => Value(d) is var _);
            }
            catch (Exception e) when (e is DivideByZeroException or OverflowException)
            {
                return false;
            }
        }
    }

    private static IEnumerable<(int Buffer, bool IsWrite)> Uses(PlanStep step) => step switch
    {
        RegionStep r => r.Kernels.SelectMany(c => c.Buffers.SelectMany((id, i) => Uses(c.Kernel, id, i))),
        ExternStep e => [.. e.Operands.Where(id => id >= 0).Select(id => (id, false)), .. e.Results.Where(id => id >= 0).Select(id => (id, true))],
        FreeStep f => [(f.Buffer, false)],
        _ => [],
    };

    // A written buffer that the kernel also loads is read too only if no earlier phase stores to it.
    private static IEnumerable<(int Buffer, bool IsWrite)> Uses(Kernel kernel, int id, int index)
    {
        int firstStore = Array.FindIndex([.. kernel.Phases], p => Stores(p).Any(s => s.Buffer == index));
        bool isRead = kernel.Phases.Take(firstStore < 0 ? kernel.Phases.Length : firstStore + 1).SelectMany(p => p.Roots).SelectMany(Exprs)
            .Any(e => e is Expr.Load l && l.Buffer == index);
        bool isWritten = kernel.Buffers[index].IsWritten;
        return isRead && isWritten ? [(id, false), (id, true)] : [(id, isWritten)];
    }

    private static IEnumerable<Store> Stores(Phase phase) => phase switch
    {
        LoopPhase l => l.Stores,
        ContractPhase c => c.Stores,
        _ => [],
    };

    private static IEnumerable<Expr> Exprs(Kernel kernel) => kernel.Checks.Concat(kernel.Phases.SelectMany(p => p.Roots)).SelectMany(Exprs).Distinct();

    private static IEnumerable<Expr> Exprs(Expr root)
    {
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance) { root };
        Stack<Expr> open = new([root]);
        while (open.TryPop(out Expr? e))
        {
            yield return e;
            foreach (Expr operand in e.Operands.Where(seen.Add))
            {
                open.Push(operand);
            }
        }
    }

    private static IEnumerable<DimExpr> SizesOf(Kernel kernel) =>
    [
        .. kernel.Grid,
        .. kernel.Buffers.Select(b => b.Elements),
        .. kernel.Phases.SelectMany(p => p is ContractPhase c ? [c.M, c.N, c.K] : p is LoopPhase l ? l.Extents : ImmutableArray<DimExpr>.Empty),
        .. Exprs(kernel).OfType<Expr.Dim>().Select(d => d.Value),
    ];
}
