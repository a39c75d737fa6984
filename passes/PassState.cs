using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Passes.Fusion;

namespace DlAot.Passes;

/// <summary>What goes from pass to pass: the graph, then its grouping into kernels, then the plan.</summary>
public sealed record PassState(Graph Graph)
{
    /// <summary>Null before lowering.</summary>
    public Plan? Plan { get; init; }

    /// <summary>The graph as it came in.</summary>
    internal Graph Source { get; init; } = Graph;

    /// <summary>The composite op that a node was part of, for the names of kernels.</summary>
    internal ImmutableDictionary<Node, string> Composites { get; init; } = ImmutableDictionary<Node, string>.Empty;

    /// <summary>View nodes that the tensor library runs, so that an output has eager's aliasing and strides.</summary>
    internal ImmutableHashSet<Node> ExternViews { get; init; } = [];

    /// <summary>Null before fusion.</summary>
    internal FusionPlan? Groups { get; init; }

    /// <summary>Kernels and extern calls, one line each with its members; empty before fusion.</summary>
    public ImmutableArray<string> GroupLines => Groups is null ? [] : [.. Groups.Groups.Select(g => g.ToString())];
}
