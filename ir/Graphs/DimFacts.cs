using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>What is known about sizes: symbols that stand for others, and conditions left to check at run time.</summary>
/// <param name="keepSymbols">Replaces no symbol: every equality is a condition.</param>
public sealed class DimFacts(bool keepSymbols = false)
{
    private readonly Dictionary<string, DimExpr> replaced = new(StringComparer.Ordinal);
    private readonly Dictionary<DimExpr, DimExpr> normalized = []; // under the present substitutions
    private readonly HashSet<string> pinned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> late = new(StringComparer.Ordinal);
    private readonly List<DimConstraint> constraints = [];
    private readonly Dictionary<DimExpr, bool> notNegative = []; // what has been asked under the present conditions
    private (DimConstraint Condition, DimExpr Difference)[]? current;

    public SourceLocation Location { get; set; } = SourceLocation.None;

    /// <summary>Conditions not decided by substitution, under the present substitutions.</summary>
    public ImmutableArray<DimConstraint> Constraints =>
    [
        .. constraints
            .Select(Normalize)
            .Where(c => !IsProved(c))
            .DistinctBy(c => c.ToString()),
    ];

    public DimExpr Normalize(DimExpr dim)
    {
        if (replaced.Count == 0 || !dim.Symbols.Any(replaced.ContainsKey))
        {
            return dim;
        }

        if (!normalized.TryGetValue(dim, out DimExpr? known))
        {
            normalized[dim] = known = dim.Substitute(s => replaced.TryGetValue(s, out DimExpr? r) ? Normalize(r) : null);
        }

        return known;
    }

    public TensorType Normalize(TensorType type) => new(type.DType, [.. type.Shape.Select(Normalize)]);

    public Attributes Normalize(Attributes attributes) => attributes.MapDims(Normalize);

    private DimConstraint Normalize(DimConstraint c)
    {
        (DimExpr left, DimExpr right) = (Normalize(c.Left), Normalize(c.Right));
        (left, right) = c.Kind == ConstraintKind.Equal ? WithoutCommonFactors(left, right) : (left, right);
        return c with { Left = left, Right = right };
    }

    /// <summary>Keeps a symbol: it is checked and never replaced. Host numbers (<see cref="DimExpr.IsHostNumber"/>) are kept anyway.</summary>
    public void Pin(string symbol) => pinned.Add(symbol);

    /// <summary>A size that becomes known while the graph runs, later than those marked before it: it never replaces one that is known earlier.</summary>
    public void MarkLate(string symbol) => late.TryAdd(symbol, late.Count);

    /// <summary>From now on a and b are the same size: false when they never can be.</summary>
    public bool TryEqual(DimExpr a, DimExpr b)
    {
        (a, b) = WithoutCommonFactors(Normalize(a), Normalize(b));
        if (a == b)
        {
            return true;
        }

        if ((a - b).Constant is not null)
        {
            return false;
        }

        // A lone symbol gives way to the other side (which must not contain it).
        bool preferA = b.SymbolName is not string other || !CanReplace(other, a) || string.CompareOrdinal(a.SymbolName, other) > 0;
        if (a.SymbolName is string x && CanReplace(x, b) && preferA)
        {
            Replace(x, b);
        }
        else if (b.SymbolName is string y && CanReplace(y, a))
        {
            Replace(y, a);
        }
        else if (!TrySolveQuotient(a, b) && !TrySolveQuotient(b, a))
        {
            Add(new DimConstraint(ConstraintKind.Equal, a, b, Location));
        }

        return true;
    }

    private void Replace(string symbol, DimExpr by)
    {
        replaced[symbol] = by;
        normalized.Clear();
        Forget();
    }

    private void Add(DimConstraint constraint)
    {
        constraints.Add(constraint);
        Forget();
    }

    private void Forget()
    {
        current = null;
        notNegative.Clear();
    }

    // The conditions under the present substitutions, and left minus right of each.
    private (DimConstraint Condition, DimExpr Difference)[] Current => current ??= [.. constraints.Select(Normalize).Select(c => (c, c.Left - c.Right))];

    // floordiv(S, k) == b, where k is known to divide S => S := k * b
    private bool TrySolveQuotient(DimExpr a, DimExpr b)
    {
        if (a.Terms is not [{ Coefficient: 1, Atoms: [DimExpr.Atom.FloorDiv { Left.SymbolName: { } symbol, Right: var divisor } quotient] }]
            || !CanReplace(symbol, b * divisor)
            || !constraints.Any(c => c.Kind == ConstraintKind.Divisible && Normalize(c.Left) == quotient.Left && Normalize(c.Right) == divisor))
        {
            return false;
        }

        Replace(symbol, b * divisor);
        return true;
    }

    public void RequireAtLeast(DimExpr a, DimExpr b) => Add(new DimConstraint(ConstraintKind.AtLeast, a, b, Location));

    /// <summary>Whether a >= b follows from the sizes being sizes, or from one of the conditions so far.</summary>
    public bool IsAtLeast(DimExpr a, DimExpr b)
    {
        DimExpr difference = Normalize(a) - Normalize(b);
        if (difference.Constant is long known)
        {
            return known >= 0;
        }

        if (!notNegative.TryGetValue(difference, out bool follows))
        {
            notNegative[difference] = follows = Follows(difference);
        }

        return follows;
    }

    // difference >= 0
    private bool Follows(DimExpr difference) =>
        DimExpr.AtLeast(difference, 0) || Current.Any(c => c.Condition.Kind switch
        {
            ConstraintKind.AtLeast => DimExpr.AtLeast(difference, c.Difference),
            ConstraintKind.Equal => DimExpr.AtLeast(difference, c.Difference) || DimExpr.IsSumNonNegative(difference, c.Difference),
            _ => false,
        });

    /// <summary>Whether a and b are known to be different.</summary>
    public bool AreDifferent(DimExpr a, DimExpr b)
    {
        DimExpr difference = Normalize(a) - Normalize(b);
        return IsAtLeast(a, b + 1) || IsAtLeast(b, a + 1)
            || Current.Any(c => c.Condition.Kind == ConstraintKind.NotEqual && (difference == c.Difference || difference == c.Difference * -1));
    }

    /// <summary>Takes over a condition of another graph.</summary>
    public void Require(DimConstraint constraint) => Add(constraint);

    public void RequireDifferent(DimExpr a, DimExpr b) => Add(new DimConstraint(ConstraintKind.NotEqual, a, b, Location));

    public void RequireDivisible(DimExpr a, DimExpr b) => Add(new DimConstraint(ConstraintKind.Divisible, a, b, Location));

    private bool CanReplace(string symbol, DimExpr by) =>
        !IsKept(symbol) && !by.Symbols.Contains(symbol) && by.Symbols.All(s => !late.TryGetValue(s, out int known) || (late.TryGetValue(symbol, out int own) && known < own));

    private bool IsKept(string symbol) => keepSymbols || pinned.Contains(symbol) || DimExpr.IsHostNumber(symbol);

    private static bool IsProved(DimConstraint c) => c.Kind switch
    {
        ConstraintKind.Equal => c.Left == c.Right,
        ConstraintKind.AtLeast => DimExpr.AtLeast(c.Left, c.Right),
        ConstraintKind.NotEqual => (c.Left - c.Right).Constant is not (null or 0),
        _ => DimExpr.TryDivide(c.Left, c.Right) is not null,
    };

    // N*T*C == N*T*H*D => C == H*D. A size 0 would make the first true and the second false: then the check fails, which is safe.
    private static (DimExpr A, DimExpr B) WithoutCommonFactors(DimExpr a, DimExpr b)
    {
        if (a.Terms is [var x] && b.Terms is [var y])
        {
            foreach (DimExpr.Atom atom in x.Atoms)
            {
                DimExpr factor = DimExpr.FromAtom(atom);
                if (DimExpr.TryDivide(a, factor) is { } p && DimExpr.TryDivide(b, factor) is { } q)
                {
                    (a, b) = (p, q);
                }
            }
        }

        return (a, b);
    }
}
