using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Indexing;

/// <summary>The atoms of one kernel's indices; equal atoms are the same object.</summary>
internal sealed class IndexSpace
{
    private readonly Dictionary<string, IndexAtom> atoms = new(StringComparer.Ordinal);
    private readonly Dictionary<Value, int> valueIds = [];
    private int next;

    public LoopVar Loop(DimExpr extent) => new(next++, extent);

    /// <summary>One variable per dimension that is not 1, and the index vector that they make.</summary>
    public (ImmutableArray<LoopVar> Vars, ImmutableArray<Affine> Index) Loops(ImmutableArray<DimExpr> shape)
    {
        var vars = ImmutableArray.CreateBuilder<LoopVar>();
        var index = ImmutableArray.CreateBuilder<Affine>(shape.Length);
        foreach (DimExpr extent in shape)
        {
            if (extent.IsOne)
            {
                index.Add(Affine.Zero);
            }
            else
            {
                vars.Add(Loop(extent));
                index.Add(Affine.Of(vars[^1]));
            }
        }

        return (vars.ToImmutable(), index.ToImmutable());
    }

    public Affine Element(Value tensor, ImmutableArray<Affine> at, DimExpr extent, int predicate) => Affine.Of(Intern(
        $"e{Id(tensor)}:{string.Join(",", at.Select(a => a.Key))}:{predicate}", id => new ElementAtom(id, extent, tensor, at, predicate)));

    /// <summary>Quotient and remainder of a by d, without division where the terms allow it. Extent bounds the quotient.</summary>
    public (Affine Quotient, Affine Remainder) DivMod(Affine a, DimExpr d, DimExpr extent)
    {
        if (d.IsOne)
        {
            return (a, Affine.Zero);
        }

        (Affine whole, Affine rest) = (Affine.Zero, Affine.Zero);
        foreach ((IndexAtom atom, DimExpr coefficient) in a.Terms)
        {
            if (DimExpr.TryDivide(coefficient, d) is { } q)
            {
                whole += Affine.Of(atom) * q;
            }
            else
            {
                rest += Affine.Of(atom) * coefficient;
            }
        }

        if (DimExpr.TryDivide(a.Offset, d) is { } offset)
        {
            whole += Affine.Of(offset);
        }
        else
        {
            rest += Affine.Of(a.Offset);
        }

        if (rest.Range() is var (least, greatest) && DimExpr.AtLeast(least, 0) && DimExpr.AtLeast(d - 1, greatest))
        {
            return (whole, rest);
        }

        Affine quotient = Affine.Of(Intern($"q{rest.Key}/{d}", id => new QuotientAtom(id, extent, rest, d)));
        Affine remainder = Affine.Of(Intern($"r{rest.Key}%{d}", id => new RemainderAtom(id, rest, d)));
        return (whole + quotient, remainder);
    }

    /// <summary>The index with loop variables replaced, inside divisions too. Element loads stay: they are values of their own.</summary>
    public Affine Substitute(Affine index, IReadOnlyDictionary<LoopVar, Affine> replacements)
    {
        if (replacements.Count == 0)
        {
            return index;
        }

        Affine result = Affine.Of(index.Offset);
        foreach ((IndexAtom atom, DimExpr coefficient) in index.Terms)
        {
            result += Replaced(atom) * coefficient;
        }

        return result;

        Affine Replaced(IndexAtom atom)
        {
            switch (atom)
            {
                case LoopVar v:
                    return replacements.GetValueOrDefault(v) ?? Affine.Of(v);
                case QuotientAtom q:
                    return DivMod(Substitute(q.Of, replacements), q.By, q.Extent).Quotient;
                case RemainderAtom r:
                    return DivMod(Substitute(r.Of, replacements), r.By, r.By).Remainder;
                default:
                    return Affine.Of(atom);
            }
        }
    }

    private IndexAtom Intern(string key, Func<int, IndexAtom> make)
    {
        if (!atoms.TryGetValue(key, out IndexAtom? atom))
        {
            atoms[key] = atom = make(next++);
        }

        return atom;
    }

    private int Id(Value value)
    {
        if (!valueIds.TryGetValue(value, out int id))
        {
            valueIds[value] = id = valueIds.Count;
        }

        return id;
    }
}
