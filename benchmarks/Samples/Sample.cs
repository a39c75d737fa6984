using static TorchSharp.torch;

namespace DlAot.Benchmarks.Samples;

/// <summary>A model class and what it is measured on.</summary>
/// <param name="Type">Full name of the module class.</param>
/// <param name="Arguments">Of its constructor; the rest keep their defaults.</param>
/// <param name="Input">Makes the input of a given batch size.</param>
/// <param name="Batches">Batch sizes of the demo: 1 and a larger one.</param>
/// <param name="More">Batch sizes that only the benchmark adds.</param>
internal sealed record Sample(string Name, string Assembly, string Type, object?[] Arguments, Func<int, Tensor> Input, int[] Batches, int[] More);

/// <summary>The models: one row each.</summary>
internal static class Catalog
{
    public static readonly Sample[] Demo =
    [
        new("PolicyNet", "Samples.Classic", "Samples.Classic.PolicyNet", [], n => randn(n, 8), [1, 64], [8, 1024]),
        new("Mlp", "Samples.Classic", "Samples.Classic.Mlp", [], n => randn(n, 784), [1, 64], [8, 512]),
        new("Foreign", "Samples.Foreign", "Samples.Foreign.FeedForwardNetwork", [], n => randn(n, 32), [1, 64], [8, 1024]),
        new("PointwiseChain", "Samples.Classic", "Samples.Classic.PointwiseChain", [1024], n => randn(n, 1024), [1, 2048], [16, 128]),
        new("LstmClassifier T=32", "Samples.Classic", "Samples.Classic.LstmClassifier", [], n => randint(0, 1000, [n, 32]), [1, 16], [64]),
        new("MnistCnn", "Samples.Classic", "Samples.Classic.MnistCnn", [], n => rand(n, 1, 28, 28), [1, 32], [8]),
        new("GptStack T=128", "Samples.Language", "Samples.Language.GptStack", [], n => randn(n, 128, 256), [1, 4], []),
        new("ResNet18 224x224", "Samples.Vision", "Samples.Vision.ResNet18", [], n => randn(n, 3, 224, 224), [1, 4], []),
    ];

    /// <summary>What only the benchmark measures.</summary>
    public static readonly Sample[] Further =
    [
        new("ActorCritic", "Samples.Classic", "Samples.Classic.ActorCritic", [], n => randn(n, 8), [1, 64], []),
        new("GptLanguageModel T=128", "Samples.Language", "Samples.Language.GptLanguageModel", [], n => randint(0, 512, [n, 128]), [1, 4], []),
        new("GptStack T=16", "Samples.Language", "Samples.Language.GptStack", [], n => randn(n, 16, 256), [1, 16], []),
        new("ResNet18 64x64", "Samples.Vision", "Samples.Vision.ResNet18", [], n => randn(n, 3, 64, 64), [1, 8], []),
    ];

    /// <summary>A call with ten tensors and no work.</summary>
    public static readonly Sample Overhead =
        new("TenTensors", "Samples.Overhead", "Samples.Overhead.TenTensors", [], n => randn(n, 8), [1], []);

    public static IEnumerable<Sample> All => [.. Demo, .. Further, Overhead];

    public static Sample Find(string name) => All.First(sample => sample.Name == name);
}
