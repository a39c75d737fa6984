using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Shape operations shared by several rows.</summary>
internal static class ShapeOps
{
    public static int Axis(CallSite s, long dim, int rank)
    {
        if (dim >= -rank && dim < rank)
        {
            return (int)(dim < 0 ? dim + rank : dim);
        }

        LiftException missing = s.Fail(Rules.ShapeMismatch, $"{Interpreter.Describe(s.Method)}: dimension {dim} of a tensor of rank {rank}");
        if (s.Arguments.Length > 0 && BclModels.Unwrapped(s.Arguments[0]) is TensorRef { Value: var x } && x.Rank == rank)
        {
            s.RequireDimensions(x, dim < 0 ? -dim : dim + 1, missing);
        }

        throw missing;
    }

    /// <summary>The tensor has at least so many dimensions: one from outside that was taken to have fewer is lifted again with that many.</summary>
    public static void RequireDimensions(this CallSite s, Value x, long rank, LiftException missing) => s.Interpreter.RequireDimensions(x, rank, missing);

    public static Value Reshape(CallSite s, Value x, ImmutableArray<DimExpr> shape) =>
        s.Builder.Add(Op.Reshape, Attributes.Of(("shape", Completed(s, shape, s.Builder.TypeOf(x).Numel))), x);

    // With -1 replaced by what is left of the total.
    private static ImmutableArray<DimExpr> Completed(CallSite s, ImmutableArray<DimExpr> shape, DimExpr total)
    {
        int unknown = -1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i].Constant == -1)
            {
                unknown = i;
            }
        }

        if (unknown < 0)
        {
            return shape;
        }

        DimExpr known = s.Builder.Facts.Normalize(DimExpr.Product(shape.RemoveAt(unknown)));
        if (known.IsZero)
        {
            throw s.Fail(Rules.AlwaysThrows, "reshape by -1 and 0");
        }

        if (DimExpr.TryDivide(total, known) is null)
        {
            s.Builder.Facts.RequireDivisible(total, known);
        }

        return shape.SetItem(unknown, DimExpr.FloorDiv(total, known));
    }

    public static Value Permute(CallSite s, Value x, IEnumerable<long> dims) =>
        s.Builder.Add(Op.Permute, Attributes.Of(("dims", dims.Select(d => (long)Axis(s, d, x.Rank)).ToImmutableArray())), x);

    public static Value Transpose(CallSite s, Value x, long a, long b)
    {
        int i = Axis(s, a, x.Rank), j = Axis(s, b, x.Rank);
        return Permute(s, x, Enumerable.Range(0, x.Rank).Select(d => (long)(d == i ? j : d == j ? i : d)));
    }

    public static TensorRef Flatten(CallSite s, TensorObject x, long start, long end)
    {
        Value v = x.Value;
        if (v.Rank == 0)
        {
            return s.NewTensor(Unsqueeze(s, v, 0), x);
        }

        int first = Axis(s, start, v.Rank), last = Axis(s, end, v.Rank);
        if (first > last)
        {
            throw s.Fail(Rules.AlwaysThrows, $"flatten from {first} to {last}");
        }

        s.Interpreter.FlattensNothing |= first == last;
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(v).Shape;
        return s.NewTensor(s.Builder.Add(Op.Reshape, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[.. shape[..first], DimExpr.Product(shape[first..(last + 1)]), .. shape[(last + 1)..]])), v), x);
    }

    /// <summary>One dimension as several; one of their sizes may be -1.</summary>
    public static Value Unflatten(CallSite s, Value x, long dim, ImmutableArray<DimExpr> sizes)
    {
        if (dim < 0)
        {
            throw s.Unsupported("a dimension from the end"); // which TorchSharp 0.107 does not take
        }

        int axis = Axis(s, dim, x.Rank);
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        return Reshape(s, x, [.. shape[..axis], .. Completed(s, sizes, shape[axis]), .. shape[(axis + 1)..]]);
    }

    public static Value Unsqueeze(CallSite s, Value x, long dim)
    {
        int at = Axis(s, dim, x.Rank + 1);
        return s.Builder.Add(Op.Reshape, Attributes.Of(("shape", s.Builder.TypeOf(x).Shape.Insert(at, 1))), x);
    }

    /// <summary>Removes a dimension of size 1; one whose size is not known to be 1 is required to be something else.</summary>
    public static Value Squeeze(CallSite s, Value x, long? dim)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        var keep = shape.Where((d, i) => dim is long one && Axis(s, one, x.Rank) != i || !IsOne(s, d)).ToImmutableArray();
        return keep.Length == shape.Length ? x : s.Builder.Add(Op.Reshape, Attributes.Of(("shape", keep)), x);
    }

    private static bool IsOne(CallSite s, DimExpr d)
    {
        if (!d.IsOne && d.Constant is null)
        {
            s.Builder.Facts.RequireDifferent(d, 1);
        }

        return d.IsOne;
    }

    /// <summary>0, 1, ... as i64.</summary>
    public static Value Iota(CallSite s, DimExpr length) => s.Builder.Add(Op.Iota, Attributes.Of(("length", length), ("dtype", DType.I64)));

    public static Value Slice(CallSite s, Value x, long dim, DimExpr start, DimExpr length, long step = 1) =>
        s.Builder.Add(Op.Slice, Attributes.Of(("dim", (long)Axis(s, dim, x.Rank)), ("start", start), ("length", length), ("step", step)), x);

    /// <summary>The tensor with a slice of it replaced.</summary>
    public static Value SliceReplaced(GraphBuilder b, Value x, int dim, DimExpr start, DimExpr length, long step, Value part)
    {
        ImmutableArray<DimExpr> shape = b.TypeOf(x).Shape;
        dim = dim < 0 ? dim + x.Rank : dim;
        (start, length) = (b.Facts.Normalize(start), b.Facts.Normalize(length));
        if (step == 1 || length.IsOne)
        {
            Value Cut(DimExpr from, DimExpr count) => b.Add(Op.Slice, Attributes.Of(("dim", (long)dim), ("start", from), ("length", count), ("step", 1L)), x);
            DimExpr end = start + length, rest = b.Facts.Normalize(shape[dim] - end);
            Value[] parts = [.. start.IsZero ? Array.Empty<Value>() : [Cut(0, start)], part, .. rest.IsZero ? Array.Empty<Value>() : [Cut(end, rest)]];
            return parts.Length == 1 ? part : b.Add(Op.Concat, Attributes.Of(("dim", (long)dim)), parts);
        }

        // Every step-th position takes the element of the part that belongs there.
        b.Facts.RequireAtLeast(length, 1);
        Value position = b.Add(Op.Sub, b.Add(Op.Iota, Attributes.Of(("length", shape[dim]), ("dtype", DType.I64))), b.Add(Op.Dim, Attributes.Of(("value", start))));
        Value every = b.Constant(step, DType.I64), zero = b.Constant(0, DType.I64), count = b.Add(Op.Dim, Attributes.Of(("value", length)));
        Value at = b.Add(Op.FloorDivide, position, every);
        Value isIn = b.Add(Op.And, b.Add(Op.And, b.Add(Op.Eq, b.Add(Op.Rem, position, every), zero), b.Add(Op.Ge, position, zero)), b.Add(Op.Lt, at, count));
        Value spread = b.Add(Op.Take, Attributes.Of(("dim", (long)dim)), part, b.Add(Op.Where, isIn, at, zero));
        Value mask = b.Add(Op.Reshape, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[shape[dim], .. Enumerable.Repeat(DimExpr.One, x.Rank - dim - 1)])), isIn);
        return b.Add(Op.Where, mask, spread, x);
    }

    /// <summary>
    /// Elements from start to end. The library clamps bounds that lie outside; here they are counted from the end when they are
    /// negative constants and cut where that is known, and must lie inside otherwise.
    /// </summary>
    public static Value Between(CallSite s, Value x, long dim, DimExpr? start, DimExpr? end, long step = 1)
    {
        DimExpr size = s.Builder.TypeOf(x).Shape[Axis(s, dim, x.Rank)];
        DimExpr At(DimExpr bound)
        {
            bound = IsFromEnd(s, bound) ? size + bound : bound.Constant is >= int.MaxValue ? size : bound;
            return size.Constant is long n && bound.Constant is long at ? Math.Clamp(at, 0, n) : bound;
        }

        DimExpr from = start is null ? 0 : At(start), to = end is null ? size : At(end), length = DimExpr.CeilDiv(to - from, step);
        return step < 1 ? throw s.Fail(Rules.AlwaysThrows, $"a step of {step}") : Slice(s, x, dim, from, length.Constant is < 0 ? 0 : length, step);
    }

    // -k of a number k that is never negative: 0, which counts from the beginning, is left to the original.
    private static bool IsFromEnd(CallSite s, DimExpr bound)
    {
        bool isFromEnd = bound.Constant is < 0 || (bound.Constant is null && DimExpr.AtLeast(0, bound));
        if (isFromEnd && bound.Constant is null)
        {
            s.Builder.Facts.RequireAtLeast(-1, bound);
        }

        return isFromEnd;
    }

    public static Value Select(CallSite s, Value x, long dim, AbstractValue index)
    {
        int axis = x.Rank > 0 ? Axis(s, dim, x.Rank) : throw s.Fail(Rules.AlwaysThrows, "an index into a number");
        DimExpr size = s.Builder.TypeOf(x).Shape[axis];
        DimExpr at = Interpreter.AsDim(index) ?? throw s.Fail(Rules.UnknownBranch, $"the index {Interpreter.Name(index)}");
        if (IsFromEnd(s, at))
        {
            at = size + at;
            s.Builder.Facts.RequireAtLeast(at, 0);
        }

        Value slice = Slice(s, x, axis, at, 1);
        return s.Builder.Add(Op.Reshape, Attributes.Of(("shape", s.Builder.TypeOf(slice).Shape.RemoveAt(axis))), slice);
    }
}
