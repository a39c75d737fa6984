using System.Collections.Immutable;
using System.Diagnostics;
using DlAot.Ir;
using DlAot.Ir.Plans;

namespace DlAot.Passes;

/// <summary>One row of the pipeline: the pass, its name for <c>--after</c>, and why it stands where it stands.</summary>
public sealed record PassRow(string Name, string Reason, Func<PassState, PassOptions, PassState> Run);

/// <summary>What a pass did.</summary>
/// <param name="Steps">Plan steps after it; 0 before lowering.</param>
public sealed record PassReport(string Name, bool Changed, TimeSpan Time, int NodesBefore, int NodesAfter, int Steps, PassState State);

/// <summary>From graph to plan: the one ordered list of passes.</summary>
public static class Pipeline
{
    /// <summary>All passes, in order.</summary>
    public static ImmutableArray<PassRow> Rows { get; } =
    [
        new("dce", "first, so that no pass looks at what nobody uses", RemoveDead.Run),
        new("remove-copies", "before everything that looks through values: copies hide what is behind them", RemoveCopies.Run),
        new("canonicalize", "before every pattern: patterns expect constants right and axes not negative", Canonicalize.Run),
        new("simplify", "before decompose: rules about composites (relu of relu) still see them", Simplify.Run),
        new("decompose", "after it only primitives and extern ops are left", Decompose.Run),
        new("fold-constants", "decompositions make constants and size arithmetic", FoldConstants.Run),
        new("simplify-primitives", "decompositions and folded constants make x*1 and views of views", Simplify.Run),
        new("cse", "after simplification, so that equal values have equal form; before fusion, which would compute both", RemoveDuplicates.Run),
        new("dce-primitives", "rewrites leave their old operands behind", RemoveDead.Run),
        new("layout-outputs", "last on the graph: it adds views on outputs that simplification would take away", Planning.LayoutOutputs.Run),
        new("fuse", "needs the final graph", Fusion.Fuse.Run),
        new("lower", "needs the groups", Lowering.Lower.Run),
        new("plan-memory", "needs the final steps: lifetimes are positions in them", Planning.PlanMemory.Run),
    ];

    /// <summary>The plan of a graph.</summary>
    /// <param name="observer">Called after each pass.</param>
    public static Plan Run(Graph graph, PassOptions? options = null, Action<PassReport>? observer = null) =>
        RunUntil(graph, options, null, observer).Plan!;

    /// <summary>The state after a pass (null: after the last).</summary>
    /// <exception cref="ArgumentException">There is no pass of that name.</exception>
    public static PassState RunUntil(Graph graph, PassOptions? options, string? after, Action<PassReport>? observer = null)
    {
        if (after is not null && Rows.All(r => r.Name != after))
        {
            throw new ArgumentException($"There is no pass '{after}'; passes are {string.Join(", ", Rows.Select(r => r.Name))}.", nameof(after));
        }

        var state = new PassState(graph);
        foreach (PassRow row in Rows)
        {
            PassState before = state;
            long start = Stopwatch.GetTimestamp();
            state = row.Run(before, options ?? new PassOptions());
            observer?.Invoke(new PassReport(
                row.Name, !ReferenceEquals(state, before), Stopwatch.GetElapsedTime(start),
                before.Graph.Nodes.Length, state.Graph.Nodes.Length, state.Plan?.Steps.Length ?? 0, state));
            if (row.Name == after)
            {
                break;
            }
        }

        return state;
    }
}
