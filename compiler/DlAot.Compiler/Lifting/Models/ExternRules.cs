using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Parts of result rules. What a rule gives is checked after the call, so that it needs to be right only where the call succeeds.</summary>
internal static class ExternRules
{
    /// <summary>One result of the first operand's type.</summary>
    public static IReadOnlyList<TensorType?> Same(CallSite s) => [Self(s)];

    /// <summary>The first operand's type; a receiver counts when it is a tensor.</summary>
    public static TensorType Self(CallSite s)
    {
        foreach (string name in TensorModels.Self)
        {
            if (s.Find(name) is TensorRef)
            {
                return s.TypeOf(name);
            }
        }

        return s.TypeOf(TensorModels.Self);
    }

    public static TensorType TypeOf(this CallSite s, params ReadOnlySpan<string> anyOf) => s.Builder.TypeOf(s.Tensor(anyOf));

    /// <summary>A size that shows when the call has returned.</summary>
    public static DimExpr NewSize(this CallSite s) => s.Interpreter.NewSize(s.Method.Name.Trim('_') + "_size");

    public static ImmutableArray<DimExpr> NewSizes(this CallSite s, int count) => [.. Enumerable.Range(0, count).Select(_ => s.NewSize())];

    public static int Axis(this CallSite s, TensorType t, long dim) => ShapeOps.Axis(s, dim, t.Rank);

    /// <summary>A dimension given as <c>dim</c>, -1 when it is left out.</summary>
    public static int Axis(this CallSite s, TensorType t, string name = "dim", long missing = -1) => s.Axis(t, s.Int(name, missing));

    /// <summary>A list argument with one entry for each of so many dimensions: one number stands for all, null for the default.</summary>
    public static ImmutableArray<DimExpr> PerDim(this CallSite s, int count, long missing, params ReadOnlySpan<string> names)
    {
        if (s.Optional(names) is not { } list)
        {
            return [.. Enumerable.Repeat((DimExpr)missing, count)];
        }

        ImmutableArray<DimExpr> sizes = s.SizesOf(list, names[0]);
        return sizes.Length == count ? sizes : sizes.Length == 1 ? [.. Enumerable.Repeat(sizes[0], count)] : throw s.Fail(Rules.ShapeMismatch, $"{names[0]} has {sizes.Length} elements, not {count}");
    }

    public static ImmutableArray<DimExpr> SizesOf(this CallSite s, AbstractValue list, string name) =>
        [.. s.Items(list, name).Select(v => Interpreter.AsDim(BclModels.Unwrapped(v)) ?? throw s.Fail(Rules.UnknownBranch, $"an element of {name}"))];

    /// <summary>Without the dimension, or with size 1 there.</summary>
    public static TensorType Reduced(this TensorType t, int axis, bool keep, DType? type = null) =>
        new(type ?? t.DType, t.Rank == 0 ? [] : keep ? t.Shape.SetItem(axis, 1) : t.Shape.RemoveAt(axis));

    public static TensorType As(this TensorType t, DType type) => new(type, t.Shape);

    public static TensorType With(this TensorType t, ImmutableArray<DimExpr> shape) => new(t.DType, shape);

    public static TensorType RequireRank(this CallSite s, TensorType t, params ReadOnlySpan<int> ranks) =>
        ranks.Contains(t.Rank) ? t : throw s.Fail(Rules.ShapeMismatch, $"{Interpreter.Describe(s.Method)} of an input of rank {t.Rank}");

    /// <summary>floor(size * factor), exactly where the factor is a fraction with a small power of two below the line.</summary>
    public static DimExpr Scaled(this CallSite s, DimExpr size, double factor)
    {
        for (int shift = 0; shift <= 10; shift++)
        {
            double numerator = factor * (1L << shift);
            if (numerator == Math.Floor(numerator) && numerator is >= 0 and < 1 << 20)
            {
                return DimExpr.FloorDiv(size * (long)numerator, 1L << shift);
            }
        }

        return s.NewSize();
    }

    /// <summary>The shape of operands broadcast together.</summary>
    public static ImmutableArray<DimExpr> Broadcast(this CallSite s, params ImmutableArray<DimExpr>[] shapes) =>
        new TypeRuleContext(Op.Extern, [], Attributes.None, s.Builder.Facts).Broadcast(shapes);
}
