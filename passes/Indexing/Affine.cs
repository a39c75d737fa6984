using System.Collections.Immutable;
using System.Text;
using DlAot.Ir;

namespace DlAot.Passes.Indexing;

/// <summary>A sum of atoms with symbolic coefficients, and an offset. Equal sums of equal atoms are equal.</summary>
internal sealed class Affine : IEquatable<Affine>
{
    private readonly string key;

    private Affine(ImmutableArray<(IndexAtom Atom, DimExpr Coefficient)> terms, DimExpr offset)
    {
        Terms = terms;
        Offset = offset;
        var text = new StringBuilder();
        foreach ((IndexAtom atom, DimExpr coefficient) in terms)
        {
            text.Append(atom.Id).Append('*').Append(coefficient).Append(' ');
        }

        key = text.Append(offset).ToString();
    }

    public static Affine Zero { get; } = new([], DimExpr.Zero);

    /// <summary>Sorted by atom.</summary>
    public ImmutableArray<(IndexAtom Atom, DimExpr Coefficient)> Terms { get; }

    public DimExpr Offset { get; }

    public bool IsZero => Terms.IsEmpty && Offset.IsZero;

    /// <summary>Only loop variables: no division, no element of a tensor.</summary>
    public bool IsPlain => Terms.All(t => t.Atom is LoopVar);

    public string Key => key;

    public static Affine Of(DimExpr value) => value.IsZero ? Zero : new([], value);

    public static Affine Of(IndexAtom atom) => new([(atom, DimExpr.One)], DimExpr.Zero);

    public static Affine operator +(Affine a, Affine b)
    {
        if (a.IsZero || b.IsZero)
        {
            return a.IsZero ? b : a;
        }

        var sum = new SortedDictionary<int, (IndexAtom Atom, DimExpr Coefficient)>();
        foreach (var term in a.Terms)
        {
            sum.Add(term.Atom.Id, term);
        }

        foreach (var term in b.Terms)
        {
            sum[term.Atom.Id] = sum.TryGetValue(term.Atom.Id, out var old) ? (term.Atom, old.Coefficient + term.Coefficient) : term;
        }

        return Recombine([.. sum.Values.Where(t => !t.Coefficient.IsZero)], a.Offset.IsZero ? b.Offset : b.Offset.IsZero ? a.Offset : a.Offset + b.Offset);
    }

    public static Affine operator *(Affine a, DimExpr factor) => factor.IsOne ? a : factor.IsZero ? Zero
        : new([.. a.Terms.Select(t => (t.Atom, t.Coefficient * factor))], a.Offset.IsZero ? a.Offset : a.Offset * factor);

    public DimExpr CoefficientOf(IndexAtom atom)
    {
        foreach ((IndexAtom a, DimExpr c) in Terms)
        {
            if (a == atom)
            {
                return c;
            }
        }

        return DimExpr.Zero;
    }

    /// <summary>Every loop variable it depends on, inside divisions and element loads too.</summary>
    public IEnumerable<LoopVar> Vars() => Terms.SelectMany(t => t.Atom switch
    {
        LoopVar v => [v],
        QuotientAtom q => q.Of.Vars(),
        RemainderAtom r => r.Of.Vars(),
        ElementAtom e => e.At.SelectMany(a => a.Vars()),
        _ => Enumerable.Empty<LoopVar>(),
    });

    /// <summary>Itself and what is inside its divisions.</summary>
    public IEnumerable<Affine> Nested() => Terms.SelectMany(t => t.Atom switch
    {
        QuotientAtom q => q.Of.Nested(),
        RemainderAtom r => r.Of.Nested(),
        _ => Enumerable.Empty<Affine>(),
    }).Append(this);

    /// <summary>The elements of tensors in it, inside divisions too.</summary>
    public IEnumerable<ElementAtom> Elements() => Nested().SelectMany(a => a.Terms).Select(t => t.Atom).OfType<ElementAtom>().Distinct();

    public bool Equals(Affine? other) => other is not null && key == other.key;

    public override bool Equals(object? obj) => Equals(obj as Affine);

    public override int GetHashCode() => key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => key;

    /// <summary>The least and the greatest value, where the signs of the coefficients are known.</summary>
    public (DimExpr Least, DimExpr Greatest)? Range()
    {
        (DimExpr least, DimExpr greatest) = (Offset, Offset);
        foreach ((IndexAtom atom, DimExpr coefficient) in Terms)
        {
            if (DimExpr.AtLeast(coefficient, 0))
            {
                greatest += coefficient * (atom.Extent - 1);
            }
            else if (DimExpr.AtLeast(0, coefficient))
            {
                least += coefficient * (atom.Extent - 1);
            }
            else
            {
                return null;
            }
        }

        return (least, greatest);
    }

    // c*d*(a / d) + c*(a mod d) => c*a
    private static Affine Recombine(ImmutableArray<(IndexAtom Atom, DimExpr Coefficient)> terms, DimExpr offset)
    {
        foreach (var term in terms)
        {
            if (term.Atom is RemainderAtom r)
            {
                int at = terms.IndexOf(terms.FirstOrDefault(t => t.Atom is QuotientAtom q && q.By == r.By && q.Of.Equals(r.Of) && t.Coefficient == term.Coefficient * r.By));
                if (at >= 0)
                {
                    return new Affine([.. terms.RemoveAt(at).Remove(term)], offset) + (r.Of * term.Coefficient);
                }
            }
        }

        return new Affine(terms, offset);
    }
}
