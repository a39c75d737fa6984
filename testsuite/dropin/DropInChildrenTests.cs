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

        public class Table : nn.Module<Tensor, Tensor>
        {
            public readonly Dictionary<string, double> scales = new() { ["in"] = 2, ["out"] = 3 };
            public Table() : base("t") { }
            public override Tensor forward(Tensor x) => scales.TryGetValue("bias", out var b) ? x.relu() * scales["in"] + b : x.relu() * scales["out"];
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
