using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Sizes that the code computes with floating-point numbers, and what is taken from names and modules that were passed in.</summary>
public sealed class DropInSizeTests(DropInSizeTests.Nets nets) : IClassFixture<DropInSizeTests.Nets>
{
    private const string Source = """
        using System.Linq;
        public class Root : Module<Tensor, Tensor>
        {
            public Root() : base("r") { }
            public override Tensor forward(Tensor x) { var side = (int)Math.Sqrt(x.shape[1]); return x.permute(0, 2, 1).reshape(-1, x.shape[2], side, side).relu(); }
        }
        public class Token : Module<Tensor, Tensor>
        {
            public Token() : base("t") { }
            public override Tensor forward(Tensor x) { long side = (long)Math.Sqrt((double)(x.shape[1] - 1)); return x[.., 1..].view(x.shape[0], side, side, -1).sum(-1).relu(); }
        }
        public class Patches : Module<Tensor, Tensor>
        {
            private readonly Conv2d c = Conv2d(3, 8, 4, stride: 4);
            public Patches() : base("p") { RegisterComponents(); }
            public override Tensor forward(Tensor x) { x = c.call(x).flatten(2).transpose(1, 2); int s = (int)Math.Sqrt(x.shape[1]); return x.transpose(1, 2).reshape(x.shape[0], 8, s, s).relu(); }
        }
        public class Up : Module<Tensor, Tensor>
        {
            private readonly int window;
            public Up(int window) : base("u") { this.window = window; }
            public override Tensor forward(Tensor x)
            {
                long n = (long)Math.Ceiling((double)x.shape[1] / window);
                return functional.pad(x, new long[] { 0, (n * window) - x.shape[1] }).view(-1, n, window).sum(-1).relu();
            }
        }
        public class Parts : Module<Tensor, Tensor>
        {
            public Parts() : base("h") { }
            public override Tensor forward(Tensor x)
            {
                int half = (int)(x.shape[1] * 0.5), third = (int)Math.Floor(x.shape[1] / 3f), more = Math.Max(1, (int)Math.Truncate(x.shape[1] * 0.25 + 0.5));
                return x[.., ..half].relu().sum(1) + x[.., third..].relu().sum(1) * more + (long)Math.Pow(x.shape[0], 2);
            }
        }
        public class Named : Module<Tensor, Tensor>
        {
            public Named(string name) : base(name) { }
            public override Tensor forward(Tensor x) => GetName() == "plus" ? x.relu() + 1 : x.relu() - 1;
        }
        public class Inner : Module<Tensor, Tensor>
        {
            private readonly Linear l;
            public Inner(int width) : base("i") { l = Linear(width, width); RegisterComponents(); }
            public override Tensor forward(Tensor x) => l.call(x).tanh();
        }
        public class Outer : Module<Tensor, Tensor>
        {
            private readonly Inner inner;
            private readonly Linear last;
            public Outer(Inner inner, Linear last) : base("o") { this.inner = inner; this.last = last; RegisterComponents(); }
            public override Tensor forward(Tensor x) => last.call(inner.call(x) + x);
        }
        public class Chosen : Module<Tensor, Tensor, Tensor, Tensor>
        {
            public Chosen() : base("c") { }
            public override Tensor forward(Tensor x, Tensor a, Tensor b) => torch.where(a & ~b, x.relu(), x.masked_fill(b, 2));
        }
        """;

    public sealed class Nets : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(Source);

        public void Dispose() => Application.Dispose();
    }

    public static TheoryData<string, object[], long[]> Sizes => new()
    {
        { "Root", [], [2, 16, 3] }, { "Root", [], [1, 49, 5] }, { "Token", [], [2, 26, 3] }, { "Patches", [], [2, 3, 16, 16] }, { "Up", [4], [3, 10] }, { "Up", [4], [3, 12] }, { "Up", [3], [2, 7] },
        { "Parts", [], [3, 7] }, { "Parts", [], [2, 12] }, { "Named", ["plus"], [2, 3] }, { "Named", ["minus"], [2, 3] },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SizesAreThoseOfTheProgram(string name, object[] arguments, long[] shape)
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make(name, arguments);
        Tensor x = randn(shape);
        Assert.True(allclose((Tensor)original.forward(x), nets.Application.Compiled<Tensor>($"{name}.forward", () => (Tensor)dropIn.forward(x)), rtol: 1e-4, atol: 1e-5));
    }

    [Theory]
    [InlineData("Root", 2, 15, 3)]
    [InlineData("Token", 2, 24, 3)]
    public void WhatIsNoSquareRunsAsItDid(string name, long a, long b, long c)
    {
        using var off = no_grad();
        var (_, dropIn) = nets.Application.Make(name);
        Assert.ThrowsAny<Exception>(() => (Tensor)dropIn.forward(randn(a, b, c)));
        Assert.ThrowsAny<Exception>(() => (Tensor)dropIn.forward(randn(b)));
    }

    [Fact]
    public void ModulesThatArePassedInAreFollowed()
    {
        using var off = no_grad();
        object Made(System.Reflection.Assembly assembly, TorchSharp.Modules.Linear last) => Activator.CreateInstance(assembly.GetType("Outer")!, Activator.CreateInstance(assembly.GetType("Inner")!, 4), last)!;
        dynamic original = Made(nets.Application.Original, nn.Linear(4, 2)), dropIn = Made(nets.Application.DropIn, nn.Linear(4, 2));
        dropIn.load_state_dict(original.state_dict());
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), nets.Application.Compiled<Tensor>("Outer.forward", () => (Tensor)dropIn.forward(x)), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void MasksAreOfBools()
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Chosen");
        Tensor x = randn(3, 4), a = randn(3, 4) > 0, b = randn(3, 4) > 0;
        Assert.True(allclose((Tensor)original.forward(x, a, b), nets.Application.Compiled<Tensor>("Chosen.forward", () => (Tensor)dropIn.forward(x, a, b))));
    }
}
