using DlAot.Ir;
using DlAot.Ir.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Operations without a kernel stay the user's own calls inside of a compiled method.</summary>
public sealed partial class DropInKeptCallTests(DropInKeptCallTests.Nets nets) : IClassFixture<DropInKeptCallTests.Nets>
{
    // Class, its fields, forward's body, the signature, and arguments. The result is one tensor.
    private static readonly (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] Rows =
    [
        .. RecurrentRows, .. WindowRows, .. ImageRows, .. OrderRows, .. AlgebraRows, .. SelectionRows, .. ComplexRows,
    ];

    private static (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] RecurrentRows =>
    [
        ("LstmNet", "private readonly LSTM a = LSTM(4, 3, 2);", "var (y, h, c) = a.call(x); return y.relu() + h[^1] * c[0];", "x: f32[T,N,4]", () => [randn(5, 2, 4)]),
        ("LstmBatchFirst", "private readonly LSTM a = LSTM(4, 3, batchFirst: true, bidirectional: true);", "var (y, _, _) = a.call(x); return y.relu();", "x: f32[N,T,4]", () => [randn(5, 2, 4)]),
        ("LstmUncertain", "public LSTM a = LSTM(4, 3, batchFirst: true);", "var (y, h, _) = a.call(x); return y.select(1, -1).relu() + h.squeeze(0);", "x: f32[N,T,4]", () => [randn(5, 2, 4)]),
        ("LstmWithState", "private readonly LSTM a = LSTM(4, 3);", "var (y, h, c) = a.call(x, (zeros(1, x.shape[1], 3), ones(1, x.shape[1], 3))); return y * 2 + h + c;", "x: f32[T,N,4]", () => [randn(5, 2, 4)]),
        ("GruNet", "private readonly GRU a = GRU(4, 3);", "var (y, h) = a.call(x); return y.relu() + h;", "x: f32[T,N,4]", () => [randn(5, 2, 4)]),
        ("GruWithState", "public GRU a = GRU(4, 3); public Linear b = Linear(3, 3);", "var (y, h) = a.call(x, y0 * 2); return b.call(y).relu() + h;", "x: f32[T,N,4]; y0: f32[1,N,3]", () => [randn(5, 2, 4), randn(1, 2, 3)]),
        ("LstmCellNet", "private readonly LSTMCell a = LSTMCell(4, 3);", "var (h, c) = a.call(x); (h, c) = a.call(x, (h * 2, c)); return h.relu() + c;", "x: f32[N,4]", () => [randn(5, 4)]),
        ("GruCellNet", "private readonly GRUCell a = GRUCell(4, 3);", "var h = a.call(x, null!); return a.call(x, h * 2).relu() + 1;", "x: f32[N,4]", () => [randn(5, 4)]),
        ("AttentionNet", "private readonly MultiheadAttention a = MultiheadAttention(4, 2);", "var r = a.call(x, x, y); return r.Item1.relu() + r.Item2.sum();", "x: f32[T,N,4]; y: f32[T,N,4]", () => [randn(5, 2, 4), randn(5, 2, 4)]),
        ("AttentionAlone", "private readonly MultiheadAttention a = MultiheadAttention(4, 2);", "var (r, _) = a.call(x, x, x, need_weights: false); return r.relu() + 1;", "x: f32[T,N,4]", () => [randn(5, 2, 4)]),
        ("RnnNet", "private readonly RNN a = RNN(4, 3);", "var (y, h) = a.call(x); return y.relu() + h;", "x: f32[T,N,4]", () => [randn(5, 2, 4)]),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void ComputesWhatTheOriginalComputes(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        var method = $"Kept.{name}.forward";
        Assert.True(nets.Application.Methods.Any(m => m.Lifted.Name == method), string.Join("\n", nets.Reasons(method)));
        Assert.DoesNotContain(nets.Application.Result.Diagnostics, d => d.Subject == method);
        var (original, dropIn) = nets.Application.Make($"Kept.{name}");
        original.eval();
        dropIn.eval();
        using var off = no_grad();
        manual_seed(3);
        var arguments = row.Arguments();
        using var outer = NewDisposeScope();
        using Tensor expected = Call(original, arguments);
        var most = outer.DisposablesCount; // a layer may leave something itself
        using var scope = NewDisposeScope();
        Tensor actual = nets.Application.Compiled<Tensor>(method, () => Call(dropIn, arguments));
        Assert.True(scope.Contains(actual));
        Assert.InRange(scope.DisposablesCount, 1, row.Fields.Length == 0 ? 1 : most);
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.allclose(actual, 1e-4, 1e-5, equal_nan: true), $"{string.Join(" ", expected.flatten().to(float64).data<double>().ToArray())}\n{string.Join(" ", actual.flatten().to(float64).data<double>().ToArray())}");
    }

    // Forms that become kernels are compared all the same.
    [Fact]
    public void MostAreCallsInTheCompiledMethod() => Assert.InRange(
        nets.Application.Methods.Count(m => m.Versions.SelectMany(v => v.Plan.Steps).OfType<ExternStep>().Any(s => s.Node.Op == Op.Extern)), Rows.Length / 2, Rows.Length);

    private static Tensor Call(dynamic net, Tensor[] arguments) => arguments.Length switch
    {
        1 => net.forward(arguments[0]),
        2 => net.forward(arguments[0], arguments[1]),
        _ => net.forward(arguments[0], arguments[1], arguments[2]),
    };

    /// <summary>All classes in one assembly.</summary>
    public sealed class Nets : IDisposable
    {
        private readonly Lazy<DropInApplication> application = new(() =>
        {
            var source = "namespace Kept;\n" + string.Concat(Rows.Select(r =>
            {
                string[] names = [.. r.Signature.Split(';').Select(p => p.Split(':')[0].Trim())];
                var body = r.Body.Contains("return ", StringComparison.Ordinal) ? r.Body : $"return {r.Body};";
                return $$"""
                    public class {{r.Name}} : Module<{{string.Join(", ", names.Select(_ => "Tensor"))}}, Tensor> {
                        {{r.Fields}}
                        public {{r.Name}}() : base("{{r.Name}}") => RegisterComponents();
                        public override Tensor forward({{string.Join(", ", names.Select(n => "Tensor " + n))}}) { {{body}} }
                    }

                    """;
            }));
            return DropInApplication.Of(source, string.Join('|', Rows.Select(r => $"Kept.{r.Name}.forward={r.Signature}")));
        });

        internal DropInApplication Application => application.Value;

        internal IEnumerable<string> Reasons(string method)
        {
            using var reader = DlAot.Compiler.Reading.AssemblyReader.Open(Application.OriginalPath, [AppContext.BaseDirectory]);
            var row = Rows.Single(r => $"Kept.{r.Name}.forward" == method);
            var lifter = new DlAot.Compiler.Lifting.Lifter(reader.World, new DlAot.Compiler.Lifting.LiftOptions(Signatures: System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add(method, row.Signature)));
            return [.. lifter.Lift(lifter.Candidates().Single(m => DlAot.Compiler.Lifting.LiftedMethod.NameOf(m) == method)).Diagnostics.Select(d => d.ToString())];
        }

        public void Dispose()
        {
            if (application.IsValueCreated)
                Application.Dispose();
        }
    }
}
