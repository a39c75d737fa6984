using System.Collections.Immutable;
using System.Text.Json;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;
using DlAot.Ir.Text;
using DlAot.Ir.Verify;

namespace DlAot.Tests.Reference;

/// <summary>Kernels and plans written by hand, interpreted, equal the graph op that they stand for.</summary>
public class ReferenceKernelTests
{
    private static readonly DimExpr s_n = DimExpr.Symbol("N"), s_m = DimExpr.Symbol("M");

    private static NdArray Numbers(params ImmutableArray<long> shape) =>
        NdArray.FromFloats(DType.F32, shape, Enumerable.Range(0, (int)shape.Aggregate(1L, (x, y) => x * y)).Select(i => ((i * 37 % 101) - 50) / 17.0));

    private static NdArray Apply(OpDef op, Attributes attributes, params ImmutableArray<NdArray> operands) => Assert.Single(new Evaluator().Apply(op, attributes, operands));

    private static Func<string, long> Sizes(long n, long m) => name => name == "N" ? n : m;

    // Three phases for each row: maximum, sum of exponentials, quotients.
    private static Kernel Softmax()
    {
        var p = new ExprPool();
        Expr at = p.Add(p.Mul(p.Var("g0"), p.Dim(s_m)), p.Var("i0"));
        Expr.Temp max = p.Temp(0, DType.F32), sum = p.Temp(1, DType.F32);
        Expr e = p.Op(ScalarOp.Exp, DType.F32, p.Op(ScalarOp.Sub, DType.F32, p.Load(0, DType.F32, at), max));
        return new Kernel(
            "softmax", [new("x", DType.F32, s_n * s_m, false), new("y", DType.F32, s_n * s_m, true)], [s_n],
            [
                new LoopPhase([s_m], [new Reduction(ReduceKind.Max, p.Load(0, DType.F32, at), max)], []),
                new LoopPhase([s_m], [new Reduction(ReduceKind.Sum, e, sum)], []),
                new LoopPhase([s_m], [], [new Store(1, at, p.Op(ScalarOp.Div, DType.F32, e, sum))]),
            ], [], new Schedule(), [new SourceLocation("", 0, "Model.cs", 3, 9)]);
    }

    // relu(x w + b) with x [N,M], w [M,3], b [3].
    private static Kernel Linear()
    {
        var p = new ExprPool();
        (Expr m, Expr n, Expr k) = (p.Var("m"), p.Var("n"), p.Var("k"));
        Expr.Temp t = p.Temp(0, DType.F32);
        Expr y = p.Op(ScalarOp.Max, DType.F32, p.Op(ScalarOp.Add, DType.F32, t, p.Load(2, DType.F32, n)), p.Const(DType.F32, 0));
        return new Kernel(
            "linear", [new("x", DType.F32, s_n * s_m, false), new("w", DType.F32, s_m * 3, false), new("b", DType.F32, 3, false), new("y", DType.F32, s_n * 3, true)], [],
            [
                new ContractPhase(
                    s_n, 3, s_m, p.Load(0, DType.F32, p.Add(p.Mul(m, p.Dim(s_m)), k)), p.Load(1, DType.F32, p.Add(p.Mul(k, p.Int(3)), n)), t,
                    [new Store(3, p.Add(p.Mul(m, p.Int(3)), n), y)]),
            ], [], new Schedule(), []);
    }

    // Rows of a table by index, with a check of the index and a shift by a host scalar; the last element only where it exists.
    private static Kernel Take()
    {
        var p = new ExprPool();
        Expr index = p.Load(1, DType.I64, p.Var("g0"));
        Expr inside = p.Op(ScalarOp.And, DType.Bool, p.Op(ScalarOp.Ge, DType.Bool, index, p.Int(0)), p.Op(ScalarOp.Lt, DType.Bool, index, p.Dim(s_m)));
        Expr value = p.Op(ScalarOp.Add, DType.F32, p.Load(0, DType.F32, index, p.Op(ScalarOp.Ne, DType.Bool, index, p.Int(1))), p.Cast(p.Scalar(0, DType.F64), DType.F32));
        return new Kernel(
            "take", [new("table", DType.F32, s_m, false), new("index", DType.I64, s_n, false), new("y", DType.F32, s_n, true)], [s_n],
            [new LoopPhase([], [], [new Store(2, p.Var("g0"), value)])], [inside], new Schedule(), []);
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(1, 1)]
    [InlineData(0, 4)]
    public void Phases_run_in_order_at_every_grid_point(long n, long m)
    {
        KernelVerifier.Verify(Softmax());
        NdArray x = Numbers(n, m), y = new(DType.F32, n, m);
        Assert.True(KernelInterpreter.Run(Softmax(), [x, y], Sizes(n, m)));
        Assert.Equal(Apply(Op.Softmax, Attributes.Of(("dim", 1)), x).ToFloats(), y.ToFloats());
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(2, 0)]
    public void A_contraction_sums_and_hands_over_to_its_epilogue(long n, long m)
    {
        KernelVerifier.Verify(Linear());
        NdArray x = Numbers(n, m), w = Numbers(m, 3), b = Numbers(3), y = new(DType.F32, n, 3);
        Assert.True(KernelInterpreter.Run(Linear(), [x, w, b, y], Sizes(n, m)));
        NdArray product = Apply(Op.MatMul, Attributes.None, x, w);
        Assert.Equal(Apply(Op.Relu, Attributes.None, Apply(Op.Add, Attributes.None, product, b)).ToFloats(), y.ToFloats());
    }

    [Fact]
    public void Checks_are_judged_before_anything_is_written()
    {
        KernelVerifier.Verify(Take());
        NdArray table = NdArray.FromFloats(DType.F32, [3], 10, 20, 30), y = NdArray.FromFloats(DType.F32, [3], -1, -1, -1);
        ScalarValue[] scalars = [ScalarValue.Of(DType.F64, 0.5)];
        Assert.False(KernelInterpreter.Run(Take(), [table, NdArray.FromIntegers(DType.I64, [3], 0, 2, 3), y], Sizes(3, 3), scalars));
        Assert.Equal([-1, -1, -1], y.ToFloats());
        Assert.True(KernelInterpreter.Run(Take(), [table, NdArray.FromIntegers(DType.I64, [3], 2, 1, 0), y], Sizes(3, 3), scalars));
        Assert.Equal([30.5, 0.5, 10.5], y.ToFloats());
    }

    [Fact]
    public void Accesses_out_of_range_and_wrong_bindings_are_errors()
    {
        Kernel outside = Softmax() with { Grid = [s_n + 1] };
        var e = Assert.Throws<EvaluationException>(() => KernelInterpreter.Run(outside, [Numbers(2, 2), Numbers(2, 2)], Sizes(2, 2)));
        Assert.Equal("softmax: x[4] is out of range of 4 elements at g0=2, i0=0", e.Message);
        Assert.Throws<EvaluationException>(() => KernelInterpreter.Run(Softmax(), [Numbers(2, 2), Numbers(1, 2)], Sizes(2, 2)));
        Assert.Throws<EvaluationException>(() => KernelInterpreter.Run(Softmax(), [Numbers(2, 2)], Sizes(2, 2)));
        Assert.Throws<EvaluationException>(() => KernelInterpreter.Run(Take(), [Numbers(3), new(DType.I64, 3), Numbers(3)], Sizes(3, 3), [ScalarValue.Of(DType.I64, 1L)]));
    }

    private static Graph Whole() => GraphText.Parse("""
        graph f(%x: f32[N,M], %w: f32[M,3], %b: f32[3]) {
          %0 = matmul(%x, %w)
          %1 = add(%0, %b)
          %2 = relu(%1)
          %3 = permute(%2) {dims=[1,0]}
          %4 = softmax(%3) {dim=1}
          return %4
        }
        """);

    // linear into the arena, its transpose by an extern step as a strided view, softmax of that into a new tensor.
    private static Plan Parts()
    {
        Graph graph = Whole();
        var p = new ExprPool();
        Expr Strided(Expr i) => p.Add(p.Mul(i, p.Int(3)), p.Var("g0"));
        Expr.Temp max = p.Temp(0, DType.F32), sum = p.Temp(1, DType.F32);
        Expr x = p.Load(0, DType.F32, Strided(p.Var("i0")));
        Expr e = p.Op(ScalarOp.Exp, DType.F32, p.Op(ScalarOp.Sub, DType.F32, x, max));
        var softmax = new Kernel(
            "softmax_t", [new("x", DType.F32, s_n * 3, false), new("y", DType.F32, s_n * 3, true)], [3],
            [
                new LoopPhase([s_n], [new Reduction(ReduceKind.Max, x, max)], []),
                new LoopPhase([s_n], [new Reduction(ReduceKind.Sum, e, sum)], []),
                new LoopPhase([s_n], [], [new Store(1, p.Add(p.Mul(p.Var("g0"), p.Dim(s_n)), p.Var("i0")), p.Op(ScalarOp.Div, DType.F32, e, sum))]),
            ], [], new Schedule(Parallel: false, Exact: true), []);
        return new Plan(
            "f", ["N", "M"], [],
            [
                new(0, "x", graph.Inputs[0].Value.Type, BufferKind.Input, 0),
                new(1, "w", graph.Inputs[1].Value.Type, BufferKind.Input, 1),
                new(2, "b", graph.Inputs[2].Value.Type, BufferKind.Input, 2),
                new(3, "h", TensorType.Of(DType.F32, s_n, 3), BufferKind.Tensor),
                new(4, "t", TensorType.Of(DType.F32, 3, s_n), BufferKind.Extern, Strides: [1, 3]),
                new(5, "y", TensorType.Of(DType.F32, 3, s_n), BufferKind.Tensor),
            ],
            [
                new RegionStep(0, [new KernelCall(Linear(), [0, 1, 2, 3])]),
                new ExternStep(graph.Nodes[3], [3], [4]),
                new RegionStep(1, [new KernelCall(softmax, [4, 5])]),
                new FreeStep(4),
                new FreeStep(3),
            ],
            [5], 0);
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(1, 2)]
    public void A_plan_of_kernels_and_extern_steps_equals_its_graph(long n, long m)
    {
        GraphVerifier.Verify(Whole());
        PlanVerifier.Verify(Parts());
        NdArray[] inputs = [Numbers(n, m), Numbers(m, 3), Numbers(3)];
        NdArray expected = Assert.Single(new Evaluator().Run(Whole(), inputs));
        NdArray actual = Assert.Single(new PlanInterpreter().Run(Parts(), Whole(), inputs));
        Assert.Equal(expected.ToString(), actual.ToString());
        Assert.Equal(expected.ToFloats(), actual.ToFloats());
    }

    [Fact]
    public void Overlapping_scratch_gives_wrong_results_here_too()
    {
        // Two copies that live at the same time, at one place or apart.
        var p = new ExprPool();
        Kernel Scale(double by) => new(
            "scale", [new("x", DType.F32, s_n, false), new("y", DType.F32, s_n, true)], [s_n],
            [new LoopPhase([], [], [new Store(1, p.Var("g0"), p.Op(ScalarOp.Mul, DType.F32, p.Load(0, DType.F32, p.Var("g0")), p.Const(DType.F32, by)))])], [], new Schedule(), []);
        var type = TensorType.Of(DType.F32, s_n);
        Plan At(long second) => new(
            "p", ["N"], [],
            [new(0, "x", type, BufferKind.Input, 0), new(1, "a", type, BufferKind.Arena, Offset: 0), new(2, "b", type, BufferKind.Arena, Offset: second), new(3, "y", type, BufferKind.Tensor)],
            [new RegionStep(0, [new(Scale(2), [0, 1]), new(Scale(3), [0, 2]), new(Scale(1), [1, 3])])], [3], 128);
        NdArray x = Numbers(4);
        NdArray Run(long second) => Assert.Single(new PlanInterpreter().Run(At(second), [x], _ => 4, []));
        Assert.Equal(x.ToFloats().Select(v => (double)(float)(2 * v)), Run(64).ToFloats());
        Assert.NotEqual(Run(64).ToFloats(), Run(0).ToFloats());
        Assert.Throws<EvaluationException>(() => Run(128));
    }

    [Fact]
    public void A_failed_check_and_a_use_after_free_stop_the_plan()
    {
        var index = new PlanBuffer(1, "index", TensorType.Of(DType.I64, s_n), BufferKind.Input, 1);
        var plan = new Plan(
            "p", ["N", "M"], [DType.F64],
            [new(0, "table", TensorType.Of(DType.F32, s_m), BufferKind.Input, 0), index, new(2, "y", TensorType.Of(DType.F32, s_n), BufferKind.Tensor)],
            [new RegionStep(0, [new(Take(), [0, 1, 2])])], [2], 0);
        NdArray[] inputs = [Numbers(3), NdArray.FromIntegers(DType.I64, [2], 0, 3)];
        ScalarValue[] scalars = [ScalarValue.Of(DType.F64, 0.0)];
        Assert.Throws<PlanCheckException>(() => new PlanInterpreter().Run(plan, inputs, Sizes(2, 3), scalars));
        inputs[1] = NdArray.FromIntegers(DType.I64, [2], 0, 2);
        Assert.Single(new PlanInterpreter().Run(plan, inputs, Sizes(2, 3), scalars));
        Plan freed = plan with { Steps = [.. plan.Steps, new FreeStep(2)] };
        Assert.Equal("p: buffer 2 y is used after it was freed", Assert.Throws<EvaluationException>(() => new PlanInterpreter().Run(freed, inputs, Sizes(2, 3), scalars)).Message);
        Assert.Throws<EvaluationException>(() => new PlanInterpreter().Run(plan, inputs, Sizes(2, 3), []));
    }

    [Fact]
    public void Graph_inputs_that_do_not_fit_are_refused()
    {
        var evaluator = new Evaluator();
        Assert.Contains("3 inputs are needed", Assert.Throws<EvaluationException>(() => evaluator.Run(Whole(), Numbers(2, 2))).Message);
        Assert.Contains("input w is f32[5,3]", Assert.Throws<EvaluationException>(() => evaluator.Run(Whole(), Numbers(2, 2), Numbers(5, 3), Numbers(3))).Message);
        Assert.Contains("input b is f32[3,1]", Assert.Throws<EvaluationException>(() => evaluator.Run(Whole(), Numbers(2, 2), Numbers(2, 3), Numbers(3, 1))).Message);
        Graph atLeast = GraphText.Parse("graph g(%x: f32[N], scalar %k: i64) { %0 = slice(%x) {dim=0, start=$k, length=2} require $k >= 0 require N >= $k+2 return %0 }");
        GraphVerifier.Verify(atLeast);
        NdArray K(long k) => NdArray.Scalar(ScalarValue.Of(DType.I64, k));
        Assert.Equal(Numbers(5).ToFloats()[3..5], Assert.Single(evaluator.Run(atLeast, Numbers(5), K(3))).ToFloats());
        Assert.Contains("requires N >= $k+2", Assert.Throws<EvaluationException>(() => evaluator.Run(atLeast, Numbers(5), K(4))).Message);
        Graph sized = GraphText.Parse("graph g(scalar %k: i64) { %0 = iota() {length=k, dtype=i64} return %0 }");
        GraphVerifier.Verify(sized);
        Assert.Equal([0L, 1, 2], Assert.Single(evaluator.Run(sized, K(3))).ToIntegers());
        Assert.Contains("k has no value", Assert.Throws<EvaluationException>(() => evaluator.Run(sized, K(-3))).Message);
        Assert.Contains("requires $k >= 0", Assert.Throws<EvaluationException>(() => evaluator.Run(atLeast, Numbers(5), K(-1))).Message);
    }

    [Fact]
    public void Kernels_and_plans_print_readably()
    {
        Assert.Equal("""
            kernel softmax(b0 x: f32[M*N], out b1 y: f32[M*N]) {
              from Model.cs(3,9)
              grid g0 < N
              loop i0 < M {
                t0: f32 = max b0[g0 * M + i0]
              }
              loop i0 < M {
                t1: f32 = sum exp(b0[g0 * M + i0] - t0)
              }
              loop i0 < M {
                v0: i64 = g0 * M + i0
                b1[v0] = exp(b0[v0] - t0) / t1
              }
            }

            """, KernelPrinter.Print(Softmax()));
        Assert.Equal("""
            kernel take(b0 table: f32[M], b1 index: i64[N], out b2 y: f32[N]) {
              v0: i64 = b1[g0]
              check v0 >= 0 & v0 < M
              grid g0 < N
              loop {
                v1: i64 = b1[g0]
                b2[g0] = b0[v1 if v1 != 1] + f32(scalar0)
              }
            }

            """, KernelPrinter.Print(Take()));
        Assert.StartsWith("""
            plan f {
              symbols N, M
              arena 0
              %0 x: f32[N,M] input 0
              %1 w: f32[M,3] input 1
              %2 b: f32[3] input 2
              %3 h: f32[N,3] tensor
              %4 t: f32[3,N] extern strides [1,3]
              %5 y: f32[3,N] tensor
              region 0
                linear(%0, %1, %2, %3)
              %4 = extern permute(%3) {dims=[1,0]}
              region 1
                softmax_t(%4, %5)
              free %4
              free %3
              return %5
            }

            kernel linear(b0 x: f32[M*N], b1 w: f32[3*M], b2 b: f32[3], out b3 y: f32[3*N]) {
              grid
              contract m < N, n < 3, k < M {
                t0: f32 = sum over k of (b0[m * M + k]) * (b1[k * 3 + n])
                b3[m * 3 + n] = max(t0 + b2[n], 0.0)
              }
            }

            """, PlanPrinter.Print(Parts()));
    }

    [Fact]
    public void A_plan_is_complete_in_json()
    {
        string text = PlanJson.Write(Parts());
        Assert.Equal(text, PlanJson.Write(Parts()));
        JsonElement json = JsonDocument.Parse(text).RootElement;
        Assert.Equal(["x", "w", "b", "h", "t", "y"], json.GetProperty("buffers").EnumerateArray().Select(b => b.GetProperty("name").GetString()));
        Assert.Equal(["region", "extern", "region", "free", "free"], json.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("step").GetString()));
        Assert.Equal("[1,0]", json.GetProperty("steps")[1].GetProperty("attributes").GetProperty("dims").GetString());
        JsonElement[] kernels = [.. json.GetProperty("kernels").EnumerateArray()];
        Assert.Equal(["linear", "softmax_t"], kernels.Select(k => k.GetProperty("name").GetString()));
        Assert.False(kernels[1].GetProperty("schedule").GetProperty("parallel").GetBoolean());

        // Operands are positions of earlier expressions; every store names existing ones.
        foreach (JsonElement kernel in kernels)
        {
            JsonElement[] exprs = [.. kernel.GetProperty("exprs").EnumerateArray()];
            for (int i = 0; i < exprs.Length; i++)
            {
                Assert.All(exprs[i].TryGetProperty("operands", out JsonElement o) ? o.EnumerateArray().ToArray() : [], x => Assert.InRange(x.GetInt32(), 0, i - 1));
            }

            Assert.All(kernel.GetProperty("phases").EnumerateArray().SelectMany(p => p.GetProperty("stores").EnumerateArray()), s => Assert.InRange(s.GetProperty("value").GetInt32(), 0, exprs.Length - 1));
        }

        Assert.Equal("max", kernels[1].GetProperty("phases")[0].GetProperty("reductions")[0].GetProperty("kind").GetString());
        Assert.Equal("M", kernels[0].GetProperty("phases")[0].GetProperty("k").GetString());
    }
}
