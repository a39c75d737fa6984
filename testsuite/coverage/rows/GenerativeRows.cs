using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class GenerativeRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("Generative.VariationalAutoencoder", "mode gives operators random", c => c.New("Generative.VariationalAutoencoder"), _ => [rand(2, 784)], _ => [rand(3, 28, 28)]),
        new("Generative.VectorQuantizer", "straight gives scope operators", c => c.New("Generative.VectorQuantizer", 7L, 4L), _ => [randn(1, 4, 3, 3)], _ => [randn(2, 4, 2, 2)]),
        new("Generative.StackedAutoencoder", "loop modules gives", c => c.Call("Generative.StackedAutoencoder", "Make"), _ => [randn(2, 16)], _ => [randn(3, 16)]),
        new("Generative.ConvGenerator", "shape throw", c => c.New("Generative.ConvGenerator"), _ => [randn(2, 16)], _ => [randn(1, 16, 1, 1)], _ => [randn(1, 3)]),
        new("Generative.AffineCoupling", "straight gives operators linq", c => c.New("Generative.AffineCoupling", 6), _ => [randn(2, 6)], _ => [randn(3, 6)]),
        new("Generative.TimeEmbedding", "scalar operators cast device", c => c.New("Generative.TimeEmbedding", 8), _ => [arange(4)], _ => [arange(7)]),
        new("Generative.TimedResBlock", "config loop scope operators dropout", c => c.New("Generative.TimedResBlock", 8, 12, null), _ => [randn(1, 8, 5, 5), randn(1, 12)], _ => [randn(2, 8, 4, 4), randn(2, 12)]),
        new("Generative.SpatialSelfAttention", "straight scope operators", c => c.New("Generative.SpatialSelfAttention", 8), _ => [randn(1, 8, 4, 4)], _ => [randn(2, 8, 3, 5)]),
        new("Generative.TimestepSequence", "modules pattern throw", c => c.New("Generative.TimestepSequence", 8, 12), _ => [randn(1, 8, 4, 4), randn(1, 12)], _ => [randn(2, 8, 3, 3), randn(2, 12)]),
        new("Generative.NoiseSchedule", "straight operators linq", c => c.New("Generative.NoiseSchedule"), _ => [randn(2, 3, 4, 4), randint(0, 50, [2], int64), randn(2, 3, 4, 4)], _ => [randn(1, 3, 2, 2), randint(0, 50, [1], int64), randn(1, 3, 2, 2)]),
        new("Generative.ChildWalker", "children pattern mode", c => c.New("Generative.ChildWalker", 8), _ => [randn(1, 8, 4, 4)], _ => [randn(2, 8, 3, 3)]),
    ];
}
