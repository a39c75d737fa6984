using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Arguments of every form run compiled with the content that is taken for likely, and the original with any other.</summary>
public sealed class DropInArgumentTests(DropInArgumentTests.Nets nets) : IClassFixture<DropInArgumentTests.Nets>
{
    // Name, type of the argument, body.
    private static readonly (string Name, string Type, string Body)[] Rows =
    [
        ("Pair", "(Tensor, Tensor)", "return a.Item1 * 2 + a.Item2;"),
        ("Nested", "((Tensor, Tensor) Pair, int Times)", "return a.Pair.Item1 * a.Times + a.Pair.Item2;"),
        ("Classic", "Tuple<Tensor, Tensor>", "return a.Item1.exp() - a.Item2;"),
        ("Items", "Tensor[]", "return a[0] * 2 + a[1];"),
        ("Third", "Tensor[]", "return a[0] * a[2];"),
        ("Loop", "List<Tensor>", "var y = a[0].exp(); for (var i = 1; i < a.Count; i++) y = y + a[i]; return y;"),
        ("Each", "IReadOnlyList<Tensor>", "Tensor? y = null; foreach (var x in a) y = y is null ? x.exp() : y * x; return y!;"),
        ("Input", "Given", "return a.First * a.Scale + a.Second;"),
        ("Record", "Both", "return a.First.exp() + a.Second;"),
        ("Deep", "Outer", "return a.Given!.First.relu() + a.Values[1];"),
        ("Kind", "Mode", "return a == Mode.Plain ? zeros(2, 2).exp() : zeros(2, 2);"),
        ("Image", "Tensor", "return conv.call(a.relu());"),
    ];

    // Type of an argument that is null by default, what is given for it, body.
    private static readonly (string Name, string Type, string Body)[] Optional =
    [
        ("OfTuple", "(Tensor, Tensor)?", "return a is { } p ? x * p.Item1 + p.Item2 : x.sin();"),
        ("OfInteger", "int?", "return a.HasValue ? x[..a.Value].exp() : x.sin();"),
        ("OfNumber", "float?", "return a is float f ? x.exp() * f : x.sin();"),
        ("OfFlag", "bool?", "return a == true ? x.exp() : a == false ? x.cos() : x.sin();"),
        ("OfList", "List<Tensor>?", "return a is null ? x.sin() : a[0].exp() + a[1];"),
        ("OfObject", "Given?", "return a is null ? x.sin() : x.exp() * a.First;"),
        ("OfText", "string?", "return a == \"exp\" ? x.exp() : x.sin();"),
    ];

    public static TheoryData<string> OptionalNames => [.. Optional.Select(r => r.Name)];

    /// <summary>Both with and without it, compiled.</summary>
    [Theory]
    [MemberData(nameof(OptionalNames))]
    public void RunCompiledWithAndWithout(string name)
    {
        using var off = no_grad();
        var (original, net) = nets.Application.Make($"Arguments.{name}");
        foreach (bool isGiven in new[] { false, true })
        {
            var x = full(2, 3, 0.5f);
            dynamic? Given(System.Reflection.Assembly assembly) => isGiven ? OptionalArgument(assembly, name, x) : null;
            Tensor expected = original.forward(x, Given(nets.Application.Original));
            var actual = nets.Application.Compiled($"Arguments.{name}.forward", () => (Tensor)net.forward(x, Given(nets.Application.DropIn)));
            Assert.Equal(expected.shape, actual.shape);
            Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5);
        }
    }

    private static dynamic OptionalArgument(System.Reflection.Assembly assembly, string name, Tensor x)
    {
        switch (name)
        {
            case "OfTuple": return (x * 2, x * 3);
            case "OfInteger": return 1;
            case "OfNumber": return 1.5f;
            case "OfFlag": return false;
            case "OfList": return new List<Tensor> { x * 2, x * 3 };
            case "OfText": return "exp";
            default: dynamic given = Activator.CreateInstance(assembly.GetType("Arguments.Given")!)!; given.First = x * 2; return given;
        }
    }

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void RunCompiled(string name)
    {
        using var off = no_grad();
        var (original, net) = nets.Application.Make($"Arguments.{name}");
        original.eval();
        net.eval();
        Tensor expected = original.forward(Argument(nets.Application.Original, name));
        var actual = nets.Application.Compiled($"Arguments.{name}.forward", () => (Tensor)net.forward(Argument(nets.Application.DropIn, name)));
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void OtherContentRunsTheOriginal()
    {
        using var off = no_grad();
        var application = nets.Application;
        var (_, net) = application.Make("Arguments.Loop");
        var y = application.Missed("Arguments.Loop.forward", "'a.Count == 2' does not hold", () => (Tensor)net.forward(new List<Tensor> { ones(2, 2), ones(2, 2), ones(2, 2), ones(2, 2), ones(2, 2) }));
        Assert.InRange(y[0, 0].item<float>(), 6.71f, 6.72f);
        (_, net) = application.Make("Arguments.Each");
        y = application.Missed("Arguments.Each.forward", "'a is exactly", () => (Tensor)net.forward(new List<Tensor> { ones(2, 2), ones(2, 2) }));
        Assert.InRange(y[0, 0].item<float>(), 2.71f, 2.72f);
    }

    private static dynamic Argument(System.Reflection.Assembly assembly, string name)
    {
        var (x, y) = (full(2, 2, 0.5f), full(2, 2, 3f));
        dynamic Made(string type, params object?[] arguments) => Activator.CreateInstance(assembly.GetType($"Arguments.{type}")!, arguments)!;
        dynamic Given() { var g = Made("Given"); g.First = x; g.Second = y; return g; }
        switch (name)
        {
            case "Pair": return (x, y);
            case "Nested": return ((x, y), 3);
            case "Classic": return Tuple.Create(x, y);
            case "Items": return new[] { x, y };
            case "Third": return new[] { x, y, y };
            case "Loop": return new List<Tensor> { x, y };
            case "Each": return new[] { x, y };
            case "Input": return Given();
            case "Record": return Made("Both", x, y);
            case "Deep": var o = Made("Outer"); o.Given = Given(); o.Values = new[] { x, y }; return o;
            case "Kind": return (dynamic)Enum.ToObject(assembly.GetType("Arguments.Mode")!, 0);
            default: return randn(1, 3, 5, 5, dtype: float32) is var image && name == "Image" ? full(1, 3, 5, 5, 0.25f) : image;
        }
    }

    /// <summary>One class for each row.</summary>
    public sealed class Nets : IDisposable
    {
        public Nets() => Application = DropInApplication.Of($$"""
            namespace Arguments;
            public enum Mode { Plain, Other }
            public class Given { public Tensor First = null!; public Tensor Second { get; set; } = null!; public float Scale = 2; }
            public record Both(Tensor First, Tensor Second);
            public sealed class Outer { public Given? Given; public Tensor[] Values = null!; }
            {{string.Join("\n", Rows.Select(r => $$"""
                public class {{r.Name}} : Module<{{r.Type}}, Tensor> {
                    private readonly TorchSharp.Modules.Conv2d conv = Conv2d(3, 4, 3);
                    public {{r.Name}}() : base("{{r.Name}}") { RegisterComponents(); }
                    public override Tensor forward({{r.Type}} a) { {{r.Body}} }
                }
                """))}}
            {{string.Join("\n", Optional.Select(r => $$"""
                public class {{r.Name}} : Module<Tensor, {{r.Type}}, Tensor> {
                    public {{r.Name}}() : base("{{r.Name}}") { }
                    public override Tensor forward(Tensor x, {{r.Type}} a = null) { {{r.Body}} }
                }
                """))}}
            """);

        internal DropInApplication Application { get; }

        public void Dispose() => Application.Dispose();
    }
}
