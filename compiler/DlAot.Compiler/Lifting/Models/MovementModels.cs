using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Elements in another order, repeated, or picked by index.</summary>
internal static class MovementModels
{
    public static void Register(ModelTable t)
    {
        Both(t, "index_select", IndexSelect);
        Both(t, "gather", s => s.NewTensor(s.Builder.Add(Op.Gather, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), s.Operand.Rank))), s.Operand, Index(s, "index"))));
        Both(t, "take", s => s.NewTensor(s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), Flat(s, s.Operand), IndexModels.Wrapped(s, Index(s, "index"), s.Builder.TypeOf(s.Operand).Numel))));
        Both(t, "take_along_dim", TakeAlong);
        Both(t, "flip", s => s.NewTensor(Flipped(s, s.Operand, [.. s.Ints("dims")])));
        Both(t, "fliplr", s => s.NewTensor(Flipped(s, s.Operand, 1)));
        Both(t, "flipud", s => s.NewTensor(Flipped(s, s.Operand, 0)));
        Both(t, "rot90", s => s.NewTensor(Rotated(s)));
        Both(t, "roll", s => s.NewTensor(Rolled(s)));
        Both(t, "repeat", s => s.NewTensor(Tiled(s, s.Operand, s.Dims("sizes"))));
        Both(t, "tile", s => s.NewTensor(Tiled(s, s.Operand, s.Dims("reps", "dims"))));
        Both(t, "repeat_interleave", s => s.NewTensor(Interleaved(s)));
        t["functional.one_hot"] = s => s.NewTensor(OneHot(s));
        Both(t, "index_fill", s => s.NewTensor(IndexFilled(s)));
        t["Tensor.index_fill_"] = s => s.Replace(s.OperandObject, IndexFilled(s));
        Both(t, "slice_scatter", s => s.NewTensor(Scattered(s, (int)s.Int("dim", 0), s.Optional("start") is null ? 0 : s.Dim("start"), s.Optional("end") is null ? null : s.Dim("end"), s.Int("step", 1), s.Tensor("src"))));
        Both(t, "select_scatter", s => s.NewTensor(Scattered(s, (int)s.Int("dim"), s.Dim("index"), s.Dim("index").Constant == -1 ? null : s.Dim("index") + 1, 1, ShapeOps.Unsqueeze(s, s.Tensor("src"), s.Int("dim")))));
        Both(t, "diff", s => s.NewTensor(Differences(s)));
        t.Add(s => throw s.Unsupported("a result whose size depends on values"), "Tensor.masked_select", "torch.masked_select", "Tensor.nonzero", "torch.nonzero", "Tensor.masked_scatter", "Tensor.masked_scatter_", "torch.masked_scatter");
    }

    private static Value Flat(CallSite s, Value x) => ProductModels.Reshaped(s, x, [s.Builder.TypeOf(x).Numel]);

    private static Value Index(CallSite s, string name)
    {
        Value index = s.Tensor(name);
        s.RequireInteger(index);
        return index.DType is DType.I64 or DType.I32 ? index : throw s.Fail(Rules.AlwaysThrows, $"an index of {index.DType.Name()}");
    }

    private static AbstractValue IndexSelect(CallSite s)
    {
        Value x = s.Operand, index = Index(s, "index");
        index = index.Rank switch
        {
            0 => ShapeOps.Unsqueeze(s, index, 0),
            1 => index,
            _ => throw s.Fail(Rules.AlwaysThrows, $"index_select by an index of rank {index.Rank}"),
        };
        return s.NewTensor(s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), x.Rank))), x, index));
    }

    // Broadcast outside of the dimension, then gathered.
    private static AbstractValue TakeAlong(CallSite s)
    {
        Value x = s.Operand, index = s.Argument("indices") is TensorRef ? Index(s, "indices") : throw s.Unsupported("a list of indices");
        if (s.Has("dim") && s.Optional("dim") is not null)
        {
            int axis = ShapeOps.Axis(s, s.Int("dim"), x.Rank);
            ImmutableArray<DimExpr> own = s.Builder.TypeOf(x).Shape, other = s.Builder.TypeOf(index).Shape;
            if (index.Rank != x.Rank || own.Where((d, i) => i != axis && !d.IsOne && !other[i].IsOne && !s.Builder.Facts.TryEqual(d, other[i])).Any())
            {
                throw s.Fail(Rules.ShapeMismatch, "take_along_dim");
            }

            Value Wide(Value v, ImmutableArray<DimExpr> shape, ImmutableArray<DimExpr> like) =>
                s.Builder.Add(Op.Expand, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[.. shape.Select((d, i) => i != axis && d.IsOne ? like[i] : d)])), v);
            return s.NewTensor(s.Builder.Add(Op.Gather, Attributes.Of(("dim", (long)axis)), Wide(x, own, other), Wide(index, other, own)));
        }

        return s.NewTensor(s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), Flat(s, x), Flat(s, index)));
    }

    private static Value Flipped(CallSite s, Value x, params long[] dims) =>
        s.Builder.Add(Op.Flip, Attributes.Of(("dims", dims.Select(d => (long)ShapeOps.Axis(s, d, x.Rank)).Distinct().ToImmutableArray())), x);

    private static Value Rotated(CallSite s)
    {
        Value x = s.Operand;
        long k = ((s.Int("k", 1) % 4) + 4) % 4;
        ImmutableArray<long> dims = s.Optional("dims") is null ? [0, 1] : s.Ints("dims");
        return k switch
        {
            0 => s.Builder.Add(Op.Clone, x),
            2 => Flipped(s, x, dims[0], dims[1]),
            1 => ShapeOps.Transpose(s, Flipped(s, x, dims[1]), dims[0], dims[1]),
            _ => Flipped(s, ShapeOps.Transpose(s, x, dims[0], dims[1]), dims[1]),
        };
    }

    // The last elements first: [a, b] => [b, a] along each dimension; without dimensions along the flattened tensor.
    private static Value Rolled(CallSite s)
    {
        Value x = s.Operand;
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape, shifts = s.Dims("shifts");
        ImmutableArray<long> dims = s.Optional("dims") is null ? [] : s.Ints("dims");
        if (dims.IsEmpty)
        {
            return shifts.Length == 1 ? ProductModels.Reshaped(s, Rolled(s, Flat(s, x), 0, shifts[0]), shape) : throw s.Fail(Rules.AlwaysThrows, "several shifts without dimensions");
        }

        return shifts.Length != dims.Length ? throw s.Fail(Rules.AlwaysThrows, "as many shifts as dimensions")
            : dims.Zip(shifts).Aggregate(x, (v, p) => Rolled(s, v, ShapeOps.Axis(s, p.First, x.Rank), p.Second));
    }

    private static Value Rolled(CallSite s, Value x, int dim, DimExpr shift)
    {
        DimExpr size = s.Builder.TypeOf(x).Shape[dim];
        if (size.Constant is long known && shift.Constant is long by)
        {
            shift = known == 0 ? 0 : ((by % known) + known) % known;
        }
        else if (shift.Constant is < 0 || (shift.Constant is null && shift.Terms.All(t => t.Coefficient < 0)))
        {
            shift = size + shift;
            s.Builder.Facts.RequireAtLeast(shift, 0);
        }
        else
        {
            s.Builder.Facts.RequireAtLeast(size, shift);
        }

        return shift.IsZero ? s.Builder.Add(Op.Clone, x)
            : s.Builder.Add(Op.Concat, Attributes.Of(("dim", (long)dim)), ShapeOps.Slice(s, x, dim, size - shift, shift), ShapeOps.Slice(s, x, dim, 0, size - shift));
    }

    // [.., n, ..] => [.., times, n, ..] => [.., times * n, ..]
    private static Value Tiled(CallSite s, Value x, ImmutableArray<DimExpr> times)
    {
        if (times.Length < x.Rank)
        {
            times = s.Method.Name == "tile" ? [.. Enumerable.Repeat(DimExpr.One, x.Rank - times.Length), .. times] : throw s.Fail(Rules.AlwaysThrows, "repeat by fewer numbers than dimensions");
        }

        ImmutableArray<DimExpr> shape = [.. Enumerable.Repeat(DimExpr.One, times.Length - x.Rank), .. s.Builder.TypeOf(x).Shape];
        if (times.All(t => t.IsOne))
        {
            return s.Builder.Add(Op.Clone, ProductModels.Reshaped(s, x, shape));
        }

        Value apart = ProductModels.Reshaped(s, x, [.. shape.SelectMany((d, i) => times[i].IsOne ? new[] { d } : [DimExpr.One, d])]);
        Value wide = s.Builder.Add(Op.Expand, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[.. shape.SelectMany((d, i) => times[i].IsOne ? new[] { d } : [times[i], d])])), apart);
        return ProductModels.Reshaped(s, wide, [.. shape.Zip(times).Select(p => p.First * p.Second)]);
    }

    private static Value Interleaved(CallSite s)
    {
        if (s.Argument("repeats") is TensorRef)
        {
            throw s.Unsupported("repeats that differ");
        }

        DimExpr times = s.Dim("repeats");
        Value x = s.Operand;
        int dim = 0;
        if (s.Optional("dim") is null)
        {
            x = Flat(s, x);
        }
        else
        {
            dim = ShapeOps.Axis(s, s.Int("dim"), x.Rank);
        }

        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        Value wide = s.Builder.Add(Op.Expand, Attributes.Of(("shape", shape.Insert(dim + 1, times))), ShapeOps.Unsqueeze(s, x, dim + 1));
        return ProductModels.Reshaped(s, wide, shape.SetItem(dim, shape[dim] * times));
    }

    // Rows of the identity matrix, so that indices are checked.
    private static Value OneHot(CallSite s)
    {
        Value x = s.Operand;
        s.RequireInteger(x);
        DimExpr classes = s.Optional("num_classes") is null ? -1 : s.Dim("num_classes");
        if (classes.Constant is -1)
        {
            throw s.Unsupported("a result whose size depends on values");
        }

        Value identity = s.Interpreter.CastTo(DiagonalOps.Mask(s, classes, classes, 0), DType.I64);
        return x.DType == DType.I64 ? s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), identity, x) : throw s.Fail(Rules.AlwaysThrows, $"one_hot of {x.DType.Name()}");
    }

    // A gather of zeros checks the indices; the mask says which positions any of them names.
    private static Value IndexFilled(CallSite s)
    {
        Value x = s.Operand, index = Index(s, "index");
        int dim = ShapeOps.Axis(s, s.Int("dim"), x.Rank);
        index = index.Rank == 0 ? ShapeOps.Unsqueeze(s, index, 0) : index;
        DimExpr size = s.Builder.TypeOf(x).Shape[dim];
        Value rows = s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), DiagonalOps.Mask(s, size, size, 0), IndexModels.Wrapped(s, index, size));
        Value named = s.Builder.Add(Op.Any, Attributes.Of(("dims", ImmutableArray.Create(0L)), ("keepdim", false)), rows);
        Value mask = ProductModels.Reshaped(s, named, [size, .. Enumerable.Repeat(DimExpr.One, x.Rank - dim - 1)]);
        return s.Builder.Add(Op.Where, mask, SelectionModels.Stored(s, s.Argument("value"), x.DType), x);
    }

    private static Value Scattered(CallSite s, int dim, DimExpr start, DimExpr? end, long step, Value part)
    {
        Value x = s.Operand;
        dim = ShapeOps.Axis(s, dim, x.Rank);
        DimExpr size = s.Builder.TypeOf(x).Shape[dim];
        DimExpr At(DimExpr bound) => bound.Constant is < 0 ? size + bound : bound.Constant is >= int.MaxValue ? size : bound;
        start = At(start);
        DimExpr length = DimExpr.CeilDiv((end is null ? size : At(end)) - start, step);
        Value shown = ShapeOps.Slice(s, x, dim, start, length, step);
        return part.DType == x.DType ? ShapeOps.SliceReplaced(s.Builder, x, dim, start, length, step, InPlaceModels.Spread(s, shown, part)) : throw s.Unsupported("another dtype");
    }

    private static Value Differences(CallSite s)
    {
        if (s.Int("n", 1) != 1)
        {
            throw s.Unsupported("n other than 1"); // which TorchSharp 0.107 has not implemented
        }

        Value x = s.Operand;
        int dim = ShapeOps.Axis(s, s.Int("dim", -1), x.Rank);
        Value[] parts = [.. new[] { s.OptionalTensor("prepend"), x, s.OptionalTensor("append") }.OfType<Value>()];
        x = parts.Length == 1 ? x : JoinModels.Joined(s, parts, dim).Value;
        DimExpr size = s.Builder.TypeOf(x).Shape[dim];
        Value later = ShapeOps.Slice(s, x, dim, 1, size - 1), earlier = ShapeOps.Slice(s, x, dim, 0, size - 1);
        return s.Builder.Add(x.DType == DType.Bool ? Op.Xor : Op.Sub, later, earlier);
    }
}
