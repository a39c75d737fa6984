using System.Reflection;
using DlAot.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Freeze = true: what depends on parameters alone is computed once, and again whenever their contents differ.</summary>
[Collection(DlAot.Tests.Reference.LibTorchState.Name)]
public sealed class DropInFreezeTests
{
    private const string Adapter = """
        public class Net : Module<Tensor, Tensor>
        {
            public Parameter w, a, b;
            public Tensor scale = torch.ones(6);
            public Net() : base("net")
            {
                w = new Parameter(randn(6, 4)); a = new Parameter(randn(6, 2)); b = new Parameter(randn(2, 4));
                register_buffer("scale", scale);
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => x.matmul((w + a.matmul(b)).t()).relu() * scale.exp();
        }
        """;

    private static DropInApplication Application(string source = Adapter) => DropInApplication.Of(source, "Net.forward=x: f32[N,4]", freeze: true);

    // What is kept of the module.
    private static object? Kept(object module)
    {
        var table = (System.Collections.IEnumerable)typeof(KeptValues).GetField("_blocks", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;
        return table.Cast<object>().Where(p => ReferenceEquals(Of(p, "Key"), module)).Select(p => ((System.Collections.IDictionary)Of(p, "Value")!).Values.Cast<object>().Single()).SingleOrDefault();

        static object? Of(object pair, string name) => pair.GetType().GetProperty(name)!.GetValue(pair);
    }

    private static void Check(DropInApplication application, dynamic original, dynamic dropIn)
    {
        using var off = no_grad();
        using var x = randn(5, 4);
        Tensor expected = original.call(x), actual = application.Compiled<Tensor>("Net.forward", () => dropIn.call(x));
        Assert.True(expected.allclose(actual, 1e-5, 1e-6));
    }

    [Fact]
    public void WhatDependsOnParametersAloneIsComputedOnce()
    {
        using var application = Application();
        Assert.Equal(2, application.Methods.Single().Versions[0].Frozen!.Plan.Outputs.Length);
        var (original, dropIn) = application.Make("Net");
        Check(application, original, dropIn);
        object? first = Kept(dropIn);
        Assert.NotNull(first);
        Check(application, original, dropIn);
        Assert.Same(first, Kept(dropIn));
        var (other, another) = application.Make("Net");
        Check(application, other, another);
        Assert.NotSame(first, Kept(another));
        Check(application, original, dropIn);
    }

    [Fact]
    public void EveryChangeOfAParameterIsSeen()
    {
        using var application = Application();
        var (original, dropIn) = application.Make("Net");
        Check(application, original, dropIn);
        foreach (var change in new Action<dynamic>[]
        {
            m => { using var off = no_grad(); ((Tensor)m.a).mul_(2); },
            m => { using var off = no_grad(); ((Tensor)m.scale).add_(1); },
            m => ((nn.Module)m).load_state_dict(((nn.Module)m).state_dict().ToDictionary(p => p.Key, p => p.Value.clone() * 0.5)),
            m => ((Tensor)m.w).data<float>()[3] = 7,
            m => ((Tensor)m.b).bytes = new byte[2 * 4 * 4],
            m => { ((nn.Module)m).to(float64); ((nn.Module)m).to(float32); },
        })
        {
            object? before = Kept(dropIn);
            change(original);
            change(dropIn);
            Check(application, original, dropIn);
            Check(application, original, dropIn);
            Assert.NotNull(before);
        }
    }

    [Fact]
    public void ATrainingStepIsSeen()
    {
        using var application = Application();
        var (original, dropIn) = application.Make("Net");
        Check(application, original, dropIn);
        object? before = Kept(dropIn);
        using var x = randn(5, 4);
        foreach (nn.Module module in new nn.Module[] { original, dropIn })
        {
            var optimizer = optim.SGD(module.parameters(), 0.1);
            Tensor loss = ((dynamic)module).call(x).pow(2).sum();
            loss.backward();
            optimizer.step();
        }

        Check(application, original, dropIn);
        Assert.NotSame(before, Kept(dropIn));
    }

    [Fact]
    public void ATensorOfAnotherShapeWithTheSameBytesIsAnotherTensor()
    {
        using var application = DropInApplication.Of("""
            public class Net : Module<Tensor, Tensor>
            {
                public Tensor table;
                public Net(Tensor table) : base("net") { this.table = table; }
                public override Tensor forward(Tensor x) => x * table.exp().sum(1).pow(2).sum();
            }
            """, "Net.forward=x: f32[N,4]", freeze: true);
        Assert.NotNull(application.Methods.Single().Versions[0].Frozen);
        var (original, dropIn) = application.Make("Net", arange(12).to(float32).reshape(3, 4) / 12);
        Check(application, original, dropIn);
        foreach (dynamic module in new[] { original, dropIn })
            module.table = ((Tensor)module.table).reshape(4, 3).contiguous();
        object? before = Kept(dropIn);
        Check(application, original, dropIn);
        Assert.NotSame(before, Kept(dropIn));
    }

    [Theory]
    [InlineData("Tensor e = w.exp(); return (e, x * e);")]
    [InlineData("Tensor e = w.exp(); return (e.view(-1), x * e);")]
    [InlineData("return (x + w, x * w);")]
    public void WhatIsHandedOutOrCheapIsNotKept(string body)
    {
        using var application = DropInApplication.Of($$"""
            public class Net : Module<Tensor, (Tensor, Tensor)>
            {
                public Parameter w = new Parameter(torch.ones(4));
                public Net() : base("net") { RegisterComponents(); }
                public override (Tensor, Tensor) forward(Tensor x) { {{body}} }
            }
            """, "Net.forward=x: f32[N,4]", freeze: true);
        Assert.All(application.Methods.Single().Versions, v => Assert.Null(v.Frozen));
    }
}
