using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class GeneralRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("General.RmsNorm", "straight operators cast", c => c.New("General.RmsNorm", 8L), _ => [randn(2, 8)], _ => [randn(2, 3, 8)]),
        new("General.LayerNorm2d", "straight operators scope", c => c.New("General.LayerNorm2d", 6), _ => [randn(1, 6, 4, 4)], _ => [randn(2, 6, 3, 3)]),
        new("General.AdaptiveLayerNorm", "straight operators indexer", c => c.New("General.AdaptiveLayerNorm", 8L, 4L), _ => [randn(2, 3, 8), randn(2, 4)], _ => [randn(1, 5, 8), randn(1, 4)]),
        new("General.ConvNormAct", "null config mode", c => c.New("General.ConvNormAct", 3, 8, 3, c.Enum("General.NormKind", "Batch"), "silu"), _ => [randn(1, 3, 6, 6)], _ => [randn(2, 3, 5, 5)]),
        new("General.WeightStandardizedConv2d", "straight operators", c => c.New("General.WeightStandardizedConv2d", 3L, 4L, 3L), _ => [randn(1, 3, 6, 6)], _ => [randn(2, 3, 5, 5)]),
        new("General.Residual", "given operators", c => c.New("General.Residual", c.New("General.PreNorm", 6L, c.New("General.HighwayLayer", 6L))), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.PreNorm", "given", c => c.New("General.PreNorm", 6L, c.New("General.ActivatedMlp", 6, 8, 6, "gelu")), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.MixerModel", "modules given", c => c.New("General.MixerModel"), _ => [randn(2, 3, 16)], _ => [randn(1, 5, 16)]),
        new("General.ActivatedMlp", "lambda mode", c => c.New("General.ActivatedMlp", 6, 8, 4, "gelu"), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.MultiLayerPerceptron", "modules config linq lambda operators", c => c.Call("General.MultiLayerPerceptron", "Standard"), _ => [randn(2, 12)], _ => [randn(3, 12)]),
        new("General.Ensemble", "modules given linq lambda", c => c.Call("General.Ensemble", "OfTwo"), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.HighwayLayer", "straight operators scope", c => c.New("General.HighwayLayer", 6L), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.MultiTaskHeads", "mode throw dictionary takes", c => c.New("General.MultiTaskHeads", 6), _ => [randn(2, 6), "intent"], _ => [randn(2, 6), "slot"]),
        new("General.PositionalEncoding", "straight operators indexer device scope dropout", c => c.New("General.PositionalEncoding", 8L), _ => [randn(5, 2, 8)], _ => [randn(9, 1, 8)]),
        new("General.VerboseNet", "config console", c => c.New("General.VerboseNet"), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.LoggingNet", "console lambda", c => c.New("General.LoggingNet", [null]), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.TimedNet", "console field", c => c.New("General.TimedNet"), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.GuardedNet", "null shape throw cast operators", c => c.New("General.GuardedNet", 4, 3), _ => [randn(2, 4), randn(2, 3)], _ => [randn(5, 4), randn(5, 3)], _ => [randn(5, 4), randn(4, 3)]),
        new("General.MixedPrecisionNorm", "mode cast", c => c.New("General.MixedPrecisionNorm", 6), _ => [randn(2, 6)], _ => [randn(2, 3, 6)]),
        new("General.ImageNormalizer", "straight scope operators cast device", c => c.New("General.ImageNormalizer"), _ => [rand(1, 3, 4, 4)], _ => [rand(2, 3, 5, 5)]),
        new("General.DynamicNet", "dynamic", c => c.New("General.DynamicNet"), _ => [randn(2, 4)], _ => [randn(3, 4)]),
        new("General.RunningScaler", "mode host in-place operators scope", c => c.New("General.RunningScaler", 4), _ => [randn(2, 4)], _ => [randn(3, 4)]),
        new("General.InPlaceScaler", "straight in-place", c => c.New("General.InPlaceScaler"), _ => [randn(2, 4)], _ => [randn(3, 5)]),
        new("General.GraphConvolution", "null operators", c => c.New("General.GraphConvolution", 4, 3), _ => [randn(5, 4), rand(5, 5)], _ => [randn(7, 4), rand(7, 7)]),
        new("General.GraphAttention", "config operators indexer dropout", c => c.New("General.GraphAttention", 4, 3), _ => [randn(5, 4), rand(5, 5).round()], _ => [randn(7, 4), rand(7, 7).round()]),
        new("General.EdgeMessagePassing", "straight indexer in-place", c => c.New("General.EdgeMessagePassing", 4), _ => [randn(5, 4), randint(0, 5, [2, 8], int64)], _ => [randn(6, 4), randint(0, 6, [2, 3], int64)]),
        new("General.SiameseNet", "straight gives operators", c => c.New("General.SiameseNet"), _ => [randn(1, 1, 12, 12), randn(1, 1, 12, 12)], _ => [randn(2, 1, 14, 14), randn(2, 1, 14, 14)]),
        new("General.TabularNet", "modules indexer", c => c.Call("General.TabularNet", "Small"), _ => [randn(2, 3), randint(0, 5, [2, 2], int64)], _ => [randn(3, 3), randint(0, 5, [3, 2], int64)]),
        new("General.UnrolledCell", "loop gives scope operators indexer device", c => c.New("General.UnrolledCell", 4, 5), _ => [randn(2, 3, 4)], _ => [randn(1, 3, 4)]),
        new("General.MixtureDensity", "straight gives operators", c => c.New("General.MixtureDensity", 4, 2), _ => [randn(2, 4)], _ => [randn(3, 4)]),
        new("General.FourierFeatures", "config operators", c => c.New("General.FourierFeatures", 3, 4), _ => [rand(2, 3)], _ => [rand(5, 3)]),
        new("General.TemporalBlock", "null indexer operators dropout", c => c.New("General.TemporalBlock", 4, 6), _ => [randn(1, 4, 9)], _ => [randn(2, 4, 7)]),
        new("General.SeriesDecomposition", "straight gives indexer operators", c => c.New("General.SeriesDecomposition"), _ => [randn(1, 9, 3)], _ => [randn(2, 12, 3)]),
        new("General.LinearForecaster", "config loop store indexer operators", c => c.New("General.LinearForecaster", c.New("General.ForecastOptions")), _ => [randn(1, 12, 3)], _ => [randn(2, 12, 3)]),
        new("General.ReversibleNorm", "mode throw field operators", c => c.New("General.ReversibleNorm", 3), _ => [randn(2, 6, 3), "norm"], _ => [randn(2, 6, 3), "denorm"], _ => [randn(2, 6, 3), "other"]),
        new("General.TopFrequencies", "straight operators", c => c.New("General.TopFrequencies"), _ => [randn(2, 6)], _ => [randn(1, 9)]),
        new("General.LastStatePooler", "straight operators", c => c.New("General.LastStatePooler", 4, 5), _ => [randn(2, 6, 4), tensor([6L, 3L])], _ => [randn(1, 5, 4), tensor([5L])]),
        new("General.ProcessedAttention", "abstract", c => c.New("General.ProcessedAttention", 6), _ => [randn(1, 4, 6)], _ => [randn(2, 5, 6)]),
        new("General.MemoizedTowers", "modules dictionary operators", c => c.New("General.MemoizedTowers", 6), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("General.RequestModel", "takes gives null config operators pattern", c => c.New("General.RequestModel", 6, 3),
            c => [c.With(c.New("General.SampleRequest"), ("Input", randn(2, 6)))], c => [c.With(c.New("General.SampleRequest"), ("Input", randn(3, 6)), ("Mask", ones(3, 6)), ("ReturnHidden", true))]),
        new("General.PatchIterator", "loop shape", c => c.New("General.PatchIterator"), _ => [randn(1, 2, 8, 6)], _ => [randn(2, 2, 8, 5)]),
        new("General.CautiousNet", "straight", c => c.New("General.CautiousNet"), _ => [randn(2, 4)], _ => [randn(2, 6)]),
        new("General.RepeatedUser", "modules abstract lambda", c => c.New("General.RepeatedUser", 6), _ => [randn(2, 6)], _ => [randn(3, 6)]),
    ];
}
