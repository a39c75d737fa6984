using System.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Lifting;
using DlAot.Tests.Pathological;
using Samples.Large;
using Xunit.Abstractions;

namespace DlAot.Tests.Lifting;

/// <summary>Large models are lifted while one waits.</summary>
[Collection(Alone.Name)]
public sealed class LiftTimeTests(ITestOutputHelper output)
{
    private const double MostSeconds = 2;

    // Other processes run beside this one.
    private static TimeSpan ProcessorTime => Process.GetCurrentProcess().TotalProcessorTime;

    [Theory]
    [InlineData(nameof(ResNet50), 120)]
    [InlineData(nameof(Encoder), 500)]
    public void LargeModelsAreLiftedWithinTwoSeconds(string model, int leastNodes)
    {
        using Compilation compilation = Compilation.Open(new CompileOptions { Input = typeof(ResNet50).Assembly.Location });
        compilation.Lift($"{nameof(Bottleneck)}.forward"); // what is measured is not the just-in-time compiler
        TimeSpan start = ProcessorTime;
        LiftedMethod lifted = compilation.Lift($"{model}.forward");
        double seconds = (ProcessorTime - start).TotalSeconds;
        output.WriteLine($"{model}: {lifted.Versions.Length} versions, {lifted.Versions[0].Graph.Nodes.Length} operations, {seconds:F2} s");
        Assert.True(lifted.IsWhole);
        Assert.True(lifted.Versions[0].Graph.Nodes.Length >= leastNodes);
        Assert.True(seconds < MostSeconds, $"{seconds:F2} s");
    }
}
