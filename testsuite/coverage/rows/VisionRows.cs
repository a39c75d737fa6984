using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class VisionRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("Vision.BottleneckBlock", "null scope operators in-place", c => c.New("Vision.BottleneckBlock", 8, 4, 2), _ => [randn(1, 8, 8, 8)], _ => [randn(2, 8, 6, 6)]),
        new("Vision.SmallResNet", "modules", c => c.Call("Vision.SmallResNet", "Tiny"), _ => [randn(1, 3, 16, 16)], _ => [randn(2, 3, 20, 20)]),
        new("Vision.SqueezeExcite", "straight operators in-place", c => c.New("Vision.SqueezeExcite", 8), _ => [randn(2, 8, 5, 5)], _ => [randn(1, 8, 3, 4)]),
        new("Vision.InvertedResidual", "config operators", c => c.New("Vision.InvertedResidual", 8, 8, 1, 2), _ => [randn(1, 8, 6, 6)], _ => [randn(2, 8, 5, 5)]),
        new("Vision.ConvNextBlock", "null operators", c => c.New("Vision.ConvNextBlock", 8), _ => [randn(1, 8, 6, 6)], _ => [randn(2, 8, 9, 7)]),
        new("Vision.DenseBlock", "modules", c => c.New("Vision.DenseBlock", 8), _ => [randn(1, 8, 6, 6)], _ => [randn(2, 8, 4, 4)]),
        new("Vision.PatchEmbedding", "shape throw", c => c.New("Vision.PatchEmbedding"), _ => [randn(1, 3, 32, 32)], _ => [randn(2, 3, 32, 32)], _ => [randn(1, 3, 24, 24)]),
        new("Vision.EncoderLayer", "straight operators", c => c.New("Vision.EncoderLayer", 16, 2), _ => [randn(2, 5, 16)], _ => [randn(1, 3, 16)]),
        new("Vision.VisionTransformer", "null modules mode scope indexer operators linq", c => c.Call("Vision.VisionTransformer", "Tiny"), _ => [randn(1, 3, 32, 32)], _ => [randn(2, 3, 32, 32)]),
        new("Vision.WindowAttentionBlock", "shape scalar operators indexer", c => c.New("Vision.WindowAttentionBlock", 8, 4, 2), _ => [randn(1, 8, 8, 8)], _ => [randn(1, 4, 8, 8)]),
        new("Vision.QueryHead", "straight gives dictionary", c => c.New("Vision.QueryHead", 5, 8, 3), _ => [randn(2, 6, 8)], _ => [randn(1, 9, 8)]),
        new("Vision.DoubleConv", "straight", c => c.New("Vision.DoubleConv", 3, 4, null), _ => [randn(1, 3, 8, 8)], _ => [randn(2, 3, 6, 6)]),
        new("Vision.NearestUpsample", "straight", c => c.New("Vision.NearestUpsample"), _ => [randn(1, 3, 4, 4)], _ => [randn(1, 3, 5, 6)]),
        new("Vision.UpBlock", "straight", c => c.New("Vision.UpBlock", 8, 4), _ => [randn(1, 4, 4, 4), randn(1, 4, 9, 9)], _ => [randn(1, 4, 3, 3), randn(1, 4, 7, 6)]),
        new("Vision.SmallUNet", "modules shape linq", c => c.New("Vision.SmallUNet"), _ => [randn(1, 3, 16, 16)], _ => [randn(1, 3, 18, 18)]),
        new("Vision.StackedUNet", "modules scope", c => c.New("Vision.StackedUNet", 4), _ => [randn(1, 4, 16, 16)], _ => [randn(1, 4, 11, 11)]),
        new("Vision.AttentionGate", "straight operators in-place", c => c.New("Vision.AttentionGate", 4, 6, 3), _ => [randn(1, 4, 5, 5), randn(1, 6, 5, 5)], _ => [randn(2, 4, 3, 3), randn(2, 6, 3, 3)]),
        new("Vision.Cbam", "straight operators", c => c.New("Vision.Cbam", 8), _ => [randn(1, 8, 9, 9)], _ => [randn(2, 8, 7, 7)]),
        new("Vision.ChannelShuffle", "straight", c => c.New("Vision.ChannelShuffle", 8), _ => [randn(1, 8, 5, 5)], _ => [randn(2, 8, 4, 4)]),
        new("Vision.FocusLayer", "straight indexer", c => c.New("Vision.FocusLayer", 3, 4), _ => [randn(1, 3, 8, 8)], _ => [randn(2, 3, 6, 4)]),
        new("Vision.AtrousPyramid", "modules linq lambda", c => c.Call("Vision.AtrousPyramid", "Default"), _ => [randn(1, 8, 6, 6)], _ => [randn(2, 8, 9, 9)]),
        new("Vision.StochasticDepth", "mode host random operators", c => c.New("Vision.StochasticDepth", 4), _ => [randn(1, 4, 5, 5)], _ => [randn(2, 4, 6, 6)]),
        new("Vision.SamePadConv2d", "shape", c => c.New("Vision.SamePadConv2d", 3, 4), _ => [randn(1, 3, 8, 8)], _ => [randn(1, 3, 9, 9)]),
        new("Detection.GridHead", "mode scope indexer operators device cast", c => c.New("Detection.GridHead", 8), _ => [randn(1, 8, 4, 4)], _ => [randn(2, 8, 3, 5)]),
        new("Detection.FeaturePyramid", "loop null takes gives linq operators", c => c.Call("Detection.FeaturePyramid", "Default"),
            _ => [new List<Tensor> { randn(1, 4, 8, 8), randn(1, 8, 4, 4), randn(1, 16, 2, 2) }], _ => [new List<Tensor> { randn(1, 4, 9, 9), randn(1, 8, 5, 5), randn(1, 16, 3, 3) }]),
        new("Detection.MultiScaleHead", "loop takes gives indexer", c => c.New("Detection.MultiScaleHead", 6), _ => [new[] { randn(1, 6, 8, 8), randn(1, 6, 4, 4) }], _ => [new[] { randn(2, 6, 5, 5), randn(2, 6, 3, 3) }]),
        new("Detection.BoxDecoder", "straight indexer operators", c => c.New("Detection.BoxDecoder"), _ => [randn(5, 4), rand(5, 4)], _ => [randn(9, 4), rand(9, 4)]),
        new("Detection.ScoreFilter", "data gives indexer operators host", c => c.New("Detection.ScoreFilter"), _ => [rand(6, 4), rand(6)], _ => [rand(6, 4), zeros(6)]) { IsDataDependent = true },
        new("Detection.ConfiguredBackbone", "modules pattern gives linq indexer throw", c => c.New("Detection.ConfiguredBackbone"), _ => [randn(1, 3, 8, 8)], _ => [randn(2, 3, 6, 6)]),
        new("Detection.Concat", "straight", c => c.New("Detection.Concat"), _ => [randn(1, 3, 4), randn(1, 2, 4)], _ => [randn(2, 1, 4), randn(2, 5, 4)]),
    ];
}
