using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Channels into pixels and back, shuffled channels, enlarged images.</summary>
internal static class RearrangeModels
{
    public static void Register(ModelTable t)
    {
        t["functional.pixel_shuffle"] = s => s.NewTensor(Shuffled(s, s.Operand, s.Int("upscale_factor")));
        t["PixelShuffle.forward"] = s => s.NewTensor(Shuffled(s, LayerModels.Input(s), (long)s.FactNumber("upscale_factor", 1)));
        t["functional.pixel_unshuffle"] = s => s.NewTensor(Unshuffled(s, s.Operand, s.Int("downscale_factor")));
        t["PixelUnshuffle.forward"] = s => s.NewTensor(Unshuffled(s, LayerModels.Input(s), (long)s.FactNumber("downscale_factor", 1)));
        Both(t, "channel_shuffle", s => s.NewTensor(Interleaved(s, s.Operand, s.Int("groups"))));
        t["ChannelShuffle.forward"] = s => s.NewTensor(Interleaved(s, LayerModels.Input(s), (long)s.FactNumber("groups", 1)));
        t["Unflatten.forward"] = s => ViewModels.View(s, s.TensorObject(s.Names[1]), x => ShapeOps.Unflatten(s, x, (long)s.FactNumber("dim", 1), [.. s.FactInts("unflattened_size", FactCount(s, "unflattened_size")).Select(d => (DimExpr)d)]));
        t["functional.interpolate"] = s => s.NewTensor(Enlarged(s, s.Operand, s.Int("mode", 0)));
        t["functional.upsample_nearest"] = s => s.NewTensor(Enlarged(s, s.Operand, 0));
    }

    private static int FactCount(CallSite s, string name) => LayerModels.Self(s).Instance.Facts.GetValueOrDefault(name) is { } list ? s.Items(list, name).Count : throw s.Fail(Rules.UnknownBranch, name);

    // [.., C*r*r, H, W] => [.., C, r, r, H, W] => [.., C, H, r, W, r] => [.., C, H*r, W*r]
    private static Value Shuffled(CallSite s, Value x, long r)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        int lead = x.Rank - 3;
        if (lead < 0 || r < 1)
        {
            throw s.Fail(Rules.AlwaysThrows, $"pixel_shuffle of rank {x.Rank}");
        }

        DimExpr channels = Quotient(s, shape[lead], r * r);
        Value apart = ProductModels.Reshaped(s, x, [.. shape[..lead], channels, r, r, shape[^2], shape[^1]]);
        Value moved = ShapeOps.Permute(s, apart, [.. Enumerable.Range(0, lead + 1).Select(d => (long)d), lead + 3, lead + 1, lead + 4, lead + 2]);
        return ProductModels.Reshaped(s, moved, [.. shape[..lead], channels, shape[^2] * r, shape[^1] * r]);
    }

    // [.., C, H, W] => [.., C, H/r, r, W/r, r] => [.., C, r, r, H/r, W/r] => [.., C*r*r, H/r, W/r]
    private static Value Unshuffled(CallSite s, Value x, long r)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        int lead = x.Rank - 3;
        if (lead < 0 || r < 1)
        {
            throw s.Fail(Rules.AlwaysThrows, $"pixel_unshuffle of rank {x.Rank}");
        }

        DimExpr height = Quotient(s, shape[^2], r), width = Quotient(s, shape[^1], r);
        Value apart = ProductModels.Reshaped(s, x, [.. shape[..(lead + 1)], height, r, width, r]);
        Value moved = ShapeOps.Permute(s, apart, [.. Enumerable.Range(0, lead + 1).Select(d => (long)d), lead + 2, lead + 4, lead + 1, lead + 3]);
        return ProductModels.Reshaped(s, moved, [.. shape[..lead], shape[lead] * (r * r), height, width]);
    }

    private static Value Interleaved(CallSite s, Value x, long groups)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        if (x.Rank < 3 || groups < 1)
        {
            throw s.Fail(Rules.AlwaysThrows, $"channel_shuffle of rank {x.Rank}");
        }

        Value apart = ProductModels.Reshaped(s, x, [shape[0], groups, Quotient(s, shape[1], groups), .. shape[2..]]);
        return ProductModels.Reshaped(s, ShapeOps.Transpose(s, apart, 1, 2), shape);
    }

    private static DimExpr Quotient(CallSite s, DimExpr size, long by)
    {
        if (DimExpr.TryDivide(size, by) is null)
        {
            s.Builder.Facts.RequireDivisible(size, by);
        }

        return DimExpr.FloorDiv(size, by);
    }

    // The nearest element for a whole factor is each element so many times.
    private static Value Enlarged(CallSite s, Value x, long mode)
    {
        int spatial = x.Rank - 2;
        AbstractValue[] factors = s.Optional("scale_factor") is { } given ? [.. s.Items(given, "scale_factor").Select(BclModels.Unwrapped)] : [];
        if (mode != 0 || spatial is < 1 or > 3 || s.Optional("size") is not null || factors.Length is 0 || (factors.Length != 1 && factors.Length != spatial))
        {
            throw s.Unsupported("this form");
        }

        for (int i = 0; i < spatial; i++)
        {
            long times = factors[factors.Length == 1 ? 0 : i] switch
            {
                Constant { Value: long n } when n > 0 => n,
                Constant { Value: double d } when d >= 1 && d == Math.Floor(d) && d < 1000 => (long)d,
                _ => throw s.Unsupported("a factor that is not whole"),
            };
            if (times > 1)
            {
                ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
                int dim = 2 + i;
                Value wide = s.Builder.Add(Op.Expand, Attributes.Of(("shape", shape.Insert(dim + 1, times))), ShapeOps.Unsqueeze(s, x, dim + 1));
                x = ProductModels.Reshaped(s, wide, shape.SetItem(dim, shape[dim] * times));
            }
        }

        return x.Node is null ? s.Builder.Add(Op.Clone, x) : x;
    }
}
