using System.Runtime.CompilerServices;
using Samples.Classic;
using Samples.Foreign;
using Samples.Language;
using Samples.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>The sample models compute in the drop-in what they compute in the original, and do so in compiled code.</summary>
public sealed class DropInModelTests
{
    [Fact]
    public void Classic()
    {
        using var application = DropInApplication.OfAssembly(typeof(Mlp).Assembly.Location);
        Compare(application, "Samples.Classic.Mlp", [], [randn(3, 784)]);
        Compare(application, "Samples.Classic.PointwiseChain", [], [randn(4, 512)]);
        Compare(application, "Samples.Classic.PolicyNet", [], [randn(1, 8)]);
        Compare(application, "Samples.Classic.ActorCritic", [], [randn(2, 8)]);
        Compare(application, "Samples.Classic.MnistCnn", ["mnist", null], [randn(2, 1, 28, 28)]);
        Compare(application, "Samples.Classic.LstmClassifier", [], [randint(0, 1000, [2, 5], int64)]);
    }

    [Fact]
    public void Vision()
    {
        using var application = DropInApplication.OfAssembly(typeof(ResNet18).Assembly.Location);
        Compare(application, "Samples.Vision.ResNet18", [1000], [randn(1, 3, 64, 64)], "Samples.Vision.ResNet");
    }

    [Fact]
    public void Foreign()
    {
        using var application = DropInApplication.OfAssembly(typeof(FeedForwardNetwork).Assembly.Location);
        Compare(application, "Samples.Foreign.FeedForwardNetwork", [], [randn(3, new NetworkOptions().InputSize)]);
    }

    [Fact]
    public void Language()
    {
        using var application = DropInApplication.OfAssembly(typeof(GptStack).Assembly.Location);
        Compare(application, "Samples.Language.GptStack", [null], [randn(1, 16, 256)]);
        Compare(application, "Samples.Language.GptLanguageModel", [null], [randint(0, 512, [2, 12], int64)]);
    }

    private static void Compare(DropInApplication application, string type, object?[] arguments, Tensor[] x, string? declaring = null)
    {
        using var off = no_grad();
        var (original, dropIn) = application.Make(type, arguments);
        original.eval();
        dropIn.eval();
        object a = original.forward(x[0]);
        object b = application.Compiled<object>((declaring ?? type) + ".forward", () => dropIn.forward(x[0]));
        foreach (var (e, c) in Tensors(a).Zip(Tensors(b)))
        {
            Assert.Equal(e.shape, c.shape);
            Assert.Equal(e.dtype, c.dtype);
            Assert.Equal(e.stride(), c.stride());
            Assert.InRange(((e - c).norm() / e.norm()).item<float>(), 0, 1e-5);
        }
    }

    private static IEnumerable<Tensor> Tensors(object value) => value switch
    {
        Tensor t => [t],
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Tensors(tuple[i]!)),
        _ => [],
    };
}
