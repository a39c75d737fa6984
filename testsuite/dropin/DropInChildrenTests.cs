using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Modules found by asking for children, and dictionaries: the drop-in computes what the original computes, also after they have changed.</summary>
public class DropInChildrenTests
{
    private const string Source = """
        public class Walk : nn.Module<Tensor, Tensor>
        {
            private readonly Linear a = nn.Linear(4, 4);
            private readonly ReLU b = nn.ReLU();
            private readonly Linear c = nn.Linear(4, 4);
            public Walk() : base("w") { register_module("first", nn.Tanh()); RegisterComponents(); }
            public void Grow() => register_module("last", nn.Sigmoid());
            public override Tensor forward(Tensor x)
            {
                foreach (var m in children()) x = ((nn.Module<Tensor, Tensor>)m).call(x);
                foreach (var (name, m) in named_children()) if (name == "b") x = x * 2;
                return x;
            }
        }

        public class Steps : nn.Module<Tensor, Tensor>
        {
            public readonly Sequential steps = nn.Sequential(("in", nn.Linear(4, 4)));
            public Steps() : base("s") { steps.append("out", nn.Linear(4, 4)); steps.append(nn.Tanh()); RegisterComponents(); }
            public override Tensor forward(Tensor x)
            {
                foreach (nn.Module<Tensor, Tensor> m in steps.children()) x = m.call(x);
                foreach (var (name, m) in steps.named_children()) if (name == "out") x = x * 2;
                return x;
            }
        }

        public class Table : nn.Module<Tensor, Tensor>
        {
            public readonly Dictionary<string, double> scales = new() { ["in"] = 2, ["out"] = 3 };
            public Table() : base("t") { }
            public override Tensor forward(Tensor x) => scales.TryGetValue("bias", out var b) ? x.relu() * scales["in"] + b : x.relu() * scales["out"];
        }

        public class Loops : nn.Module<Tensor, Dictionary<string, Tensor>>
        {
            private readonly ModuleDict<Linear> heads = new();
            public Dictionary<string, Linear> more = new() { ["c"] = nn.Linear(4, 4), ["d"] = nn.Linear(4, 4) };
            public Loops() : base("l") { heads.Add("a", nn.Linear(4, 4)); heads.Add("b", nn.Linear(4, 2)); RegisterComponents(); foreach (var (k, m) in more) register_module(k, m); }
            public override Dictionary<string, Tensor> forward(Tensor x)
            {
                var results = new Dictionary<string, Tensor>();
                dynamic first = more["c"];
                foreach (var (name, m) in more) x = m.call(x) * (name == "d" ? 2 : 1);
                foreach (var (name, m) in heads) results[name] = m.call(x);
                foreach (var name in more.Keys) results[name] = x * more.Count;
                results["first"] = first.forward(x);
                return results;
            }
        }
        """;

    [Fact]
    public void ChildrenAreThoseThatAreRegistered()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, "Walk.forward=x: f32[N,4]|Table.forward=x: f32[N,4]");
        var (original, dropIn) = application.Make("Walk");
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Walk.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
        original.Grow();
        dropIn.Grow();
        Assert.True(allclose((Tensor)original.forward(x), (Tensor)dropIn.forward(x), atol: 1e-6));
    }

    [Fact]
    public void ChildrenOfASequentialAreItsSteps()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, "Steps.forward=x: f32[N,4]");
        var (original, dropIn) = application.Make("Steps");
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Steps.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
        original.steps.append(nn.Sigmoid());
        dropIn.steps.append(nn.Sigmoid());
        Assert.True(allclose((Tensor)original.forward(x), application.Missed<Tensor>("Steps.forward", "'this.steps.named_children()", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
    }

    [Fact]
    public void DictionariesAreWalkedInTheirOrder()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, "Loops.forward=x: f32[N,4]");
        var (original, dropIn) = application.Make("Loops");
        Tensor x = randn(3, 4);
        Dictionary<string, Tensor> expected = original.forward(x), actual = application.Compiled<Dictionary<string, Tensor>>("Loops.forward", () => (Dictionary<string, Tensor>)dropIn.forward(x));
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.True(expected.All(e => allclose(e.Value, actual[e.Key], atol: 1e-5)));
        foreach (dynamic net in new[] { original, dropIn })
        {
            var c = net.more["c"];
            net.more.Remove("c");
            net.more["e"] = net.more["d"];
            net.more["c"] = c;
        }

        expected = original.forward(x);
        actual = application.Missed<Dictionary<string, Tensor>>("Loops.forward", "'this.more", () => (Dictionary<string, Tensor>)dropIn.forward(x));
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.True(expected.All(e => allclose(e.Value, actual[e.Key], atol: 1e-5)));
    }

    [Fact]
    public void DictionariesAreReadByKey()
    {
        using var off = no_grad();
        using var application = DropInApplication.Of(Source, "Walk.forward=x: f32[N,4]|Table.forward=x: f32[N,4]");
        var (original, dropIn) = application.Make("Table");
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), application.Compiled<Tensor>("Table.forward", () => (Tensor)dropIn.forward(x)), atol: 1e-6));
        foreach (dynamic net in new[] { original, dropIn })
        {
            net.scales["out"] = 5;
            net.scales["bias"] = 1;
        }

        Assert.True(allclose((Tensor)original.forward(x), (Tensor)dropIn.forward(x), atol: 1e-6));
    }
}
