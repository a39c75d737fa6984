using DlAot.Tests.DropIn;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.Outlining;

/// <summary>Methods other than forward are compiled where others can call them, or where code does that stays as it is.</summary>
[Collection(RuntimeCopy.Collection)]
public sealed class CandidateTests(CandidateTests.Application application) : IClassFixture<CandidateTests.Application>
{
    private const string Source = """
        namespace Entries;
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Linear a = Linear(4, 8), b = Linear(8, 4);
            public Net() : base("net") { RegisterComponents(); }
            public override Tensor forward(Tensor x) => Squeezed(decode(encode(x)));
            public Tensor encode(Tensor x) => a.call(x).relu();
            public Tensor decode(Tensor z) => b.call(z).tanh();
            public (Tensor Mean, Tensor Spread) moments(Tensor x) { var z = encode(x); return (z.mean([1]), z.std(1)); }
            public Tensor loss(Tensor x, Tensor y) => functional.mse_loss(forward(x), y) * 2;
            private Tensor Squeezed(Tensor x) => (x * 0.5).tanh();
            private Tensor Scaled(Tensor x) => (x * 3).exp();
            private Tensor Unused(Tensor x) => (x * 3).exp().log();
            public Tensor Two => (a.weight!.matmul(b.weight!) * 2).relu();
            public Tensor generate(Tensor x, int steps)
            {
                for (int i = 0; i < steps; i++) { Console.WriteLine(x.ToString()); x = Scaled(x).sigmoid() + forward(x); }
                return x;
            }
            public Tensor Refined(Tensor x, int steps) { for (int i = 0; i < steps; i++) { x = (x * 0.5 + i).tanh(); } return x; }
            public string Summary(Tensor x) { var y = forward(x).exp() * 2; return y.sum().item<float>().ToString("0.000"); }
            public float step(Tensor x, Tensor y) { var l = (loss(x, y) * 3).sqrt(); l.backward(); return l.item<float>(); }
            public Tensor Reach(Tensor x) => a.forward(x);
            internal Tensor Hidden(Tensor x) => (x * 7).sin().cos();
        }
        public static class Functions
        {
            public static Tensor Gelu(Tensor x) => x * 0.5 * (1 + (x * 0.79788456).tanh());
            public static Tensor Same(Tensor x) => x;
            public static Tensor Random(long n) => torch.rand(n, 4) * 2;
            public static Tensor Normalized(this Tensor x, double eps = 1e-5) => (x - x.mean([-1], true)) / (x.std(-1, true, true) + eps);
        }
        public class Sampler
        {
            private readonly double sigma;
            private int calls;
            public Sampler(double sigma) { this.sigma = sigma; }
            public int Calls => calls;
            public Tensor Step(Tensor x, Tensor noise) { calls++; return (x * sigma + noise).clamp(-1, 1); }
            public void Accumulate(Tensor into, Tensor x) { var y = (x * sigma).relu().exp(); into.add_(y); }
        }
        public struct Pair { public Tensor A; public Tensor Sum(Tensor b) => (A + b).relu(); }
        internal class Inner { public Tensor Never(Tensor x) => (x * 2).exp(); }
        """;

    [Fact]
    public void WhatOthersCanCallIsCompiled() => Assert.Equal(
        [
            "Entries.Functions.Gelu", "Entries.Functions.Normalized", "Entries.Net.<Refined>__part0", "Entries.Net.<Summary>__part0", "Entries.Net.<generate>__part0", "Entries.Net.Refined", "Entries.Net.decode", "Entries.Net.encode", "Entries.Net.forward",
            "Entries.Net.get_Two", "Entries.Net.loss", "Entries.Net.moments", "Entries.Sampler.<Accumulate>__part0", "Entries.Sampler.Step",
        ],
        application.DropIn.Result.Methods.Order(StringComparer.Ordinal));

    [Fact]
    public void MethodsOfModulesDoWhatTheyDid()
    {
        using var off = no_grad();
        var (original, dropIn) = application.DropIn.Make("Entries.Net");
        using Tensor x = randn(3, 4), y = randn(3, 4), z = randn(3, 8);
        Same("Entries.Net.encode", () => original.encode(x), () => dropIn.encode(x));
        Same("Entries.Net.decode", () => original.decode(z), () => dropIn.decode(z));
        Same("Entries.Net.loss", () => original.loss(x, y), () => dropIn.loss(x, y));
        Same("Entries.Net.get_Two", () => original.Two, () => dropIn.Two);
        Same("Entries.Net.moments", () => original.moments(x).Item2, () => dropIn.moments(x).Item2);
        Same("Entries.Net.<generate>__part0", () => original.generate(x, 3), () => dropIn.generate(x, 3));
        foreach (int steps in new[] { 0, 1, 2, 7 })
        {
            Same("Entries.Net.<Refined>__part0", () => original.Refined(x, steps), () => dropIn.Refined(x, steps));
        }

        Assert.Equal((string)original.Summary(x), (string)dropIn.Summary(x));
    }

    /// <summary>One that code calls which stays as it is, and that another such method calls, too.</summary>
    [Fact]
    public void AMethodIsSplitOnce()
    {
        using DropInApplication once = DropInApplication.Of("""
            namespace Once;
            public static class Program { public static void Run() { Steps.Outer(ones(2)).Dispose(); Steps.Inner(ones(2)).Dispose(); } }
            internal static class Steps
            {
                internal static Tensor Outer(Tensor x) { var y = (x * 2).exp(); return Inner(y).sin() * y; }
                internal static Tensor Inner(Tensor x) { var y = (x * 3).tanh().exp(); Console.Write(y.ToString()[..0]); return (y * 2).exp().sin(); }
            }
            """);
        Assert.Contains("Once.Steps.<Inner>__part0", once.Result.Methods);
        Assert.Equal(once.Result.Methods.Distinct(), once.Result.Methods);
    }

    [Fact]
    public void OtherClassesAndFunctionsDoWhatTheyDid()
    {
        using var off = no_grad();
        dynamic original = Sampler(application.DropIn.Original), dropIn = Sampler(application.DropIn.DropIn);
        using Tensor x = randn(3, 4), y = randn(3, 4), left = zeros(3, 4), right = zeros(3, 4);
        Same("Entries.Sampler.Step", () => original.Step(x, y), () => dropIn.Step(x, y));
        Assert.Equal(1, (int)dropIn.Calls);
        original.Accumulate(left, x);
        application.DropIn.Compiled<object?>("Entries.Sampler.<Accumulate>__part0", () => { dropIn.Accumulate(right, x); return null; });
        Assert.True(left.allclose(right, 1e-5, 1e-6));
        foreach (string name in new[] { "Gelu", "Normalized" })
        {
            object?[] arguments = name == "Gelu" ? [x] : [x, 1e-5];
            Same($"Entries.Functions.{name}", () => (Tensor)Call(application.DropIn.Original, name, arguments)!, () => (Tensor)Call(application.DropIn.DropIn, name, arguments)!);
        }
    }

    [Fact]
    public void TrainingStepsStayAsTheyAre()
    {
        var (original, dropIn) = application.DropIn.Make("Entries.Net");
        using Tensor x = randn(3, 4), y = randn(3, 4);
        Assert.Equal((float)original.step(x, y), (float)dropIn.step(x, y), 1e-6);
        Assert.Contains(application.DropIn.Result.Diagnostics, d => d.Rule.Code == "DLAOT3003" && d.Subject == "Entries.Net.step");
    }

    private static object Sampler(System.Reflection.Assembly assembly) => Activator.CreateInstance(assembly.GetType("Entries.Sampler")!, 0.25)!;

    private static object? Call(System.Reflection.Assembly assembly, string name, object?[] arguments) => assembly.GetType("Entries.Functions")!.GetMethod(name)!.Invoke(null, arguments);

    private void Same(string method, Func<Tensor> original, Func<Tensor> dropIn)
    {
        Tensor expected = original(), actual = application.DropIn.Compiled(method, dropIn);
        Assert.True(expected.shape.SequenceEqual(actual.shape) && expected.allclose(actual, 1e-5, 1e-6), method);
    }

    public sealed class Application : IDisposable
    {
        internal DropInApplication DropIn { get; } = DropInApplication.Of(Source);

        public void Dispose() => DropIn.Dispose();
    }
}
