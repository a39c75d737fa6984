using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>What is assumed of objects and strings from outside, of which the code says little, is checked; either answer runs compiled.</summary>
public class DropInKindTests
{
    private const string Source = """
        public class Boxes : nn.Module<Dictionary<string, object>, Tensor>
        {
            public Boxes() : base("b") { }
            public override Tensor forward(Dictionary<string, object> d)
            {
                var x = (Tensor)d["x"];
                if (d.TryGetValue("mask", out var m) && m is Tensor mask) x = x * mask;
                return x * (double)d["scale"] + (int)d["steps"];
            }
        }

        public class Anything : nn.Module<object, object>
        {
            public Anything() : base("a") { }
            public override object forward(object o) => o is Tensor t ? t.sin() : ((Tensor[])o)[0].cos();
        }

        public class Mode : nn.Module<Tensor, string, Tensor>
        {
            public Mode() : base("m") { }
            public override Tensor forward(Tensor x, string mode) => mode == "norm" ? x - x.mean() : mode == "denorm" ? x.exp() : throw new NotImplementedException(mode);
        }

        public class Heads : nn.Module<Tensor, string, Tensor>
        {
            private readonly ModuleDict<Linear> heads = new();
            public readonly Dictionary<string, double> scales = new() { ["a"] = 2, ["b"] = 3 };
            public Heads() : base("h") { heads.Add("a", nn.Linear(4, 4)); heads.Add("b", nn.Linear(4, 2)); RegisterComponents(); }
            public override Tensor forward(Tensor x, string task) => heads[task].call(x) * scales[task];
        }

        public class Local : nn.Module<Tensor, Tensor>
        {
            public static readonly System.Threading.ThreadLocal<int> Calls = new(() => 3);
            public Local() : base("l") { }
            public override Tensor forward(Tensor x) => x * Calls.Value;
        }

        public class Chosen : nn.Module<Tensor, Tensor>
        {
            private readonly nn.Module<Tensor, Tensor> act;
            private readonly Func<Tensor, Tensor> scaled;
            private readonly Func<Tensor, Tensor> own;
            private readonly Linear l = nn.Linear(4, 4);
            public readonly string kind;
            public Chosen(string kind, double k) : base("c")
            {
                this.kind = kind;
                act = kind.ToLower() switch { "relu" => nn.ReLU(), "tanh" => nn.Tanh(), _ => throw new ArgumentException(kind) };
                scaled = x => l.call(x) * k;
                own = Twice;
                RegisterComponents();
            }

            private Tensor Twice(Tensor x) => kind == "relu" ? x * 2 : x * 3;
            public override Tensor forward(Tensor x) => own(act.call(scaled(x)));
        }

        public class Same : nn.Module<Tensor, Tensor>
        {
            public Linear a = nn.Linear(4, 4), b;
            public Same() : base("s") { b = a; RegisterComponents(); }
            public override Tensor forward(Tensor x) => ReferenceEquals(a, b) ? a.call(x) : a.call(x) + b.call(x);
        }

        public class Optional : nn.Module<Tensor, Tensor?, Tensor>
        {
            public Optional() : base("o") { }
            public override Tensor forward(Tensor x, Tensor? mask) => mask is not null ? x * mask : x.exp();
        }

        public struct State { public int Count; public double Scale; }

        public class Structs : nn.Module<Tensor, Tensor>
        {
            public State state = new() { Scale = 2 };
            public Structs() : base("s") { }
            public override Tensor forward(Tensor x) { state.Count++; return x * state.Scale + state.Count; }
        }
        """;

    private static readonly string s_signatures = "Anything.forward=o: f32[N,4]|Mode.forward=x: f32[N,4]|Heads.forward=x: f32[N,4]|Local.forward=x: f32[N,4]|Structs.forward=x: f32[N,4]|Chosen.forward=x: f32[N,4]|Same.forward=x: f32[N,4]";

    [Fact]
    public void ElementsOfObjectDictionariesAreWhatTheCodeTakesThemFor()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Boxes");
        Tensor x = randn(3, 4), mask = randn(3, 4);
        var given = new Dictionary<string, object> { ["x"] = x, ["scale"] = 1.5, ["steps"] = 2, ["mask"] = mask };
        Assert.True(allclose((Tensor)original.forward(given), application.Compiled<Tensor>("Boxes.forward", () => (Tensor)dropIn.forward(given)), atol: 1e-6));
        given["mask"] = "none";
        Assert.True(allclose((Tensor)original.forward(given), application.Compiled<Tensor>("Boxes.forward", () => (Tensor)dropIn.forward(given)), atol: 1e-6));
        given.Remove("mask");
        Assert.True(allclose((Tensor)original.forward(given), (Tensor)dropIn.forward(given), atol: 1e-6));
        given["scale"] = 2f;
        Assert.Throws<InvalidCastException>(() => (Tensor)dropIn.forward(given));
    }

    [Fact]
    public void AnObjectIsOfTheTypeThatTheCodeAsksForOrNot()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Anything");
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Anything.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
        Tensor[] two = [x, x];
        Assert.True(allclose((Tensor)original.forward(two), (Tensor)dropIn.forward(two), atol: 1e-6));
        Assert.Throws<InvalidCastException>(() => (object)dropIn.forward("none"));
    }

    [Fact]
    public void AStringIsTheOneThatTheCodeAsksForOrNot()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Mode");
        Tensor x = randn(3, 4);
        foreach (var mode in new[] { "norm", "denorm" })
            Assert.True(allclose((Tensor)original.forward(x, mode), application.Compiled<Tensor>("Mode.forward", () => (Tensor)dropIn.forward(x, mode)), atol: 1e-6));
        Assert.Throws<NotImplementedException>(() => (Tensor)dropIn.forward(x, "other"));
    }

    [Fact]
    public void AKeyIsOneThatTheDictionaryHas()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Heads");
        Tensor x = randn(3, 4);
        foreach (var task in new[] { "a", "b" })
            Assert.True(allclose((Tensor)original.forward(x, task), application.Compiled<Tensor>("Heads.forward", () => (Tensor)dropIn.forward(x, task)), atol: 1e-6));
        Assert.ThrowsAny<Exception>(() => (Tensor)dropIn.forward(x, "c"));
    }

    [Fact]
    public void ValuesOfTheThreadAreRead()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Local");
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Local.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
    }

    [Theory]
    [InlineData("relu")]
    [InlineData("tanh")]
    public void WhatAStringChoseInTheConstructorIsFollowed(string kind)
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Chosen", kind, 1.5);
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Chosen.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
    }

    [Fact]
    public void TwoPlacesHoldOneObjectOrTwo()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Same");
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Same.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
        original.b = dropIn.b = nn.Linear(4, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Missed<Tensor>("Same.forward", "'this.a is this.b' does not hold", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
    }

    [Fact]
    public void AnArgumentThatTheCodeComparesWithNullIsThereOrNot()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Optional");
        Tensor x = randn(3, 4);
        foreach (var mask in new[] { null, randn(3, 4) })
            Assert.True(allclose((Tensor)original.forward(x, mask), application.Compiled<Tensor>("Optional.forward", () => (Tensor)dropIn.forward(x, mask)), atol: 1e-6));
    }

    [Fact]
    public void AFieldOfAStructIsWrittenWhereTheStructIs()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, s_signatures);
        var (original, dropIn) = application.Make("Structs");
        Tensor x = randn(3, 4);
        for (var call = 0; call < 3; call++)
            Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Structs.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
        Assert.Equal((int)original.state.Count, (int)dropIn.state.Count);
    }
}
