using System.Collections.Immutable;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.ExternModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>What moves a window over the last dimensions: transposed convolutions, pooling, unfold and fold.</summary>
internal static class ExternWindowModels
{
    public static void Register(ModelTable t)
    {
        for (int n = 1; n <= 3; n++)
        {
            int spatial = n;
            Functions(t, "functional", $"conv_transpose{n}d", s => TransposedConvolution(s, spatial));
            Functions(t, "functional", $"conv{n}d", s => Convolution(s, spatial));
            Functions(t, "functional", n < 3 ? $"max_pool{n}d avg_pool{n}d lp_pool{n}d" : "max_pool3d avg_pool3d", s => [Pooled(s, spatial)]);
            Functions(t, "functional", $"max_pool{n}d_with_indices", s => [Pooled(s, spatial), Pooled(s, spatial).As(DType.I64)]);
            Functions(t, "functional", $"adaptive_avg_pool{n}d adaptive_max_pool{n}d", s => [Adapted(s, spatial)]);
            Functions(t, "functional", $"adaptive_max_pool{n}d_with_indices", s => [Adapted(s, spatial), Adapted(s, spatial).As(DType.I64)]);
            Functions(t, "functional", $"max_unpool{n}d", s => [ExternRules.Self(s) is var x && s.Optional("output_size") is { } size
                ? x.With([.. x.Shape[..^spatial], .. s.SizesOf(size, "output_size").TakeLast(spatial)]) : x.With([.. x.Shape[..^spatial], .. s.NewSizes(spatial)])]);
        }

        Functions(t, "functional", "unfold", Unfold);
        Functions(t, "functional", "fold", Fold);
        Functions(t, "functional", "local_response_norm", ExternRules.Same);
        Functions(t, "functional", "pad", Padded);
        Functions(t, "Tensor", "unfold", s =>
        {
            TensorType x = s.TypeOf("this");
            int axis = s.Axis(x, "dimension");
            DimExpr size = s.Dim("size"), step = s.Dim("step");
            return [x.With([.. x.Shape.SetItem(axis, DimExpr.FloorDiv(x.Shape[axis] - size, step) + 1), size])];
        }, mayShare: true);
    }

    // floor((L + 2 * padding - dilation * (k - 1) - 1) / stride) + 1; the weight is [out, in / groups, k...].
    private static IReadOnlyList<TensorType?> Convolution(CallSite s, int n)
    {
        TensorType x = s.RequireRank(s.TypeOf("input", "x"), n + 1, n + 2), weight = s.RequireRank(s.TypeOf("weight", "weights"), n + 2);
        ImmutableArray<DimExpr> stride = s.PerDim(n, 1, "stride", "strides"), padding = s.PerDim(n, 0, "padding"), dilation = s.PerDim(n, 1, "dilation");
        IEnumerable<DimExpr> sizes = Enumerable.Range(0, n).Select(i => DimExpr.FloorDiv(x.Shape[x.Rank - n + i] + (padding[i] * 2) - (dilation[i] * (weight.Shape[2 + i] - 1)) - 1, stride[i]) + 1);
        return [x.With([.. x.Shape[..(x.Rank - n - 1)], weight.Shape[0], .. sizes])];
    }

    // Numbers before and after, the last dimension first; one number stands for all.
    private static IReadOnlyList<TensorType?> Padded(CallSite s)
    {
        TensorType x = ExternRules.Self(s);
        ImmutableArray<DimExpr> pad = s.Dims("pad");
        if (s.Argument("pad") is Constant or Size)
        {
            return [x.With([.. x.Shape.Select(d => d + (pad[0] * 2))])];
        }

        return [x.With([.. x.Shape.Select((d, i) => (x.Rank - 1 - i) * 2 is var at && at + 1 < pad.Length ? d + pad[at] + pad[at + 1] : d)])];
    }

    // (L - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1; the weight is [in, out / groups, k...].
    private static IReadOnlyList<TensorType?> TransposedConvolution(CallSite s, int n)
    {
        TensorType x = s.TypeOf("input", "x"), weight = s.TypeOf("weight", "weights");
        s.RequireRank(x, n + 1, n + 2);
        s.RequireRank(weight, n + 2);
        ImmutableArray<DimExpr> stride = s.PerDim(n, 1, "stride", "strides"), padding = s.PerDim(n, 0, "padding"), more = s.PerDim(n, 0, "output_padding"), dilation = s.PerDim(n, 1, "dilation");
        IEnumerable<DimExpr> window = Enumerable.Range(0, n).Select(i => ((x.Shape[x.Rank - n + i] - 1) * stride[i]) - (padding[i] * 2) + (dilation[i] * (weight.Shape[2 + i] - 1)) + more[i] + 1);
        DimExpr channels = weight.Shape[1] * (s.Optional("groups") is null ? 1 : s.Dim("groups"));
        return [x.With([.. x.Shape[..(x.Rank - n - 1)], channels, .. window])];
    }

    // floor((L + 2 * padding - dilation * (k - 1) - 1) / stride) + 1
    private static TensorType Pooled(CallSite s, int n)
    {
        TensorType x = s.RequireRank(ExternRules.Self(s), n + 1, n + 2);
        ImmutableArray<DimExpr> kernel = s.PerDim(n, 1, "kernel_size", "kernelSize", "kernelSizes");
        bool hasStride = s.Optional("stride", "strides") is { } given && s.Items(given, "stride").Count > 0;
        ImmutableArray<DimExpr> stride = hasStride ? s.PerDim(n, 1, "stride", "strides") : kernel;
        ImmutableArray<DimExpr> padding = s.PerDim(n, 0, "padding"), dilation = s.PerDim(n, 1, "dilation");
        bool ceil = s.Bool("ceil_mode");
        IEnumerable<DimExpr> sizes = Enumerable.Range(0, n).Select(i => ceil ? s.NewSize()
            : DimExpr.FloorDiv(x.Shape[x.Rank - n + i] + (padding[i] * 2) - (dilation[i] * (kernel[i] - 1)) - 1, stride[i]) + 1);
        return x.With([.. x.Shape[..(x.Rank - n)], .. sizes]);
    }

    private static TensorType Adapted(CallSite s, int n)
    {
        TensorType x = s.RequireRank(ExternRules.Self(s), n + 1, n + 2);
        return x.With([.. x.Shape[..(x.Rank - n)], .. s.PerDim(n, 1, "output_size", "outputSize")]);
    }

    // [N,C,H,W] => [N, C * kh * kw, blocks]
    private static IReadOnlyList<TensorType?> Unfold(CallSite s)
    {
        TensorType x = s.RequireRank(ExternRules.Self(s), 4);
        ImmutableArray<DimExpr> kernel = s.PerDim(2, 1, "kernel_size");
        return [x.With([x.Shape[0], x.Shape[1] * kernel[0] * kernel[1], Blocks(s, [x.Shape[2], x.Shape[3]], kernel)])];
    }

    // [N, C * kh * kw, blocks] => [N,C,H,W]
    private static IReadOnlyList<TensorType?> Fold(CallSite s)
    {
        TensorType x = s.RequireRank(ExternRules.Self(s), 3);
        ImmutableArray<DimExpr> kernel = s.PerDim(2, 1, "kernel_size"), size = s.PerDim(2, 1, "output_size");
        return [x.With([x.Shape[0], DimExpr.FloorDiv(x.Shape[1], kernel[0] * kernel[1]), .. size])];
    }

    private static DimExpr Blocks(CallSite s, ImmutableArray<DimExpr> sizes, ImmutableArray<DimExpr> kernel)
    {
        ImmutableArray<DimExpr> dilation = s.PerDim(2, 1, "dilation"), padding = s.PerDim(2, 0, "padding"), stride = s.PerDim(2, 1, "stride");
        return DimExpr.Product([.. sizes.Select((d, i) => DimExpr.FloorDiv(d + (padding[i] * 2) - (dilation[i] * (kernel[i] - 1)) - 1, stride[i]) + 1)]);
    }
}
