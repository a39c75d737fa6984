using System.Collections.Frozen;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Passes;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Ops that stay calls of the tensor library: each row of the table computes what the user's own call computes, and nothing is left behind.</summary>
public sealed class DropInExternTests(DropInExternTests.Nets nets) : IClassFixture<DropInExternTests.Nets>
{
    // Op, class, its fields, forward's body, the signature, and arguments.
    private static readonly (string Op, string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] Rows =
    [
        ("linear", "LinearNet", "public Linear a = Linear(4, 3);", "a.forward(x).relu()", "x: f32[N,4]", () => [randn(5, 4)]),
        ("linear", "LinearNoBias", "public Linear a = Linear(4, 3, hasBias: false);", "a.forward(x).relu()", "x: f32[N,4]", () => [randn(5, 4)]),
        ("matmul", "MatMul", "", "x.matmul(y).exp()", "x: f32[N,K]; y: f32[K,M]", () => [randn(3, 4), randn(4, 5)]),
        ("matmul", "MatMulOfTransposed", "", "x.matmul(y.t()).exp()", "x: f32[N,K]; y: f32[M,K]", () => [randn(3, 4), randn(5, 4)]),
        ("conv", "Conv1", "public Conv1d a = Conv1d(2, 4, 3, stride: 2, padding: 1);", "a.forward(x).relu()", "x: f32[N,2,L]", () => [randn(2, 2, 9)]),
        ("conv", "Conv2", "public Conv2d a = Conv2d(2, 4, 3, padding: 1, groups: 2, bias: false);", "a.forward(x).relu()", "x: f32[N,2,H,W]", () => [randn(2, 2, 7, 8)]),
        ("conv", "Conv2Rectangular", "public Conv2d a = Conv2d(2, 4, (3, 2), (2, 1), (1, 0), (1, 2));", "a.forward(x)", "x: f32[N,2,H,W]", () => [randn(2, 2, 7, 8)]),
        ("conv", "Conv3", "public Conv3d a = Conv3d(1, 2, 2);", "a.forward(x).relu()", "x: f32[N,1,D,H,W]", () => [randn([1, 1, 3, 4, 5])]),
        ("max_pool", "MaxPool1", "public MaxPool1d a = MaxPool1d(3, 2, 1);", "a.forward(x).relu()", "x: f32[N,C,L]", () => [randn(2, 2, 9)]),
        ("max_pool", "MaxPool2", "public MaxPool2d a = MaxPool2d(3, 2, 1);", "a.forward(x).relu()", "x: f32[N,C,H,W]", () => [randn(2, 2, 9, 8)]),
        ("avg_pool", "AvgPool1", "public AvgPool1d a = AvgPool1d(2);", "a.forward(x).relu()", "x: f32[N,C,L]", () => [randn(2, 2, 9)]),
        ("avg_pool", "AvgPool2", "private readonly AvgPool2d a = AvgPool2d(3, 2, 1);", "a.forward(x).relu()", "x: f32[N,C,H,W]", () => [randn(2, 2, 9, 8)]),
        ("cumsum", "CumSum", "", "x.cumsum(1).exp()", "x: f32[N,C]", () => [randn(3, 4)]),
        ("softmax", "Softmax", "", "functional.softmax(x, 1)", "x: f32[N,C]", () => [randn(3, 4)]),
        ("layer_norm", "LayerNormNet", "public LayerNorm a = LayerNorm(4);", "a.forward(x).relu()", "x: f32[N,4]", () => [randn(3, 4)]),
        ("batch_norm", "BatchNormNet", "public BatchNorm2d a = BatchNorm2d(3);", "a.forward(x).relu()", "x: f32[N,3,H,W]", () => [randn(2, 3, 4, 5)]),
        ("gather", "Gather", "", "x.gather(1, y).relu()", "x: f32[N,C]; y: i64[N,K]", () => [randn(2, 5), randint(0, 5, [2, 3], int64)]),
        ("take", "Take", "", "x.index_select(0, y).relu()", "x: f32[N,C]; y: i64[K]", () => [randn(6, 5), randint(0, 6, [3], int64)]),
        ("concat", "Concat", "", "cat([x, y, x], 1).relu()", "x: f32[N,C]; y: f32[N,K]", () => [randn(2, 5), randn(2, 3)]),
        ("cast", "CastNet", "", "x.to_type(ScalarType.Float64) * 2", "x: f32[N,C]", () => [randn(2, 5)]),
        ("add", "AddNet", "", "(x + y).relu()", "x: f32[N,C]; y: f32[N,C]", () => [randn(2, 5), randn(2, 5)]),
        ("sub", "SubNet", "", "(x - y).relu()", "x: f32[N,C]; y: f32[C]", () => [randn(2, 5), randn(5)]),
        ("mul", "MulNet", "", "(x * y).relu()", "x: f32[N,C]; y: f32[N,C]", () => [randn(2, 5), randn(2, 5)]),
        ("div", "DivNet", "", "(x / y).relu()", "x: f32[N,C]; y: f32[N,C]", () => [randn(2, 5), rand(2, 5) + 1]),
        ("maximum", "MaximumNet", "", "torch.maximum(x, y).relu()", "x: f32[N,C]; y: f32[N,C]", () => [randn(2, 5), randn(2, 5)]),
        ("minimum", "MinimumNet", "", "torch.minimum(x, y).relu()", "x: f32[N,C]; y: f32[N,C]", () => [randn(2, 5), randn(2, 5)]),
        ("where", "WhereNet", "", "torch.where(y > x, x, y).relu()", "x: f32[N,C]; y: f32[N,C]", () => [randn(2, 5), randn(2, 5)]),
        ("sum", "SumNet", "", "x.sum(1).relu()", "x: f32[N,C]", () => [randn(2, 5)]),
        ("mean", "MeanNet", "", "x.mean([1L], true).relu()", "x: f32[N,C]", () => [randn(2, 5)]),
        ("exp", "ExpNet", "", "x.exp() + x", "x: f32[N,C]", () => [randn(2, 5)]),
        ("log", "LogNet", "", "x.log() + x", "x: f32[N,C]", () => [rand(2, 5) + 1]),
        ("sqrt", "SqrtNet", "", "x.sqrt() + x", "x: f32[N,C]", () => [rand(2, 5)]),
        ("tanh", "TanhNet", "", "x.tanh() + x", "x: f32[N,C]", () => [randn(2, 5)]),
        ("sigmoid", "SigmoidNet", "", "x.sigmoid() + x", "x: f32[N,C]", () => [randn(2, 5)]),
        ("abs", "AbsNet", "", "x.abs() + x", "x: f32[N,C]", () => [randn(2, 5)]),
        ("neg", "NegNet", "", "-x + x * x", "x: f32[N,C]", () => [randn(2, 5)]),
        ("relu", "ReluNet", "", "x.relu() + x", "x: f32[N,C]", () => [randn(2, 5)]),

        // Views that the passes leave to the library, because the result must share storage as in eager.
        ("permute", "Permuted", "", "x.cumsum(1).permute(1, 0)", "x: f32[N,C]", () => [randn(2, 5)]),
        ("expand", "Expanded", "", "x.cumsum(1).unsqueeze(0).expand(3, x.shape[0], x.shape[1])", "x: f32[N,C]", () => [randn(2, 5)]),
        ("slice", "Sliced", "", "x.cumsum(1).slice(1, 1, 5, 2)", "x: f32[N,8]", () => [randn(2, 8)]),
        ("reshape", "Reshaped", "", "x.cumsum(1).view(x.shape[0] * x.shape[1])", "x: f32[N,C]", () => [randn(2, 5)]),

        // A result that is not contiguous, and is read by a kernel.
        ("matmul", "PermutedForKernel", "", "x.matmul(y).permute(1, 0).exp()", "x: f32[N,K]; y: f32[K,M]", () => [randn(3, 4), randn(4, 5)]),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void ComputesWhatTheOriginalComputes(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        var application = nets[row.Op];
        var method = $"Externs.{name}.forward";
        var steps = application.Methods.Single(m => m.Lifted.Name == method).Versions.SelectMany(v => v.Plan.Steps).OfType<ExternStep>();
        Assert.Contains(row.Op, steps.Select(s => s.Node.Op.Name));
        Assert.DoesNotContain(application.Result.Diagnostics, d => d.Subject == method);
        var (original, dropIn) = application.Make($"Externs.{name}");
        original.eval();
        dropIn.eval();
        using var off = no_grad();
        manual_seed(3);
        var arguments = row.Arguments();
        using Tensor expected = Call(original, arguments);
        using var scope = NewDisposeScope();
        Tensor actual = application.Compiled<Tensor>(method, () => Call(dropIn, arguments));
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.stride(), actual.stride());
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, 1e-5);
        GC.KeepAlive(actual);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LeavesOnlyTheResultInTheScope(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        var (_, dropIn) = nets[row.Op].Make($"Externs.{name}");
        dropIn.eval();
        using var off = no_grad();
        var arguments = row.Arguments();
        using var scope = NewDisposeScope();
        Tensor actual = nets[row.Op].Compiled<Tensor>($"Externs.{name}.forward", () => Call(dropIn, arguments));
        Assert.True(scope.Contains(actual));
        Assert.Equal(1, scope.DisposablesCount);
    }

    private static Tensor Call(dynamic net, Tensor[] arguments) => arguments.Length == 1 ? net.forward(arguments[0]) : net.forward(arguments[0], arguments[1]);

    /// <summary>One assembly for each op, in which that op (and those that are extern by default) stays a call.</summary>
    public sealed class Nets : IDisposable
    {
        private readonly Dictionary<string, DropInApplication> applications = [];

        internal DropInApplication this[string op]
        {
            get
            {
                if (!applications.TryGetValue(op, out var application))
                    applications[op] = application = Compile(op);
                return application;
            }
        }

        public void Dispose()
        {
            foreach (var application in applications.Values)
                application.Dispose();
        }

        private static DropInApplication Compile(string op)
        {
            var rows = Rows.Where(r => r.Op == op).ToArray();
            var source = "namespace Externs;\n" + string.Concat(rows.Select(r =>
            {
                var isUnary = !r.Signature.Contains(';');
                return $$"""
                    public class {{r.Name}} : Module<Tensor, {{(isUnary ? "" : "Tensor, ")}}Tensor>
                    {
                        {{r.Fields}}
                        public {{r.Name}}() : base("{{r.Name}}") { RegisterComponents(); }
                        public override Tensor forward(Tensor x{{(isUnary ? "" : ", Tensor y")}}) => {{r.Body}};
                    }

                    """;
            }));
            var passes = new PassOptions();
            passes = passes with { Externs = passes.Externs.Where(p => p.Key != op).Append(KeyValuePair.Create<string, Func<Node, PassOptions, bool>>(op, (n, o) => op is not ("reshape" or "permute" or "expand" or "slice"))).ToFrozenDictionary() };
            return DropInApplication.Of(source, string.Join('|', rows.Select(r => $"Externs.{r.Name}.forward={r.Signature}")), passes: passes);
        }
    }
}
