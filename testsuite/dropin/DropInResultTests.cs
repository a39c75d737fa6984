using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Results of every form: the same structure, identity and sharing of storage as the original's.</summary>
public sealed class DropInResultTests(DropInResultTests.Nets nets) : IClassFixture<DropInResultTests.Nets>
{
    // Name, result type, body.
    private static readonly (string Name, string Type, string Body)[] Rows =
    [
        ("Input", "(Tensor, Tensor)", "(x, x.relu())"),
        ("ViewOfInput", "(Tensor, Tensor)", "(x.t(), x.relu())"),
        ("ViewOfResult", "(Tensor, Tensor)", "Both(x.cumsum(1))"),
        ("Twins", "(Tensor, Tensor)", "(x.relu(), x.relu())"),
        ("Array", "Tensor[]", "new[] { x.relu(), x.tanh() }"),
        ("Absent", "(Tensor, Tensor?)", "(x.relu(), null)"),
        ("Numbers", "(Tensor, int, double, bool)", "(x.relu(), 7, 0.5, true)"),
        ("Single", "(Tensor, float, long)", "(x.relu(), 0.25f, 1L << 40)"),
        ("Nested", "(Tensor, (Tensor, string))", "(x.relu(), (x.tanh(), \"name\"))"),
        ("Reference", "Tuple<Tensor, Tensor>", "Tuple.Create(x.relu(), x.tanh())"),
        ("Scalar", "Tensor", "x.relu().sum()"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void IsTheOriginals(string name)
    {
        var application = nets.Application;
        var method = $"Results.{name}.forward";
        Assert.Contains(method, application.Result.Methods);
        var (original, dropIn) = application.Make($"Results.{name}");
        using var x = randn(3, 4);
        object expected = original.forward(x);
        object actual = application.Compiled<object>(method, () => dropIn.forward(x));
        Assert.Equal(expected.GetType(), actual.GetType());
        object?[] left = [.. Parts(expected)], right = [.. Parts(actual)];
        Assert.Equal(left.Length, right.Length);
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] is not Tensor e)
            {
                Assert.Equal(left[i], right[i]);
                continue;
            }

            var a = Assert.IsType<Tensor>(right[i]);
            Assert.Equal(ReferenceEquals(e, x), ReferenceEquals(a, x));
            Assert.Equal(e.shape, a.shape);
            Assert.Equal(e.stride(), a.stride());
            Assert.InRange((e - a).abs().max().item<float>(), 0, 1e-5);
            Assert.Equal(Sharers(left, x, e), Sharers(right, x, a));
        }
    }

    // Which other tensors change when this one is written to.
    private static bool[] Sharers(object?[] parts, Tensor x, Tensor written)
    {
        Tensor[] all = [.. parts.OfType<Tensor>(), x];
        var before = all.Select(t => t.clone()).ToArray();
        using var saved = written.clone();
        written.add_(1);
        bool[] changed = [.. all.Zip(before).Select(p => !p.First.eq(p.Second).all().item<bool>())];
        written.copy_(saved);
        return changed;
    }

    private static IEnumerable<object?> Parts(object? value) => value switch
    {
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Parts(tuple[i])),
        Tensor[] array => array,
        _ => [value],
    };

    public sealed class Nets : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(
            "namespace Results;\n" + string.Concat(Rows.Select(r => $$"""
                public class {{r.Name}} : Module<Tensor, {{r.Type}}>
                {
                    public {{r.Name}}() : base("{{r.Name}}") { }
                    public override {{r.Type}} forward(Tensor x) => {{r.Body}};
                    private static (Tensor, Tensor) Both(Tensor y) => (y, y.slice(1, 1, 3, 1));
                }

                """)),
            string.Join('|', Rows.Select(r => $"Results.{r.Name}.forward=x: f32[N,4]")));

        public void Dispose() => Application.Dispose();
    }
}
