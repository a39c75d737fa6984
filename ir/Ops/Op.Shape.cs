using System.Collections.Immutable;

namespace DlAot.Ir;

public static partial class Op
{
    public static readonly OpDef Reshape = new(
        "reshape", OpFamily.View, 1, 1, [A<ImmutableArray<DimExpr>>("shape")], c =>
        {
            var shape = RequireSizes(c, c.Attributes.Dims("shape"));
            c.SameDim(c[0].Numel, DimExpr.Product(shape), "number of elements");
            return One(c[0].DType, shape);
        }, EffectClass.Pure, null, null, "same elements in row-major order, another shape");

    public static readonly OpDef Permute = new(
        "permute", OpFamily.View, 1, 1, [A<ImmutableArray<long>>("dims")], c =>
        {
            var dims = c.Attributes.Ints("dims");
            if (!dims.Order().SequenceEqual(Enumerable.Range(0, c[0].Rank).Select(i => (long)i)))
            {
                throw c.Error($"[{string.Join(",", dims)}] is not a permutation of rank {c[0].Rank}");
            }

            return One(c[0].DType, dims.Select(d => c[0].Shape[(int)d]));
        }, EffectClass.Pure, null, null, "result dimension i is operand dimension dims[i]");

    public static readonly OpDef Expand = new(
        "expand", OpFamily.View, 1, 1, [A<ImmutableArray<DimExpr>>("shape")], c =>
        {
            var shape = RequireSizes(c, c.Attributes.Dims("shape"));
            int added = shape.Length - c[0].Rank;
            if (added < 0)
            {
                throw c.Error($"cannot expand {c[0]} to rank {shape.Length}");
            }

            for (int i = 0; i < c[0].Rank; i++)
            {
                if (!c[0].Shape[i].IsOne)
                {
                    c.SameDim(c[0].Shape[i], shape[added + i], $"dimension {i}");
                }
            }

            return One(c[0].DType, shape);
        }, EffectClass.Pure, null, null, "broadcast to a shape: new leading dimensions, size 1 stretched");

    public static readonly OpDef Slice = new(
        "slice", OpFamily.View, 1, 1,
        [A<long>("dim"), A<DimExpr>("start"), A<DimExpr>("length"), A<long>("step", optional: true)], c =>
        {
            int axis = c.Axis(c.Attributes.Int("dim"), c[0].Rank);
            DimExpr length = c.Attributes.Dim("length"), start = c.Attributes.Dim("start");
            long step = c.Attributes.Get("step", 1L);
            if (step < 1)
            {
                throw c.Error($"step {step} is not positive");
            }

            c.Facts.RequireAtLeast(start, 0);
            c.Facts.RequireAtLeast(length, 0);
            c.Facts.RequireAtLeast(c[0].Shape[axis], start + ((length - 1) * step) + 1);
            return One(c[0].DType, c[0].Shape.SetItem(axis, length));
        }, EffectClass.Pure, null, null, "elements start, start+step, ... (length of them) of one dimension");

    public static readonly OpDef Flip = new(
        "flip", OpFamily.View, 1, 1, [A<ImmutableArray<long>>("dims")], c =>
        {
            foreach (long d in c.Attributes.Ints("dims"))
            {
                c.Axis(d, c[0].Rank);
            }

            return One(c[0]);
        }, EffectClass.Pure, null, null, "reversed along dimensions");

    public static readonly OpDef Full = new(
        "full", OpFamily.Creation, 0, 0, [A<ImmutableArray<DimExpr>>("shape"), A<double>("value"), A<DType>("dtype")],
        c => One(c.Attributes.Get<DType>("dtype"), RequireSizes(c, c.Attributes.Dims("shape"))),
        EffectClass.Pure, null, null, "every element the same constant");

    public static readonly OpDef Iota = new(
        "iota", OpFamily.Creation, 0, 0, [A<DimExpr>("length"), A<DType>("dtype")],
        c => One(c.Attributes.Get<DType>("dtype"), RequireSizes(c, [c.Attributes.Dim("length")])),
        EffectClass.Pure, null, null, "0, 1, ..., length-1");

    public static readonly OpDef Dim = new(
        "dim", OpFamily.Creation, 0, 0, [A<DimExpr>("value")], _ => One(DType.I64, []),
        EffectClass.Pure, null, null, "a size as a rank-0 i64");

    public static readonly OpDef Concat = new(
        "concat", OpFamily.Movement, 1, int.MaxValue, [A<long>("dim")], c =>
        {
            int axis = c.Axis(c.Attributes.Int("dim"), c[0].Rank);
            foreach (TensorType t in c.Operands.Skip(1))
            {
                if (t.Rank != c[0].Rank || t.DType != c[0].DType)
                {
                    throw c.Error($"{t} does not go with {c[0]}");
                }

                for (int i = 0; i < t.Rank; i++)
                {
                    if (i != axis)
                    {
                        c.SameDim(c[0].Shape[i], t.Shape[i], $"dimension {i}");
                    }
                }
            }

            return One(c[0].DType, c[0].Shape.SetItem(axis, c.Operands.Aggregate(DimExpr.Zero, (s, t) => s + t.Shape[axis])));
        }, EffectClass.Pure, null, null, "operands one after another along a dimension");

    public static readonly OpDef Pad = new(
        "pad", OpFamily.Movement, 1, 1, [A<ImmutableArray<DimExpr>>("low"), A<ImmutableArray<DimExpr>>("high"), A<double>("value")], c =>
        {
            var (low, high) = (c.Attributes.Dims("low"), c.Attributes.Dims("high"));
            if (low.Length != c[0].Rank || high.Length != c[0].Rank)
            {
                throw c.Error($"low and high need {c[0].Rank} entries");
            }

            foreach (DimExpr width in low.Concat(high))
            {
                c.Facts.RequireAtLeast(width, 0);
            }

            return One(c[0].DType, c[0].Shape.Select((d, i) => d + low[i] + high[i]));
        }, EffectClass.Pure, null, null, "a constant border; low and high give its width per dimension (not negative)");

    public static readonly OpDef Take = new(
        "take", OpFamily.Movement, 2, 2, [A<long>("dim")], c =>
        {
            int axis = c.Axis(c.Attributes.Int("dim"), c[0].Rank);
            RequireIndex(c, c[1]);
            return One(c[0].DType, c[0].Shape.Take(axis).Concat(c[1].Shape).Concat(c[0].Shape.Skip(axis + 1)));
        }, EffectClass.Pure, null, null, "whole slices of one dimension by an index tensor: embedding, index_select (index checked)");

    public static readonly OpDef Gather = new(
        "gather", OpFamily.Movement, 2, 2, [A<long>("dim")], c =>
        {
            int axis = c.Axis(c.Attributes.Int("dim"), c[0].Rank);
            RequireIndex(c, c[1]);
            if (c[1].Rank != c[0].Rank)
            {
                throw c.Error($"index of rank {c[1].Rank} for rank {c[0].Rank}");
            }

            for (int i = 0; i < c[0].Rank; i++)
            {
                if (i != axis)
                {
                    c.Facts.RequireAtLeast(c[0].Shape[i], c[1].Shape[i]);
                }
            }

            return One(c[0].DType, c[1].Shape);
        }, EffectClass.Pure, null, null, "element by element along one dimension by an index of the result's shape (index checked)");

    // Sizes that come from the program are not negative.
    private static ImmutableArray<DimExpr> RequireSizes(TypeRuleContext c, ImmutableArray<DimExpr> sizes)
    {
        foreach (DimExpr size in sizes)
        {
            c.Facts.RequireAtLeast(size, 0);
        }

        return sizes;
    }

    private static void RequireIndex(TypeRuleContext c, TensorType index)
    {
        if (!index.DType.IsInteger())
        {
            throw c.Error($"index must be an integer tensor, got {index.DType.Name()}");
        }
    }
}
