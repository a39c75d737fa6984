using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.Passes.Planning;

/// <summary>
/// A kernel writes its result over an operand that nobody needs any more, where each element is read only by the grid point that
/// overwrites it, at the same index and not after.
/// </summary>
internal static class WriteInPlace
{
    // Ops whose result is new storage: an unknown call may return a view of its operand.
    private static readonly ImmutableHashSet<OpDef> FreshExterns = [Op.Conv, Op.MaxPool, Op.AvgPool, Op.MatMul, Op.Linear, Op.CumSum];

    public static Plan Run(Plan plan)
    {
        Dictionary<int, int> last = PlanMemory.LastUses(plan);
        var place = new Dictionary<int, int>();
        HashSet<int> reusable = [.. plan.Buffers.Where(b => b.Kind is BufferKind.Tensor or BufferKind.Arena).Select(b => b.Id)];
        reusable.UnionWith(plan.Steps.OfType<ExternStep>().Where(s => FreshExterns.Contains(s.Node.Op)).SelectMany(s => s.Results));

        // A view of a buffer keeps its storage in use.
        reusable.ExceptWith(plan.Steps.OfType<ExternStep>().Where(s => !FreshExterns.Contains(s.Node.Op)).SelectMany(s => s.Operands));
        var steps = ImmutableArray.CreateBuilder<PlanStep>();
        for (int i = 0; i < plan.Steps.Length; i++)
        {
            if (plan.Steps[i] is not RegionStep { Kernels: [var call] })
            {
                steps.Add(plan.Steps[i] is ExternStep e ? e with { Operands = Placed(e.Operands), Results = Placed(e.Results) } : plan.Steps[i]);
                continue;
            }

            KernelCall current = call with { Buffers = Placed(call.Buffers) };

            // A buffer that is overwritten holds an operand already: it cannot take the place of another.
            var overwritten = new HashSet<int>();
            bool merged = true;
            while (merged)
            {
                merged = false;
                foreach ((int from, int to) in Candidates(plan, current).ToArray())
                {
                    int source = current.Buffers[from], target = current.Buffers[to];
                    if (!overwritten.Contains(target) && reusable.Contains(source) && last.GetValueOrDefault(source, -1) == i && OverwrittenBuffers.Merge(current.Kernel, from, to) is { } kernel)
                    {
                        place[target] = source;
                        overwritten.Add(source);
                        last[source] = last[target];
                        current = new KernelCall(kernel, current.Buffers.RemoveAt(to));
                        merged = true;
                        break;
                    }
                }
            }

            steps.Add(new RegionStep(0, [current]));
        }

        return Renumber(plan with { Steps = steps.ToImmutable(), Outputs = Placed(plan.Outputs) });

        ImmutableArray<int> Placed(ImmutableArray<int> buffers) => [.. buffers.Select(b => place.GetValueOrDefault(b, b))];
    }

    private static IEnumerable<(int From, int To)> Candidates(Plan plan, KernelCall call)
    {
        ImmutableArray<KernelBuffer> buffers = call.Kernel.Buffers;
        for (int to = 0; to < buffers.Length; to++)
        {
            for (int from = 0; from < buffers.Length && buffers[to].IsWritten; from++)
            {
                (PlanBuffer a, PlanBuffer b) = (plan.Buffers[call.Buffers[from]], plan.Buffers[call.Buffers[to]]);
                bool sameStorage = a.Kind == BufferKind.Arena
                    ? b.Kind == BufferKind.Arena && a.Type.DType == b.Type.DType && a.Type.Numel == b.Type.Numel
                    : a.Type == b.Type;
                if (from != to && !buffers[from].IsWritten && sameStorage)
                {
                    yield return (from, to);
                }
            }
        }
    }

    private static Plan Renumber(Plan plan)
    {
        int[] used = [.. plan.Steps.SelectMany(PlanMemory.BuffersOf).Concat(plan.Outputs).Distinct().Order()];
        Dictionary<int, int> number = used.Select((b, i) => (b, i)).ToDictionary(p => p.b, p => p.i);
        ImmutableArray<int> New(ImmutableArray<int> buffers) => [.. buffers.Select(b => b < 0 ? b : number[b])];
        return plan with
        {
            Buffers = [.. used.Select((b, i) => plan.Buffers[b] with { Id = i })],
            Outputs = New(plan.Outputs),
            Steps =
            [
                .. plan.Steps.Select(s => s switch
                {
                    RegionStep r => r with { Kernels = [.. r.Kernels.Select(k => k with { Buffers = New(k.Buffers) })] },
                    ExternStep e => e with { Operands = New(e.Operands), Results = New(e.Results) },
                    _ => s,
                }),
            ],
        };
    }
}
