using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Tensors that share memory go on sharing it, whatever lies between: what is written through one shows in the other.</summary>
public class DropInSharingTests
{
    private static readonly (string Name, string Result, string Body)[] Rows =
    [
        ("Diagonal", "Tensor", "var y = x * 2; var v = y.diagonal(); v.add_(1); return (y + 1).exp();"),
        ("DiagonalAcross", "Tensor", "var y = (x * 2).tanh(); var v = y.diagonal(); GC.Collect(); v.add_(1); return (y + 1).exp();"),
        ("Windows", "Tensor", "var y = (x * 2).tanh(); var v = y.unfold(0, 1, 1); GC.Collect(); v.mul_(3); return (y + 1).exp();"),
        ("ReshapedAcross", "Tensor", "var y = (x * 2).tanh(); var v = y.transpose(0, 1).reshape(-1); GC.Collect(); v.add_(1); return (y + 1).exp();"),
        ("DenseAcross", "Tensor", "var y = (x * 2).tanh(); var v = y.transpose(0, 1).contiguous(); GC.Collect(); v.add_(1); return (y + 1).exp();"),
        ("Returned", "(Tensor, Tensor)", "var y = x.exp() * 2; return (x.diagonal(), y);"),
        ("ReturnedBoth", "(Tensor, Tensor)", "var y = x.exp() * 2; return (y.diagonal(), y);"),
        ("Freed", "Tensor", "var t = x.sin() * 2; t.Dispose(); return x.exp() + t;"),
        ("Table", "Tensor", "var t = new double[2, 2]; t[1, 0] = x.shape[0] > 100 ? 1 : 3; x = x.sin().cos(); GC.Collect(); return (x * t[1, 0] + t.GetLength(1)).exp();"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    private static readonly Lazy<DropInApplication> Application = new(() => DropInApplication.Of(string.Join("\n", Rows.Select(r => $$"""
        public class {{r.Name}} : Module<Tensor, {{r.Result}}>
        {
            public {{r.Name}}() : base("m") { }
            public override {{r.Result}} forward(Tensor x) { {{r.Body}} }
        }
        """))));

    [Theory]
    [MemberData(nameof(Names))]
    public void IsTheOriginals(string name)
    {
        using var off = no_grad();
        var (original, dropIn) = Application.Value.Make(name);
        foreach ((int rows, int columns) in new[] { (3, 4), (1, 4), (4, 1), (2, 2) })
        {
            Tensor x = randn(rows, columns), twin = x.clone();
            (string? error, Tensor[] shown) = Outcome(() => original.forward(x), x);
            (string? repeated, Tensor[] again) = Outcome(() => dropIn.forward(twin), twin);
            Assert.Equal(error, repeated);
            Assert.Equal(shown.Length, again.Length);
            Assert.All(shown.Zip(again), p => Assert.True(p.First.allclose(p.Second, 1e-4, 1e-5), $"{rows}x{columns}"));
        }
    }

    // The result; then, after a write into the (first) result, the argument and the results.
    private static (string? Error, Tensor[] Shown) Outcome(Func<object> run, Tensor x)
    {
        try
        {
            object result = run();
            var (first, second) = result is Tensor t ? (t, t) : ((Tensor, Tensor))result;
            Tensor before = first.clone();
            first.add_(1);
            return (null, [before, x, first, second]);
        }
        catch (Exception e)
        {
            return (e.GetType().Name, [x]);
        }
    }

    [Fact]
    public void TextThatIsNotThereIsRefused()
    {
        using var application = DropInApplication.Of("""
            public class Named : Module<Tensor, string?, Tensor>
            {
                public Named() : base("m") { }
                public override Tensor forward(Tensor x, string? name) { ArgumentException.ThrowIfNullOrEmpty(name); return x.exp() * 2; }
            }
            public class Optional : Module<Tensor, string?, Tensor>
            {
                public Optional() : base("m") { }
                public override Tensor forward(Tensor x, string? name) => string.IsNullOrEmpty(name) ? x.sin() * 2 : x.cos() * 3;
            }
            """);
        using var off = no_grad();
        using Tensor x = randn(2, 3);
        var (_, named) = application.Make("Named");
        Assert.True(application.Compiled("Named.forward", () => (Tensor)named.forward(x, "a")).allclose(x.exp() * 2));
        Assert.Throws<ArgumentException>(() => application.Missed<object>("Named.forward", "'name != ", () => named.forward(x, "")));
        Assert.Throws<ArgumentNullException>(() => application.Missed<object>("Named.forward", "'name is not null'", () => named.forward(x, null)));
        var (_, optional) = application.Make("Optional");
        Assert.True(application.Compiled("Optional.forward", () => (Tensor)optional.forward(x, "a")).allclose(x.cos() * 3));
        Assert.True(application.Compiled("Optional.forward", () => (Tensor)optional.forward(x, null)).allclose(x.sin() * 2));
        Assert.True(application.Compiled("Optional.forward", () => (Tensor)optional.forward(x, "")).allclose(x.sin() * 2));
    }

    [Fact]
    public void AnObjectOfManyKindsRunsCompiled()
    {
        using var application = DropInApplication.Of("""
            public class Kinds : Module<object, Tensor>
            {
                public Kinds() : base("m") { }
                public override Tensor forward(object o) => o switch
                {
                    Tensor { ndim: 2 } t => t.relu() * 2 + 1,
                    Tensor[] all => cat(all, 0).tanh() + 1,
                    null => throw new ArgumentNullException(nameof(o)),
                    _ => throw new InvalidCastException(),
                };
            }
            """);
        using var off = no_grad();
        using Tensor x = randn(2, 3);
        var (_, net) = application.Make("Kinds");
        Assert.True(application.Compiled("Kinds.forward", () => (Tensor)net.forward(x)).allclose(x.relu() * 2 + 1));
        Assert.True(application.Compiled("Kinds.forward", () => (Tensor)net.forward(new[] { x, x })).allclose(cat([x, x], 0).tanh() + 1));
    }
}
