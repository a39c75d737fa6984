using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Walks over parameters and buffers: the drop-in finds what is registered when it is called.</summary>
public class DropInParameterTests
{
    private const string Source = """
        using System.Linq;

        public class Typed : nn.Module<Tensor, Tensor>
        {
            private readonly Linear l = nn.Linear(4, 4);
            public Typed() : base("t") { RegisterComponents(); }
            public override Tensor forward(Tensor x) => l.call(x.to(parameters().First().dtype).to(parameters().First().device));
        }

        public class Penalty : nn.Module<Tensor, Tensor>
        {
            private readonly Sequential s = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 4, hasBias: false));
            private readonly Parameter scale = nn.Parameter(randn(4));
            public Linear? extra;
            public Penalty() : base("p") { register_parameter("offset", nn.Parameter(randn(1))); RegisterComponents(); }
            public override Tensor forward(Tensor x)
            {
                var penalty = zeros(1);
                foreach (var p in parameters()) penalty = penalty + p.pow(2).sum();
                foreach (var (name, p) in named_parameters()) if (name.EndsWith("weight")) penalty = penalty + p.abs().sum();
                return s.call(x) + penalty * 1e-2;
            }

            public void Grow() { register_module("extra", nn.Linear(2, 2)); }
        }

        public class Buffers : nn.Module<Tensor, Tensor>
        {
            private readonly BatchNorm1d norm = nn.BatchNorm1d(4);
            private readonly Tensor own = ones(4);
            public Buffers() : base("b") { register_buffer("mean", randn(4)); RegisterComponents(); }
            public override Tensor forward(Tensor x)
            {
                foreach (var (name, b) in named_buffers()) if (b.dtype == float32) x = x - b;
                return norm.call(x) * buffers(recurse: false).Count();
            }
        }

        public class Lists : nn.Module<Tensor, Tensor>
        {
            private readonly ParameterList list = new(nn.Parameter(randn(4)), nn.Parameter(randn(4)));
            public Lists() : base("l") { RegisterComponents(); }
            public override Tensor forward(Tensor x)
            {
                foreach (var p in list) x = x * p;
                return x + list[list.Count - 1];
            }
        }
        """;

    private const string Signatures = "Typed.forward=x: f32[N,4]|Penalty.forward=x: f32[N,4]|Buffers.forward=x: f32[N,4]|Lists.forward=x: f32[N,4]";

    [Theory]
    [InlineData("Typed")]
    [InlineData("Penalty")]
    [InlineData("Buffers")]
    [InlineData("Lists")]
    public void AreThoseOfTheOriginal(string name)
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, Signatures);
        var (original, dropIn) = application.Make(name);
        original.eval();
        dropIn.eval();
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>($"{name}.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-5));
    }

    [Fact]
    public void WhatIsRegisteredLaterIsSeen()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, Signatures);
        var (original, dropIn) = application.Make("Penalty");
        original.Grow();
        dropIn.Grow();
        dropIn.load_state_dict(original.state_dict());
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), (Tensor)dropIn.forward(x), atol: 1e-5));
    }

    [Fact]
    public void ParametersOfAnotherTypeRunTheOriginal()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, Signatures);
        var (_, dropIn) = application.Make("Typed");
        ((nn.Module)dropIn).to(ScalarType.Float64);
        Tensor x = randn(3, 4);
        Assert.Equal(ScalarType.Float64, ((Tensor)dropIn.forward(x)).dtype);
    }
}
