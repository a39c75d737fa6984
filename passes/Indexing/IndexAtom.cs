using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Indexing;

/// <summary>An integer with 0 &lt;= value &lt; Extent that an <see cref="Affine"/> index is a sum of. Compared by reference; made by an <see cref="IndexSpace"/>.</summary>
internal abstract class IndexAtom(int id, DimExpr extent)
{
    public int Id { get; } = id;

    public DimExpr Extent { get; } = extent;
}

/// <summary>A loop variable.</summary>
internal sealed class LoopVar(int id, DimExpr extent) : IndexAtom(id, extent);

/// <summary>floor(Of / By).</summary>
internal sealed class QuotientAtom(int id, DimExpr extent, Affine of, DimExpr by) : IndexAtom(id, extent)
{
    public Affine Of { get; } = of;

    public DimExpr By { get; } = by;
}

/// <summary>Of mod By.</summary>
internal sealed class RemainderAtom(int id, Affine of, DimExpr by) : IndexAtom(id, by)
{
    public Affine Of { get; } = of;

    public DimExpr By { get; } = by;
}

/// <summary>An element of an index tensor. Predicate tells apart loads under different conditions (-1: none).</summary>
internal sealed class ElementAtom(int id, DimExpr extent, Value tensor, ImmutableArray<Affine> at, int predicate) : IndexAtom(id, extent)
{
    public Value Tensor { get; } = tensor;

    public ImmutableArray<Affine> At { get; } = at;

    public int Predicate { get; } = predicate;
}
