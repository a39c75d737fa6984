using DlAot.Compiler.Lifting;
using DlAot.Ir;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>What a drop-in does with tensors that its compiled code is not made for, and with sizes that do not fit together.</summary>
public sealed class DropInTensorTests(DropInTensorTests.Nets nets) : IClassFixture<DropInTensorTests.Nets>
{
    private const string Source = """
        namespace Tensors;
        public class Add : Module<Tensor, Tensor, Tensor>
        {
            public Add() : base("Add") { }
            public override Tensor forward(Tensor x, Tensor y) => (x + y).relu();
        }
        public class Scaled : Module<Tensor, Tensor>
        {
            public readonly Linear fc = Linear(4, 4);
            public double scale; public float shift = 0.5f; public int times = 2;
            public Scaled(double scale = 2.5) : base("Scaled") { this.scale = scale; RegisterComponents(); }
            public override Tensor forward(Tensor x) => fc.forward(x) * scale + shift * times;
        }
        public class Cached : Module<Tensor, Tensor>
        {
            private Tensor? past;
            public Cached() : base("Cached") { }
            public override Tensor forward(Tensor x)
            {
                var k = x.chunk(2, 1)[1];
                if (past is not null) { k = cat([past, k], 1); }
                past = k.detach().DetachFromDisposeScope();
                return k.softmax(-1);
            }
        }
        public class Heads : Module<Tensor, Tensor>
        {
            private readonly int heads;
            public Heads(int heads) : base("Heads") { this.heads = heads; }
            public override Tensor forward(Tensor x) => x.view(x.shape[0], heads, x.shape[1] / heads).sum(-1).relu();
        }
        public class Picked : Module<Tensor, Tensor, Tensor>
        {
            public readonly Embedding table = Embedding(10, 4);
            public Picked() : base("Picked") { RegisterComponents(); }
            public override Tensor forward(Tensor index, Tensor x) => table.forward(index) * x;
        }
        public class Two : Module<Tensor, (Tensor, Tensor)>
        {
            public Two() : base("Two") { }
            public override (Tensor, Tensor) forward(Tensor x) { var y = x.relu(); return (y, y.sum(1)); }
        }
        public class Ternary : Module<Tensor, Tensor>
        {
            public Ternary() : base("Ternary") { }
            public override Tensor forward(Tensor x) { if (x.shape[1] < 3) throw new ArgumentException("too few columns"); return x.tanh().slice(1, 1, 3, 1).exp(); }
        }
        """;

    public sealed class Nets : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(
            Source, "Tensors.Add.forward=x: f32[N,C]; y: f32[N,C]|Tensors.Picked.forward=index: i64[N]; x: f32[N,4]|Tensors.Two.forward=x: f32[N,C]|Tensors.Ternary.forward=x: f32[N,C]|Tensors.Heads.forward=x: f32[N,C]|Tensors.Cached.forward=x: f32[B,T,C]");

        public void Dispose() => Application.Dispose();
    }

    private DropInApplication Application => nets.Application;

    [Fact]
    public void EverythingIsCompiled()
    {
        Assert.Empty(Application.Result.Diagnostics);
        Assert.Equal(7, Application.Result.Methods.Length);
    }

    [Fact]
    public void AnotherTypeRunsTheOriginal() => AddMisses("tensor 0 has another dtype", rand(3, 5, float64), rand(3, 5, float64));

    [Fact]
    public void AnotherRankRunsTheOriginal() => AddMisses("tensor 1 has another number of dimensions", rand(3, 5), rand(5));

    [Fact]
    public void BroadcastingRunsTheOriginal() => AddMisses("tensor 1 has another size", rand(3, 5), rand(1, 5));

    [Fact]
    public void AnotherLayoutRunsTheOriginal() => AddMisses("tensor 0 is not contiguous", rand(5, 3).t(), rand(3, 5));

    /// <summary>Where nobody can see in which order they lie, elements are copied.</summary>
    [Fact]
    public void AnotherLayoutThatNothingDependsOnIsCopied()
    {
        var (original, net) = Application.Make("Tensors.Scaled", 2.5);
        using var off = no_grad();
        foreach (Tensor x in (Tensor[])[rand(4, 3).t(), rand(3, 8)[.., ..4], rand(6, 4)[TensorIndex.Slice(0, 6, 2)], rand(1, 4).expand(3, 4), rand(3, 4)])
        {
            using Tensor expected = original.forward(x);
            using Tensor actual = Application.Compiled<Tensor>("Tensors.Scaled.forward", () => net.forward(x));
            Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5);
            Assert.Equal(expected.stride(), actual.stride());
        }
    }

    [Fact]
    public void APartOfATensorInAFieldIsCopied()
    {
        var (original, net) = Application.Make("Tensors.Cached");
        using var off = no_grad();
        for (int call = 0; call < 3; call++)
        {
            using var x = randn(2, 4, 3);
            using Tensor expected = original.forward(x);
            using Tensor actual = Application.Compiled<Tensor>("Tensors.Cached.forward", () => net.forward(x));
            Assert.Equal(expected.shape, actual.shape);
            Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5);
        }
    }

    [Fact]
    public void NoElementsRunTheOriginal() => AddMisses("tensor 0 is empty", rand(0, 5), rand(0, 5));

    [Fact]
    public void AGradientRunsTheOriginal()
    {
        var (_, net) = Application.Make("Tensors.Add");
        using var x = rand(3, 5, requires_grad: true);
        using Tensor z = Application.Missed<Tensor>("Tensors.Add.forward", "tensor 0 requires a gradient", () => net.forward(x, x));
        z.sum().backward();
        Assert.Equal(2f, x.grad!.max().item<float>());
    }

    [Fact]
    public void NoGradientWantedRunsCompiled()
    {
        var (_, net) = Application.Make("Tensors.Add");
        using var x = rand(3, 5, requires_grad: true);
        using var off = no_grad();
        using Tensor z = Application.Compiled<Tensor>("Tensors.Add.forward", () => net.forward(x, x));
        Assert.False(z.requires_grad);
    }

    [Fact]
    public void NullRaisesWhatTheOriginalRaises()
    {
        var (original, net) = Application.Make("Tensors.Add");
        using var x = rand(3, 5);
        var (module, compiled) = ((nn.Module<Tensor, Tensor, Tensor>)original, (nn.Module<Tensor, Tensor, Tensor>)net);
        Exception expected = Assert.ThrowsAny<Exception>(() => module.forward(x, null!));
        Exception actual = Assert.ThrowsAny<Exception>(() => Application.Missed("Tensors.Add.forward", "'y is not null'", () => compiled.forward(x, null!)));
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(expected.Message, actual.Message);
    }

    [Fact]
    public void ADisposedTensorRaisesWhatTheOriginalRaises()
    {
        var (original, net) = Application.Make("Tensors.Add");
        using var y = rand(3, 5);
        var x = rand(3, 5);
        x.Dispose();
        Exception expected = Assert.ThrowsAny<Exception>(() => (Tensor)original.forward(x, y));
        Exception actual = Assert.ThrowsAny<Exception>(() => Application.Missed<Tensor>("Tensors.Add.forward", "tensor 0 is null or disposed", () => net.forward(x, y)));
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(expected.Message, actual.Message);
    }

    [Fact]
    public void NumbersAreReadAtEachCall()
    {
        var (original, net) = Application.Make("Tensors.Scaled", 2.5);
        using var off = no_grad();
        using var x = rand(3, 4);
        foreach (var (scale, shift, times) in ((double, float, int)[])[(2.5, 0.5f, 2), (-1e-3, 7f, 3), (0, 0, 1)])
        {
            net.scale = original.scale = scale;
            net.shift = original.shift = shift;
            net.times = original.times = times;
            using Tensor expected = original.forward(x);
            using Tensor actual = net.forward(x);
            Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5);
        }
    }

    [Theory]
    [InlineData(3, 12, 4)]
    [InlineData(2, 12, 3)]
    public void SizesComeFromTheTensors(int heads, long columns, long rows)
    {
        var (original, net) = Application.Make("Tensors.Heads", heads);
        using var off = no_grad();
        using var x = rand(rows, columns);
        using Tensor expected = original.forward(x);
        using Tensor actual = net.forward(x);
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void NoHeadsDivideByZeroAsTheOriginalDoes()
    {
        var (original, net) = Application.Make("Tensors.Heads", 0);
        using var x = rand(3, 12);
        Exception expected = Assert.ThrowsAny<Exception>(() => (Tensor)original.forward(x));
        Exception actual = Assert.ThrowsAny<Exception>(() => (Tensor)net.forward(x));
        Assert.Equal(expected.GetType(), actual.GetType());
    }

    [Fact]
    public void AConditionBetweenSizesThatFailsRunsTheOriginal()
    {
        var (original, net) = Application.Make("Tensors.Heads", 5);
        using var x = rand(3, 12);
        Exception expected = Assert.ThrowsAny<Exception>(() => (Tensor)original.forward(x));
        Exception actual = Assert.ThrowsAny<Exception>(() => (Tensor)net.forward(x));
        Assert.Equal(expected.GetType(), actual.GetType());
    }

    [Fact]
    public void AFailedCheckInARegionRunsTheOriginal()
    {
        var (original, net) = Application.Make("Tensors.Picked");
        using var off = no_grad();
        using var x = rand(2, 4);
        using var right = tensor(new long[] { 3, 9 });
        using Tensor expected = original.forward(right, x);
        using Tensor actual = Application.Compiled<Tensor>("Tensors.Picked.forward", () => net.forward(right, x));
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        using var wrong = tensor(new long[] { 3, 10 });
        Exception fromOriginal = Assert.ThrowsAny<Exception>(() => (Tensor)original.forward(wrong, x));
        Exception fromDropIn = Assert.ThrowsAny<Exception>(() => Application.Missed<Tensor>("Tensors.Picked.forward", "a check inside a region failed", () => net.forward(wrong, x)));
        Assert.Equal(fromOriginal.GetType(), fromDropIn.GetType());
    }

    [Fact]
    public void ATupleIsReturned()
    {
        var (original, net) = Application.Make("Tensors.Two");
        using var x = randn(2, 4);
        (Tensor, Tensor) expected = original.forward(x);
        (Tensor, Tensor) actual = Application.Compiled<(Tensor, Tensor)>("Tensors.Two.forward", () => net.forward(x));
        Assert.Equal(expected.Item1.data<float>().ToArray(), actual.Item1.data<float>().ToArray());
        Assert.InRange((expected.Item2 - actual.Item2).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void TheResultIsInTheCallersScopeAndNothingElse()
    {
        var (_, net) = Application.Make("Tensors.Two");
        using var x = randn(2, 4);
        using var scope = NewDisposeScope();
        (Tensor, Tensor) actual = Application.Compiled<(Tensor, Tensor)>("Tensors.Two.forward", () => net.forward(x));
        Assert.Equal(2, scope.DisposablesCount);
        Assert.True(scope.Contains(actual.Item1) && scope.Contains(actual.Item2));
    }

    private void AddMisses(string reason, Tensor x, Tensor y)
    {
        var (original, net) = Application.Make("Tensors.Add");
        using Tensor expected = original.forward(x, y);
        using Tensor actual = Application.Missed<Tensor>("Tensors.Add.forward", reason, () => net.forward(x, y));
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.True(expected.eq(actual).all().item<bool>());
    }
}
