using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using DlAot.Passes.Fusion;

namespace DlAot.Passes.Lowering;

/// <summary>Groups become kernels and extern steps over plan buffers: each buffer on its own, each kernel a region; the memory plan comes after.</summary>
internal static class Lower
{
    public static PassState Run(PassState state, PassOptions options)
    {
        Graph graph = state.Graph;
        FusionPlan groups = state.Groups!;
        Dictionary<Node, int> positions = graph.Nodes.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        var names = new KernelNames(state);
        var buffers = new PlanBuffers(state);
        var schedule = new Schedule(Exact: options.Exact);
        var steps = ImmutableArray.CreateBuilder<PlanStep>();
        foreach (Group group in groups.Groups)
        {
            if (group.Kind == GroupKind.Extern)
            {
                Node node = group.Core!;
                steps.Add(new ExternStep(node, [.. node.Operands.Select(buffers.Number)], [.. node.Results.Select(buffers.Number)]));
                continue;
            }

            string name = names.NameOf(group, positions);
            buffers.NameRoots(group, name);
            var used = new KernelBuffers(buffers.NameOf);
            ImmutableArray<SourceLocation> origins = Origins(group.Members.OrderBy(n => positions[n]));
            Kernel kernel = group.Kind == GroupKind.Contract
                ? new ProductKernels(state, group, used).Build(name, schedule, origins)
                : new LoopKernels(state, group, used).Build(name, schedule, origins);
            steps.Add(new RegionStep(0, [new KernelCall(kernel, [.. used.Values.Select(buffers.Number)])]));
        }

        ImmutableArray<int> outputs = [.. graph.Outputs.Select(buffers.Number)];
        ImmutableArray<DType> scalars = [.. graph.Inputs.Where(i => i.Kind == InputKind.Scalar).Select(i => i.Value.DType)];
        return state with
        {
            Plan = new Plan(
                graph.Name, [.. state.Source.Symbols.Concat(graph.Symbols).Distinct()], scalars, buffers.ToPlan(steps, outputs), steps.ToImmutable(), outputs, DimExpr.Zero),
        };
    }
    // Equal constants are one node, and one user's line: they do not tell where a kernel comes from unless they are all of it.
    private static ImmutableArray<SourceLocation> Origins(IEnumerable<Node> members) =>
    [
        .. members.GroupBy(n => n.Op.Family == OpFamily.Creation).OrderBy(g => g.Key).Take(1).SelectMany(g => g)
            .Select(n => n.Location).Where(l => l != SourceLocation.None).Distinct(),
    ];
}
