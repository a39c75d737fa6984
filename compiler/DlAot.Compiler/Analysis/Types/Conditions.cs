using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>Conditions on sizes as people write them.</summary>
internal static class Conditions
{
    /// <summary>The conditions of a graph without those that hold of all tensors that are not empty.</summary>
    public static IEnumerable<DimConstraint> Of(Graph graph) => graph.Constraints.Where(c => c.Kind != ConstraintKind.AtLeast || !IsMet(c.Left - c.Right));

    /// <summary>The difference is at least 0 for all sizes of at least 1.</summary>
    public static bool IsMet(DimExpr difference) => DimExpr.AtLeast(difference.Substitute(s => DimExpr.Symbol(s) + 1), DimExpr.Zero) || (Bounded(difference) is { } less && IsMet(less));

    // No more than the difference in as much as it is met: a quotient by n is between (a - n + 1)/n and a/n. Null where there is none.
    private static DimExpr? Bounded(DimExpr difference)
    {
        foreach (DimExpr.Term t in difference.Terms)
        {
            if (t.Atoms is [DimExpr.Atom.FloorDiv { Left: var a, Right.Constant: > 0 and <= 1 << 16 and var n }] && Math.Abs(t.Coefficient) < 1 << 16)
            {
                return (difference - t.Value) * n + t.Coefficient * (t.Coefficient > 0 ? a - n + 1 : a);
            }
        }

        return null;
    }

    /// <summary>The same condition in fewer words.</summary>
    public static DimConstraint Plain(DimConstraint c) => c.Kind switch
    {
        // H-3 >= 0 => H >= 3
        ConstraintKind.AtLeast when (c.Left - c.Right) is var d && Constant(d) is < 0 and var n => c with { Left = d - n, Right = -n },

        // 12*N*floordiv(H,4) == 3*N*H => H%4 == 0
        ConstraintKind.Equal when (Multiple(c.Left, c.Right) ?? Multiple(c.Right, c.Left)) is { } found => c with { Kind = ConstraintKind.Divisible, Left = found.Left, Right = found.Right },
        _ => c,
    };

    private static long Constant(DimExpr e) => e.Terms.FirstOrDefault(t => t.Atoms.IsEmpty)?.Coefficient ?? 0;

    // The quotient in the product, where the other side is the product with what it rounds.
    private static DimExpr.Atom.FloorDiv? Multiple(DimExpr product, DimExpr other) => product.Terms is [{ Atoms: var atoms } term] ? atoms.OfType<DimExpr.Atom.FloorDiv>().FirstOrDefault(q =>
        DimExpr.TryDivide(other * q.Right, DimExpr.Product(atoms.Remove(q).Select(a => new DimExpr.Term(1, [a]).Value).Prepend(term.Coefficient))) == q.Left) : null;
}
