using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Index tensors and masks on dimensions of a tensor, as <c>index</c> and <c>index_put_</c> read and write them.</summary>
internal static class AdvancedIndex
{
    /// <summary>
    /// The elements that integer tensors name, broadcast against each other. Their dimensions stand where the first indexed one was,
    /// or first when the indexed ones were apart.
    /// </summary>
    public static Value Picked(CallSite s, Value x, List<(int Dim, Value Index)> tensors)
    {
        if (tensors.Any(t => t.Index.DType == DType.Bool))
        {
            throw s.Unsupported("a result whose size depends on values");
        }

        if (tensors is [var (only, index)])
        {
            return s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)only)), x, IndexModels.Wrapped(s, index, s.Builder.TypeOf(x).Shape[only]));
        }

        int[] dims = [.. tensors.Select(t => t.Dim)];
        int first = dims.Zip(dims.Skip(1)).All(p => p.Second == p.First + 1) ? dims[0] : 0;
        int[] others = [.. Enumerable.Range(0, x.Rank).Except(dims)];
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        Value ordered = ShapeOps.Permute(s, x, [.. others.Take(first).Concat(dims).Concat(others.Skip(first)).Select(d => (long)d)]);
        Value flat = ProductModels.Reshaped(s, ordered, [.. others.Take(first).Select(d => shape[d]), DimExpr.Product(dims.Select(d => shape[d])), .. others.Skip(first).Select(d => shape[d])]);
        return s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)first)), flat, Flattened(s, tensors, shape));
    }

    /// <summary>The tensor with the named elements replaced by a value broadcast to them.</summary>
    public static Value Replaced(CallSite s, Value x, List<(int Dim, Value Index)> tensors, Value value)
    {
        if (tensors is not [var (dim, index)])
        {
            throw s.Unsupported("an assignment through several index tensors");
        }

        return index.DType == DType.Bool ? Masked(s, x, dim, index, value) : Put(s, x, dim, index, value);
    }

    // A position in the flattened dimensions; -1, which is refused, where any index is out of range.
    private static Value Flattened(CallSite s, List<(int Dim, Value Index)> tensors, ImmutableArray<DimExpr> shape)
    {
        Lane? position = null, inside = null;
        foreach ((int dim, Value index) in tensors)
        {
            var at = new Lane(s.Builder, IndexModels.Wrapped(s, index, shape[dim]));
            var size = new Lane(s.Builder, s.Builder.Add(Op.Dim, Attributes.Of(("value", shape[dim]))));
            Lane fits = (at >= 0) & (at < size);
            position = position is { } before ? (before * size) + at : at;
            inside = inside is { } known ? known & fits : fits;
        }

        return inside!.Value.Choose(position!.Value, -1).Value;
    }

    // The mask covers dimensions from dim on; one value for all that it names.
    private static Value Masked(CallSite s, Value x, int dim, Value mask, Value value)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape, own = s.Builder.TypeOf(mask).Shape;
        if (own.Where((d, i) => !s.Builder.Facts.TryEqual(d, shape[dim + i])).Any())
        {
            throw s.Fail(Rules.ShapeMismatch, "a mask of another shape");
        }

        int rest = x.Rank - dim - mask.Rank;
        while (value.Rank > rest)
        {
            // The dimension of the named elements must be stretched, not filled one by one.
            value = s.Builder.TypeOf(value).Shape[0].IsOne ? ProductModels.Reshaped(s, value, s.Builder.TypeOf(value).Shape.RemoveAt(0)) : throw s.Unsupported("a value for every element that a mask names");
        }

        return s.Builder.Add(Op.Where, ProductModels.Reshaped(s, mask, [.. own, .. Enumerable.Repeat(DimExpr.One, rest)]), value, x);
    }

    // For every position of the dimension the last index that names it, and from there what is stored.
    private static Value Put(CallSite s, Value x, int dim, Value index, Value value)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape, own = s.Builder.TypeOf(index).Shape;
        Value flat = ProductModels.Reshaped(s, IndexModels.Wrapped(s, index, shape[dim]), [s.Builder.TypeOf(index).Numel]);
        DimExpr count = s.Builder.TypeOf(flat).Shape[0];

        // Reading through the index checks it.
        var checkedIndex = new Lane(s.Builder, s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), ShapeOps.Iota(s, shape[dim]), flat));
        var position = new Lane(s.Builder, ShapeOps.Unsqueeze(s, ShapeOps.Iota(s, shape[dim]), 1));
        var order = new Lane(s.Builder, ShapeOps.Iota(s, count));
        s.Builder.Facts.RequireAtLeast(count, 1);
        Lane last = position.Is(checkedIndex).Choose(order, -1).Over(Op.AMax, [1], keepdim: false);

        // The value as [.., count, ..] in place of the dimension.
        ImmutableArray<DimExpr> place = [.. shape[..dim], .. own, .. shape[(dim + 1)..]];
        Value wide = InPlaceModels.Spread(s, s.Builder.Add(Op.Full, Attributes.Of(("shape", place), ("value", 0.0), ("dtype", DType.Bool))), value);
        Value rows = ProductModels.Reshaped(s, wide, [.. shape[..dim], count, .. shape[(dim + 1)..]]);
        Value taken = s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)dim)), rows, last.AtLeast(0).Value);
        Value mask = ProductModels.Reshaped(s, (last >= 0).Value, [shape[dim], .. Enumerable.Repeat(DimExpr.One, x.Rank - dim - 1)]);
        return s.Builder.Add(Op.Where, mask, taken, x);
    }
}
