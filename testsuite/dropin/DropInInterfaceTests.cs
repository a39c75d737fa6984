using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Behind an interface or an abstract class is the only class that there is, which is checked.</summary>
public sealed class DropInInterfaceTests(DropInInterfaceTests.Nets nets) : IClassFixture<DropInInterfaceTests.Nets>
{
    private const string Source = """
        using System.Linq;
        public interface IScale { Tensor Scale(Tensor x); }
        public class Scaler : IScale { public double By = 2; public Tensor Scale(Tensor x) => x * By; }
        public interface ILayer { Tensor Run(Tensor x); }
        public class Layer : Module<Tensor, Tensor>, ILayer
        {
            private readonly Linear l;
            public Layer(int width) : base("l") { l = Linear(width, width); RegisterComponents(); }
            public Tensor Run(Tensor x) => l.call(x).relu();
            public override Tensor forward(Tensor x) => Run(x);
        }
        public class Set : Module<Tensor, Tensor>
        {
            public IScale? Scale { get; set; }
            public Set() : base("s") { }
            public override Tensor forward(Tensor x) => Scale is null ? x.relu() : Scale.Scale(x).sin();
        }
        public class Passed : Module<Tensor, IScale?, Tensor>
        {
            public Passed() : base("p") { }
            public override Tensor forward(Tensor x, IScale? s) => s is not null ? s.Scale(x).sin() : x.cos();
        }
        public class One : Module<Tensor, Tensor>
        {
            private readonly ILayer layer;
            public One(ILayer layer) : base("o") { this.layer = layer; register_module("layer", (Layer)layer); }
            public override Tensor forward(Tensor x) => layer.Run(x) + x;
        }
        public class Many : Module<Tensor, Tensor>
        {
            private readonly IReadOnlyList<ILayer> layers;
            public Many(IReadOnlyList<ILayer> layers) : base("m") { this.layers = layers; for (int i = 0; i < layers.Count; i++) register_module($"l{i}", (Layer)layers[i]); }
            public override Tensor forward(Tensor x) { foreach (ILayer l in layers) x = l.Run(x); return x; }
        }
        """;

    public sealed class Nets : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(Source);

        public void Dispose() => Application.Dispose();
    }

    private static dynamic New(Assembly assembly, string type, params object?[] arguments) => Activator.CreateInstance(assembly.GetType(type, throwOnError: true)!, arguments)!;

    private void Compare(string name, dynamic original, dynamic dropIn)
    {
        dropIn.load_state_dict(original.state_dict());
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), nets.Application.Compiled<Tensor>($"{name}.forward", () => (Tensor)dropIn.forward(x)), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void APropertyThatTheConstructorLeavesNullIsChecked()
    {
        using var off = no_grad();
        dynamic original = New(nets.Application.Original, "Set"), dropIn = New(nets.Application.DropIn, "Set");
        Compare("Set", original, dropIn);
        (original.Scale, dropIn.Scale) = (New(nets.Application.Original, "Scaler"), New(nets.Application.DropIn, "Scaler"));
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), (Tensor)dropIn.forward(x), atol: 1e-6));
    }

    [Fact]
    public void AnArgumentIsOfTheOnlyClassOrNull()
    {
        using var off = no_grad();
        dynamic original = New(nets.Application.Original, "Passed"), dropIn = New(nets.Application.DropIn, "Passed");
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x, null), nets.Application.Compiled<Tensor>("Passed.forward", () => (Tensor)dropIn.forward(x, null)), atol: 1e-6));
        dynamic s = New(nets.Application.Original, "Scaler"), t = New(nets.Application.DropIn, "Scaler");
        Assert.True(allclose((Tensor)original.forward(x, s), nets.Application.Compiled<Tensor>("Passed.forward", () => (Tensor)dropIn.forward(x, t)), atol: 1e-6));
    }

    [Fact]
    public void ModulesBehindInterfacesAreFollowed()
    {
        using var off = no_grad();
        dynamic Made(Assembly a) => New(a, "One", (object)New(a, "Layer", 4));
        Compare("One", Made(nets.Application.Original), Made(nets.Application.DropIn));
        dynamic List(Assembly a)
        {
            Array layers = Array.CreateInstance(a.GetType("ILayer")!, 2);
            layers.SetValue((object)New(a, "Layer", 4), 0);
            layers.SetValue((object)New(a, "Layer", 4), 1);
            return New(a, "Many", layers);
        }

        Compare("Many", List(nets.Application.Original), List(nets.Application.DropIn));
    }
}
