using System.Reflection;
using System.Runtime.Loader;
using DlAot.Compiler.DropIn;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>A drop-in without what it needs, switched off, or whose library calls fail, behaves as its original.</summary>
public sealed class DropInFailureTests
{
    private const string Source = """
        namespace Failing;
        public class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") { }
            public override Tensor forward(Tensor x) => (x * 3).exp().cumsum(1).relu();
        }
        """;

    private const string Signature = "Failing.Net.forward=x: f32[N,4]";

    [Fact]
    public void WithoutTheNativeLibraryTheOriginalRuns()
    {
        using var application = DropInApplication.Of(Source, Signature);
        File.Delete(application.NativePath);
        AssertOriginalRuns(application);
        Assert.False(application.IsEnabled);
    }

    [Fact]
    public void WithAnotherCompilationsNativeLibraryTheOriginalRuns()
    {
        using DropInApplication application = DropInApplication.Of(Source, Signature), other = DropInApplication.Of(Source.Replace("exp", "tanh").Replace(".cumsum(1)", ""), Signature);
        var bytes = File.ReadAllBytes(application.NativePath);
        var id = BitConverter.GetBytes(application.BuildId);
        var at = bytes.AsSpan().IndexOf(id);
        Assert.True(at > 0);
        bytes[at]++;
        File.WriteAllBytes(application.NativePath, bytes);
        AssertOriginalRuns(application);
        Assert.False(application.IsEnabled);
    }

    [Fact]
    public void WithoutTheRuntimeTheOriginalRuns()
    {
        using var application = DropInApplication.Of(Source, Signature);
        var context = new Alone();
        var dropIn = context.LoadFromAssemblyPath(application.DropInPath);
        var net = (nn.Module<Tensor, Tensor>)Activator.CreateInstance(dropIn.GetType("Failing.Net")!)!;
        using var x = rand(2, 4);
        using Tensor expected = application.Make("Failing.Net").Original.forward(x), actual = net.forward(x);
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        Assert.True(context.WasAsked);
    }

    [Theory]
    [InlineData(null, null, "True|1|0")]
    [InlineData("1", null, "False|0|0")]
    [InlineData("0", null, "True|1|0")]
    [InlineData(null, "DlAot.Disable", "False|0|0")]
    public void ASwitchKeepsTheOriginalRunning(string? variable, string? appSwitch, string expected)
    {
        using var application = DropInApplication.Of(Source, Signature);
        string[] switches = appSwitch is null ? [] : [appSwitch];
        var answer = RuntimeProbe.Run(new Dictionary<string, string?> { ["DLAOT_DISABLE"] = variable }, ["drop-in", application.DropInPath, "Failing.Net", .. switches]);
        Assert.StartsWith(expected, answer);
        using var x = ones(2, 4);
        using Tensor y = application.Make("Failing.Net").Original.forward(x).sum();
        Assert.InRange(float.Parse(answer.Split('|')[3], System.Globalization.CultureInfo.InvariantCulture) / y.item<float>(), 0.9999, 1.0001);
    }

    [Fact]
    public void ALibraryCallThatThrowsLeavesNothingBehindAndRunsTheOriginal()
    {
        using var application = DropInApplication.Of(Source, Signature, edit: m => m with { Versions = [.. m.Versions.Select(v => v with { Plan = WithWrongDimension(v.Plan) })] });
        var (original, net) = application.Make("Failing.Net");
        using var x = rand(2, 4);
        var rented = Arena.Current.RentedBytes;
        for (var i = 0; i < 2; i++)
        {
            using var eager = NewDisposeScope();
            original.forward(x);
            using var scope = NewDisposeScope();
            application.Missed("Failing.Net.forward", "a library call in compiled code threw an exception", () => (Tensor)net.forward(x));
            Assert.Equal(eager.DisposablesCount, scope.DisposablesCount);
            Assert.Equal(rented, Arena.Current.RentedBytes);
        }
    }

    [Fact]
    public void ManyThreadsComputeAtOnce()
    {
        using var application = DropInApplication.Of(Source, Signature);
        var (original, dropIn) = application.Make("Failing.Net");
        var net = (nn.Module<Tensor, Tensor>)dropIn;
        var inputs = Enumerable.Range(1, 8).Select(i => rand(i, 4)).ToArray();
        var expected = inputs.Select(x => ((Tensor)original.forward(x)).data<float>().ToArray()).ToArray();
        application.Compiled("Failing.Net.forward", () => Parallel.For(0, 400, new() { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var y = net.forward(inputs[i % 8]);
            var actual = y.data<float>().ToArray();
            Assert.All(expected[i % 8].Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-3f));
        }));
    }

    private static void AssertOriginalRuns(DropInApplication application)
    {
        var (original, dropIn) = application.Make("Failing.Net");
        using var x = rand(2, 4);
        using Tensor expected = original.forward(x), actual = dropIn.forward(x);
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    private static Plan WithWrongDimension(Plan plan) => plan with
    {
        Steps = [.. plan.Steps.Select(s => s is ExternStep e && e.Node.Op == Op.CumSum
            ? e with { Node = new Node(e.Node.Op, e.Node.Operands, e.Node.Attributes.With("dim", 7L), [.. e.Node.Results.Select(r => r.Type)], e.Node.Location) }
            : s)],
    };

    // Finds everything but the runtime.
    private sealed class Alone() : AssemblyLoadContext("alone")
    {
        public bool WasAsked { get; private set; }

        protected override Assembly? Load(AssemblyName name)
        {
            if (name.Name != "DlAot.Runtime")
                return null;
            WasAsked = true;
            throw new InvalidOperationException(name.Name);
        }
    }
}
