using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Layers that are called as they are.</summary>
internal static class ExternLayerModels
{
    public static void Register(ModelTable t)
    {
        RegisterAttention(t);
        RegisterWindows(t);
        LayerCalls.Add(t, "Bilinear", s => [s.TypeOf("input1") is var x ? x.With(x.Shape.SetItem(x.Rank - 1, LayerCalls.Fact(s, "outputSize", "out_features") ?? s.NewSize())) : null]);
        LayerCalls.Add(t, "CosineSimilarity", s => [s.TypeOf("input1", "x1") is var x ? x.With(s.NewSizes(x.Rank - 1)) : null]);
        LayerCalls.Add(t, "PairwiseDistance", s => [s.TypeOf("input1", "x1") is var x ? LayerCalls.Flag(s, "keep_dim", "keepdim") == true ? x.With(x.Shape.SetItem(x.Rank - 1, 1)) : x.With(x.Shape[..^1]) : null]);
        LayerCalls.Add(t, "LocalResponseNorm", ExternRules.Same);
        LayerCalls.Add(t, "GroupNorm", ExternRules.Same);
        LayerCalls.Add(t, "LayerNorm", ExternRules.Same);
        foreach (string layer in new[] { "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d" })
        {
            // With running statistics it writes them in training mode.
            LayerCalls.Add(t, layer, ExternRules.Same, needsEval: true);
        }

        t.AddCall(LayerCalls.Model(ExternRules.Same, needsEval: true), "InstanceNorm.forward");
        foreach (string layer in new[] { "RReLU", "AlphaDropout", "FeatureAlphaDropout", "Dropout3d" })
        {
            LayerCalls.Add(t, layer, ExternRules.Same, needsEval: true, mayShare: true);
        }

        foreach (string layer in new[] { "CELU", "GLU", "Hardshrink", "LogSigmoid", "PReLU", "SELU", "Softmin", "Softmax2d", "Softshrink", "Softsign", "Tanhshrink", "Threshold" })
        {
            // One that writes into its input is not called here.
            LayerCalls.Add(t, layer, s => LayerCalls.Flag(s, "inplace") == true || LayerModels.Self(s).Instance.IsOpaque ? throw s.Unsupported("inplace")
                : layer == "GLU" ? [ExternRules.Self(s) is var x ? x.With(s.NewSizes(x.Rank)) : null] : ExternRules.Same(s));
        }

        // Indices [B,L], or [N] with offsets [B]: [B, dimensions].
        LayerCalls.Add(t, "EmbeddingBag", s =>
        {
            (Value input, Value? offsets) = (s.Tensor("input"), s.OptionalTensor("offsets"));
            s.RequireInteger(input);
            s.RequireRank(input, offsets is null ? 2 : 1);
            if (offsets is not null)
            {
                s.RequireInteger(offsets);
                s.RequireRank(offsets, 1);
            }

            return [TensorType.Of(DType.F32, s.Builder.TypeOf(offsets ?? input).Shape[0], LayerCalls.Fact(s, "embedding_dims", "embedding_dim") ?? s.NewSize())];
        });
        foreach (string layer in new[] { "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d", "ReplicationPad3d", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d", "ZeroPad2d" })
        {
            int n = layer[^2] - '0';
            LayerCalls.Add(t, layer, s => [LastSizes(s, n)]);
        }

        t.AddCall(LayerCalls.Model(s => [LastSizes(s, s.Tensor("input", "tensor", "x").Rank - 2)]), "PadBase.forward");
        LayerCalls.Add(t, "Unfold", s => [s.RequireRank(ExternRules.Self(s), 4) is var x ? x.With([x.Shape[0], .. s.NewSizes(2)]) : null]);
        LayerCalls.Add(t, "Fold", s => [s.RequireRank(ExternRules.Self(s), 3) is var x ? x.With([x.Shape[0], .. s.NewSizes(3)]) : null]);
    }

    private static void RegisterAttention(ModelTable t)
    {
        // Query [L,N,E], key and value [S,N,...]: [L,N,E] and the weights [N,L,S].
        LayerCalls.Add(
            t, "MultiheadAttention",
            s =>
            {
                TensorType query = s.RequireRank(s.TypeOf("query"), 3), key = s.TypeOf("key");
                return [query, s.Bool("need_weights", true) ? query.With([query.Shape[1], query.Shape[0], key.Shape[0]]) : null];
            },
            needsEval: true);
        foreach (string layer in new[] { "TransformerEncoderLayer", "TransformerEncoder" })
        {
            LayerCalls.Add(t, layer, s => [s.TypeOf("src", "tensor", "input", "input1")], needsEval: true);
        }

        foreach (string layer in new[] { "TransformerDecoderLayer", "TransformerDecoder", "Transformer" })
        {
            LayerCalls.Add(t, layer, s => [s.TypeOf("tgt", "input2")], needsEval: true);
        }
    }

    private static void RegisterWindows(ModelTable t)
    {
        for (int n = 1; n <= 3; n++)
        {
            int spatial = n;
            LayerCalls.Add(t, $"ConvTranspose{n}d", s => Transposed(s, spatial));
            LayerCalls.Add(t, $"Conv{n}d", s => Convolved(s, spatial));
            foreach (string layer in new[] { $"MaxPool{n}d", $"AvgPool{n}d", $"AdaptiveAvgPool{n}d", $"AdaptiveMaxPool{n}d" })
            {
                LayerCalls.Add(t, layer, s => [Pooled(s, spatial)]);
            }

            t.AddCall(LayerCalls.Model(s => [LastSizes(s, spatial), null]), $"MaxPool{n}d.forward_with_indices");
            LayerCalls.Add(t, $"MaxUnpool{n}d", s => [LastSizes(s, spatial)]);
        }

        LayerCalls.Add(t, "LPPool1d", s => [Pooled(s, 1)]);
        LayerCalls.Add(t, "LPPool2d", s => [Pooled(s, 2)]);
        t.AddCall(LayerCalls.Model(s => Transposed(s, LayerModels.Self(s).Instance.Type.Name[^2] - '0')), "ConvolutionTranspose.forward", "ConvolutionTranspose.call");
    }

    // As far as the settings are foreseen: floor((L + 2 * padding - dilation * (k - 1) - 1) / stride) + 1.
    private static IReadOnlyList<TensorType?> Convolved(CallSite s, int n)
    {
        TensorType x = s.RequireRank(ExternRules.Self(s), n + 1, n + 2);
        bool isNamed = LayerModels.Self(s).Instance.Facts.GetValueOrDefault("padding_type") is not (null or Constant { IsNull: true });
        ImmutableArray<long>? kernel = LayerCalls.Longs(s, n, null, "kernel_size"), stride = LayerCalls.Longs(s, n, 1, "stride"), dilation = LayerCalls.Longs(s, n, 1, "dilation"),
            padding = isNamed ? null : LayerCalls.Longs(s, n, 0, "padding");
        IEnumerable<DimExpr> sizes = kernel is { } k && stride is { } by && padding is { } p && dilation is { } d
            ? Enumerable.Range(0, n).Select(i => DimExpr.FloorDiv(x.Shape[x.Rank - n + i] + ((2 * p[i]) - (d[i] * (k[i] - 1)) - 1), by[i]) + 1)
            : s.NewSizes(n);
        return [x.With([.. x.Shape[..(x.Rank - n - 1)], LayerCalls.Fact(s, "out_channels") ?? s.NewSize(), .. sizes])];
    }

    // As far as the settings are foreseen: (L - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1.
    private static IReadOnlyList<TensorType?> Transposed(CallSite s, int n)
    {
        TensorType x = s.RequireRank(s.TypeOf("input", "x"), n + 1, n + 2);
        DimExpr channels = LayerCalls.Fact(s, "out_channels", "outputChannel", "outChannels") ?? s.NewSize();
        bool isForeseen = s.Optional("output_size") is null && LayerCalls.Longs(s, n, null, "kernel_size", "kernelSize") is not null;
        ImmutableArray<long>? kernel = LayerCalls.Longs(s, n, null, "kernel_size", "kernelSize"), stride = LayerCalls.Longs(s, n, 1, "stride"), padding = LayerCalls.Longs(s, n, 0, "padding"),
            more = LayerCalls.Longs(s, n, 0, "output_padding", "outputPadding"), dilation = LayerCalls.Longs(s, n, 1, "dilation");
        IEnumerable<DimExpr> sizes = isForeseen && kernel is { } k && stride is { } by && padding is { } p && more is { } o && dilation is { } d
            ? Enumerable.Range(0, n).Select(i => ((x.Shape[x.Rank - n + i] - 1) * by[i]) - (2 * p[i]) + (d[i] * (k[i] - 1)) + o[i] + 1)
            : s.NewSizes(n);
        return [x.With([.. x.Shape[..(x.Rank - n - 1)], channels, .. sizes])];
    }

    private static TensorType Pooled(CallSite s, int n)
    {
        TensorType x = s.RequireRank(s.TypeOf("input", "tensor", "x"), n + 1, n + 2);
        return LayerModels.Self(s).Instance.Type.Name.StartsWith("Adaptive", StringComparison.Ordinal) && LayerCalls.Sizes(s, n, "outputSize", "output_size") is { } sizes && sizes.Length == n
            ? x.With([.. x.Shape[..(x.Rank - n)], .. sizes]) : LastSizes(s, n);
    }

    /// <summary>The input's type with sizes of the last dimensions that show when the layer has run.</summary>
    public static TensorType LastSizes(CallSite s, int n) =>
        s.TypeOf("input", "tensor", "x") is var x && x.Rank > n ? x.With([.. x.Shape[..(x.Rank - n)], .. s.NewSizes(n)]) : throw s.Fail(Rules.ShapeMismatch, $"{LayerModels.Self(s).Instance.Type.Name} of an input of rank {x.Rank}");
}
