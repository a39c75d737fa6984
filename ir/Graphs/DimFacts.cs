using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>What is known about sizes: symbols that stand for others, and conditions left to check at run time.</summary>
public sealed class DimFacts
{
    private readonly Dictionary<string, DimExpr> replaced = new(StringComparer.Ordinal);
    private readonly List<DimConstraint> constraints = [];

    public SourceLocation Location { get; set; } = SourceLocation.None;

    /// <summary>Conditions not decided by substitution, under the present substitutions.</summary>
    public ImmutableArray<DimConstraint> Constraints =>
    [
        .. constraints
            .Select(c => c with { Left = Normalize(c.Left), Right = Normalize(c.Right) })
            .Where(c => !(c.Kind == ConstraintKind.Equal ? c.Left == c.Right : c.Kind == ConstraintKind.AtLeast ? DimExpr.AtLeast(c.Left, c.Right) : DimExpr.TryDivide(c.Left, c.Right) is not null))
            .DistinctBy(c => c.ToString()),
    ];

    public DimExpr Normalize(DimExpr dim) =>
        replaced.Count == 0 || dim.Constant is not null ? dim : dim.Substitute(s => replaced.TryGetValue(s, out DimExpr? r) ? Normalize(r) : null);

    public TensorType Normalize(TensorType type) => new(type.DType, [.. type.Shape.Select(Normalize)]);

    public Attributes Normalize(Attributes attributes) => attributes.Map(v => v switch
    {
        DimExpr d => Normalize(d),
        ImmutableArray<DimExpr> list => list.Select(Normalize).ToImmutableArray(),
        ImmutableArray<TensorType> list => list.Select(Normalize).ToImmutableArray(),
        _ => v,
    });

    /// <summary>From now on a and b are the same size: false when they never can be.</summary>
    public bool TryEqual(DimExpr a, DimExpr b)
    {
        (a, b) = (Normalize(a), Normalize(b));
        if (a == b)
        {
            return true;
        }

        if ((a - b).Constant is not null)
        {
            return false;
        }

        // A lone symbol gives way to the other side (which must not contain it).
        if (a.SymbolName is string x && !b.Symbols.Contains(x) && (b.SymbolName is null || string.CompareOrdinal(x, b.SymbolName) > 0 || b.Constant is not null))
        {
            replaced[x] = b;
        }
        else if (b.SymbolName is string y && !a.Symbols.Contains(y))
        {
            replaced[y] = a;
        }
        else
        {
            constraints.Add(new DimConstraint(ConstraintKind.Equal, a, b, Location));
        }

        return true;
    }

    public void RequireAtLeast(DimExpr a, DimExpr b) => constraints.Add(new DimConstraint(ConstraintKind.AtLeast, a, b, Location));

    public void RequireDivisible(DimExpr a, DimExpr b) => constraints.Add(new DimConstraint(ConstraintKind.Divisible, a, b, Location));
}
