using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Fusion;

internal enum GroupKind
{
    /// <summary>Elementwise work, movement and reductions over one iteration domain.</summary>
    Loop,

    /// <summary>A matrix product with its epilogue.</summary>
    Contract,

    /// <summary>A call of the tensor library.</summary>
    Extern,
}

/// <summary>A value that a kernel writes, and its index vector in terms of the kernel's loops.</summary>
internal sealed record Root(Value Value, ImmutableArray<Affine> Index);

/// <summary>The nodes of one step of the plan.</summary>
internal sealed class Group(int id, GroupKind kind, int epoch)
{
    private readonly Dictionary<string, ImmutableArray<LoopVar>> phaseVars = new(StringComparer.Ordinal);

    public int Id { get; } = id;

    public GroupKind Kind { get; } = kind;

    /// <summary>Number of opaque calls before it: kernels on different sides of one are not merged.</summary>
    public int Epoch { get; } = epoch;

    public IndexSpace Space { get; } = new();

    /// <summary>Loop: one variable per dimension of the first root. Contract: batch dimensions.</summary>
    public ImmutableArray<LoopVar> Domain { get; set; } = [];

    /// <summary>Loop with reductions: the part of the domain at each point of which reductions are computed once.</summary>
    public HashSet<LoopVar>? Grid { get; set; }

    /// <summary>The product or the extern node.</summary>
    public Node? Core { get; init; }

    /// <summary>Rows, columns and summed index of a product; null where the size is 1.</summary>
    public (LoopVar? M, LoopVar? N, LoopVar? K) Product { get; set; }

    /// <summary>Contract: index vectors of the values of the product and its epilogue.</summary>
    public Dictionary<Value, ImmutableArray<Affine>> MemberIndex { get; } = [];

    public List<Root> Roots { get; } = [];

    /// <summary>All nodes evaluated in it; cheap ones may be in several groups.</summary>
    public HashSet<Node> Members { get; } = [];

    /// <summary>Values of other groups that it reads, inputs not included.</summary>
    public HashSet<Value> Reads { get; } = [];

    /// <summary>The variables of domain dimensions that are not of the grid.</summary>
    public ImmutableArray<LoopVar> Inner => Grid is null ? Domain : [.. Domain.Where(v => !Grid.Contains(v))];

    /// <summary>Loop variables of a phase over the given sizes (ones left out): the domain's own inner ones if they fit.</summary>
    public ImmutableArray<LoopVar> PhaseVars(ImmutableArray<DimExpr> extents)
    {
        ImmutableArray<LoopVar> inner = Inner;
        if (Grid is not null && inner.Length > 0 && inner.Select(v => v.Extent).SequenceEqual(extents))
        {
            return inner;
        }

        string key = string.Join(",", extents);
        if (!phaseVars.TryGetValue(key, out ImmutableArray<LoopVar> vars))
        {
            phaseVars[key] = vars = [.. extents.Select(Space.Loop)];
        }

        return vars;
    }

    /// <summary>Every list of variables that a phase loops over.</summary>
    public IEnumerable<ImmutableArray<LoopVar>> PhaseClasses() => phaseVars.Values.Append(Inner).Where(c => c.Length > 0);

    public override string ToString() =>
        $"{Kind.ToString().ToLowerInvariant()} {string.Join(", ", Roots.Select(r => r.Value.Type))} = {string.Join(" ", Members.Select(n => n.Op.Name))}";
}

/// <summary>Which group evaluates what. Values of <paramref name="Producers"/> are stored in memory; all others exist inside groups only.</summary>
internal sealed record FusionPlan(ImmutableArray<Group> Groups, IReadOnlyDictionary<Value, Group> Producers);
