using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class LossRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("Losses.FocalLoss", "mode scalar operators", c => c.New("Losses.FocalLoss"), _ => [randn(4, 3), rand(4, 3).round()], _ => [randn(2, 5), rand(2, 5).round()]),
        new("Losses.DiceLoss", "shape throw scope operators", c => c.New("Losses.DiceLoss"), _ => [randn(2, 1, 4, 4), rand(2, 1, 4, 4).round()], _ => [randn(1, 1, 3, 3), rand(1, 1, 3, 3).round()], _ => [randn(2, 3), rand(2, 4)]),
        new("Losses.ContrastiveLoss", "straight gives operators device", c => c.New("Losses.ContrastiveLoss"), _ => [randn(3, 5), randn(3, 5)], _ => [randn(4, 5), randn(4, 5)]),
        new("Losses.TripletLoss", "config operators throw", c => c.New("Losses.TripletLoss"), _ => [randn(3, 5), randn(3, 5), randn(3, 5)], _ => [randn(2, 4), randn(2, 4), randn(2, 4)]),
        new("Losses.LabelSmoothingLoss", "straight scope operators in-place cast", c => c.New("Losses.LabelSmoothingLoss", 5L), _ => [randn(3, 5), tensor([0L, 4L, -100L])], _ => [randn(2, 5), tensor([1L, 2L])]),
        new("Losses.FeatureMatchingLoss", "loop takes throw linq lambda operators", c => c.Call("Losses.FeatureMatchingLoss", "Default"),
            _ => [new List<Tensor> { randn(2, 3), randn(2, 4) }, new List<Tensor> { randn(2, 3), randn(2, 4) }], _ => [new List<Tensor> { randn(2, 3), randn(2, 4) }, new List<Tensor> { randn(2, 3) }]),
        new("Losses.UncertaintyWeighting", "loop takes operators indexer", c => c.New("Losses.UncertaintyWeighting"), _ => [new[] { rand(1), rand(1) }], _ => [new[] { rand(1), rand(1) }]),
        new("Losses.IouLoss", "config operators indexer in-place", c => c.New("Losses.IouLoss"), _ => [rand(4, 4), rand(4, 4)], _ => [rand(2, 4), rand(2, 4)]),
    ];
}
