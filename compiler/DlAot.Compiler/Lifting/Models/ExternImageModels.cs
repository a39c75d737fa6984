using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.ExternModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Resizing and sampling of images, and transforms into frequencies that stay real.</summary>
internal static class ExternImageModels
{
    public static void Register(ModelTable t)
    {
        Functions(t, "functional", "interpolate upsample upsample_bilinear upsample_nearest", s => [Resized(s, s.Optional("size"), s.Optional("scale_factor"))]);
        Functions(t, "functional", "upsample_nearest1d upsample_nearest2d upsample_nearest3d", s => [Resized(s, s.Optional("outputSize", "outputSizes"), s.Optional("scaleFactor", "scaleFactors"))]);
        Functions(t, "functional", "pixel_shuffle", s => [Shuffled(s, s.Dim("upscale_factor"))], mayShare: true);
        Functions(t, "functional", "pixel_unshuffle", s => [Unshuffled(s, s.Dim("downscale_factor"))], mayShare: true);
        Functions(t, "Tensor", "channel_shuffle", ExternRules.Same, mayShare: true);

        // [N,C,...] sampled at [N, sizes..., 2 or 3]
        Functions(t, "functional", "grid_sample", s =>
        {
            TensorType x = s.RequireRank(ExternRules.Self(s), 4, 5), grid = s.TypeOf("grid");
            s.RequireRank(grid, x.Rank);
            return [x.With([x.Shape[0], x.Shape[1], .. grid.Shape[1..^1]])];
        });
        Functions(t, "functional", "affine_grid", s =>
        {
            ImmutableArray<DimExpr> size = s.Dims("size");
            return [s.TypeOf("theta").With([size[0], .. size[2..], size.Length - 2])];
        });
        LayerCalls.Add(t, "Upsample", s => [ExternRules.Self(s) is var x && LayerCalls.List(s, "scale_factor") is { } factors ? Resized(s, null, factors) : Resized(s, LayerCalls.List(s, "size"), null)]);
        LayerCalls.Add(t, "PixelShuffle", s => [LayerCalls.Fact(s, "upscaleFactor", "upscale_factor") is { } r ? Shuffled(s, r) : ExternRules.Self(s) is var x ? x.With([.. x.Shape[..^3], .. s.NewSizes(3)]) : null], mayShare: true);
        LayerCalls.Add(t, "PixelUnshuffle", s => [LayerCalls.Fact(s, "downscaleFactor", "downscale_factor") is { } r ? Unshuffled(s, r) : ExternRules.Self(s) is var x ? x.With([.. x.Shape[..^3], .. s.NewSizes(3)]) : null], mayShare: true);
        LayerCalls.Add(t, "ChannelShuffle", ExternRules.Same, mayShare: true);
    }

    // The spatial dimensions get the sizes, or floor(size * factor).
    private static TensorType Resized(CallSite s, AbstractValue? size, AbstractValue? factor)
    {
        TensorType x = s.RequireRank(ExternRules.Self(s), 3, 4, 5);
        int n = x.Rank - 2;
        DimExpr[] sizes = [.. s.NewOrGiven(n, size, factor, x)];
        return x.With([.. x.Shape[..2], .. sizes]);
    }

    private static IEnumerable<DimExpr> NewOrGiven(this CallSite s, int n, AbstractValue? size, AbstractValue? factor, TensorType x)
    {
        if (size is not null)
        {
            ImmutableArray<DimExpr> given = s.SizesOf(size, "size");
            return given.Length == n ? given : given.Length == 1 ? Enumerable.Repeat(given[0], n) : throw s.Fail(Rules.ShapeMismatch, $"{given.Length} sizes for {n} dimensions");
        }

        AbstractValue[]? factors = factor switch
        {
            ObjectRef { Instance.Items: not null } => [.. s.Items(factor, "scale_factor")],
            not null => [factor],
            null => null,
        };
        return factors is null ? s.NewSizes(n)
            : factors.Length != n && factors.Length != 1 ? throw s.Fail(Rules.ShapeMismatch, $"{factors.Length} factors for {n} dimensions")
            : Enumerable.Range(0, n).Select(i => factors[factors.Length == 1 ? 0 : i] is Constant { Value: double f } ? s.Scaled(x.Shape[2 + i], f) : s.NewSize());
    }

    // [..., C * r * r, H, W] => [..., C, H * r, W * r]
    private static TensorType Shuffled(CallSite s, DimExpr r)
    {
        TensorType x = ExternRules.Self(s);
        return x.Rank < 3 ? throw s.Fail(Rules.ShapeMismatch, $"pixel_shuffle of rank {x.Rank}")
            : x.With([.. x.Shape[..^3], DimExpr.FloorDiv(x.Shape[^3], r * r), x.Shape[^2] * r, x.Shape[^1] * r]);
    }

    private static TensorType Unshuffled(CallSite s, DimExpr r)
    {
        TensorType x = ExternRules.Self(s);
        return x.Rank < 3 ? throw s.Fail(Rules.ShapeMismatch, $"pixel_unshuffle of rank {x.Rank}")
            : x.With([.. x.Shape[..^3], x.Shape[^3] * r * r, DimExpr.FloorDiv(x.Shape[^2], r), DimExpr.FloorDiv(x.Shape[^1], r)]);
    }
}
