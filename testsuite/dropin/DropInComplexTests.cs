using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Tensors of complex numbers that are passed in, or lie in fields: the graph passes them on to the calls that take them.</summary>
public sealed class DropInComplexTests(DropInComplexTests.Nets nets) : IClassFixture<DropInComplexTests.Nets>
{
    private const string Source = """
        public class Given : Module<Tensor, Tensor, Tensor>
        {
            public Given() : base("g") { }
            public override Tensor forward(Tensor x, Tensor freqs_cis)
            {
                var c = view_as_complex(x.reshape(x.shape[0], x.shape[1], -1, 2));
                return view_as_real(c * freqs_cis.unsqueeze(0)).flatten(2) * 2;
            }
        }
        public class Kept : Module<Tensor, int, Tensor>
        {
            private readonly Tensor f;
            public Kept(int width) : base("k") { var a = outer(arange(16).to(float32), arange(width).to(float32)); f = polar(ones_like(a), a); }
            public override Tensor forward(Tensor x, int start)
            {
                var c = view_as_complex(x.reshape(x.shape[0], x.shape[1], -1, 2));
                return view_as_real(c * f[start..(start + (int)x.shape[1])]).flatten(2) + f.shape[1];
            }
        }
        public class Found : Module<Tensor, Tensor>
        {
            public Found() : base("f") { }
            public override Tensor forward(Tensor spectrum) => view_as_real(spectrum).relu().sum(-1);
        }
        public class Heads : Module<Tensor, Tensor>
        {
            private readonly long heads;
            public Heads(long heads) : base("h") { this.heads = heads; }
            public override Tensor forward(Tensor x)
            {
                var p = x.chunk(2, 2);
                var (b, d) = (p[0].shape[0], p[0].shape[2]);
                var q = p[0].view(b, -1, heads, d / heads).transpose(1, 2);
                var k = p[1].view(b, -1, heads, d / heads).transpose(1, 2);
                return q.matmul(k.transpose(2, 3)).softmax(-1);
            }
        }
        public class Listed : Module<Tensor, Tensor>
        {
            private readonly double[] ratios = { 0.5, 1, 2 };
            public Listed() : base("l") { }
            public override Tensor forward(Tensor x) { Tensor r = ratios; Tensor n = new long[] { 1, 2, 3 }; return x.unsqueeze(1) * r + n; }
        }
        """;

    public sealed class Nets : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(Source);

        public void Dispose() => Application.Dispose();
    }

    private static Tensor Rotation(int positions, int width)
    {
        Tensor angle = randn(positions, width);
        return polar(ones_like(angle), angle);
    }

    [Fact]
    public void AnArgumentIsComplex()
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Given");
        Tensor x = randn(2, 3, 8), f = Rotation(3, 4);
        Assert.True(allclose((Tensor)original.forward(x, f), nets.Application.Compiled<Tensor>("Given.forward", () => (Tensor)dropIn.forward(x, f)), atol: 1e-5));
        f = randn(3, 4); // a real one goes as well
        Assert.True(allclose((Tensor)original.forward(x, f), (Tensor)dropIn.forward(x, f), atol: 1e-5));
        Assert.ThrowsAny<Exception>(() => (Tensor)dropIn.forward(x, Rotation(5, 4)));
    }

    [Fact]
    public void AFieldIsComplex()
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Kept", 4);
        Tensor x = randn(2, 3, 8);
        Assert.True(allclose((Tensor)original.forward(x, 5), nets.Application.Compiled<Tensor>("Kept.forward", () => (Tensor)dropIn.forward(x, 5)), atol: 1e-5));
        Assert.True(allclose((Tensor)original.forward(x, 15), (Tensor)dropIn.forward(x, 15), atol: 1e-5)); // a range ends where the tensor does
    }

    [Fact]
    public void WhatTheCodeReadsAsComplexIs()
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Found");
        Tensor x = Rotation(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), nets.Application.Compiled<Tensor>("Found.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-5));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void HeadsOfAPartAreAView(long heads)
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Heads", heads);
        Tensor x = randn(2, 3, 16);
        Assert.True(allclose((Tensor)original.forward(x), nets.Application.Compiled<Tensor>("Heads.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-5));
    }

    [Fact]
    public void ArraysAreTensors()
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Listed");
        Tensor x = randn(2);
        Tensor expected = original.forward(x), actual = nets.Application.Compiled<Tensor>("Listed.forward", () => (Tensor)dropIn.forward(x));
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.True(allclose(expected, actual));
    }
}
