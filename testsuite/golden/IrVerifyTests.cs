using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using DlAot.Ir.Text;
using DlAot.Ir.Verify;

namespace DlAot.Tests.Golden;

/// <summary>The verifiers accept what is right and name what is wrong.</summary>
public class IrVerifyTests
{
    private static readonly ExprPool s_pool = new();

    private static readonly DimExpr s_n = DimExpr.Symbol("N");

    // Graphs.
    [Theory]
    [InlineData("%0 = full() {shape=[M], value=1, dtype=f32} : f32[M] return %0", "symbol M is the size of no input")]
    [InlineData("%0 = exp(%x) : f64[N,4] return %0", "is typed f64[N,4] but the rule gives f32[N,4]")]
    [InlineData("%0 = matmul(%x, %x) : f32[N,4] return %0", "relies on 4 == N, which the graph does not require")]
    [InlineData("%0 = amax(%x) {dims=[0], keepdim=false} : f32[4] return %0", "relies on N >= 1, which the graph does not require")]
    [InlineData("%0 = slice(%x) {dim=0, start=2, length=3} : f32[3,4] require N >= 4 return %0", "relies on N >= 5, which the graph does not require")]
    [InlineData("%0 = sum(%x) {dims=[0]} : f32[4] return %0", "lacks attribute keepdim")]
    [InlineData("%0 = permute(%x) {dims=[0,0]} : f32[N,4] return %0", "permute: [0,0] is not a permutation of rank 2")]
    [InlineData("%0 = full() {shape=[2], value=1, dtype=f32} : f32[2] require 3 >= 4 return %0", "require 3 >= 4: never holds")]
    [InlineData("%0 = and(%x, %x) : f32[N,4] return %0", "and: is not defined on f32")]
    [InlineData("%0 = slice(%x) {dim=1, start=$k, length=1} : f32[N,1] require $k >= 0 return %0", "relies on 4 >= $k+1, which the graph does not require")]
    public void A_wrong_node_is_named(string body, string finding)
    {
        Graph graph = GraphText.Parse($"graph g(%x: f32[N,4], scalar %k: i64) {{ {body} }}");
        var e = Assert.Throws<VerificationException>(() => GraphVerifier.Verify(graph));
        Assert.Contains(finding, Assert.Single(e.Findings));
        Assert.StartsWith("graph g breaks 1 invariant(s):\n", e.Message);
    }

    [Theory]
    [InlineData("%0 = amax(%x) {dims=[0], keepdim=false} : f32[4] require N >= 2 return %0")]
    [InlineData("%0 = matmul(%x, %x) : f32[N,4] require N == 4 return %0")]
    [InlineData("%0 = slice(%x) {dim=1, start=$k, length=1} : f32[N,1] require $k >= 0 require 3 >= $k return %0")]
    [InlineData("%0 = reshape(%x) {shape=[2*N,2]} : f32[2*N,2] return %0")]
    [InlineData("return %x")]
    public void A_right_graph_is_accepted(string body) =>
        Assert.Empty(GraphVerifier.Findings(GraphText.Parse($"graph g(%x: f32[N,4], scalar %k: i64) {{ {body} }}")));

    [Fact]
    public void Values_of_another_graph_and_out_of_order_are_found()
    {
        Graph one = GraphText.Parse("graph one(%x: f32[N]) { %0 = exp(%x) %1 = sin(%0) return %1 }");
        Graph two = GraphText.Parse("graph two(%x: f32[N]) { %0 = exp(%x) return %0 }");
        Assert.Contains("output exp#0: f32[N] is not defined in the graph", GraphVerifier.Findings(one with { Outputs = two.Outputs }));
        Assert.Contains("node 0 sin: operand exp#0: f32[N] is not defined before it", GraphVerifier.Findings(one with { Nodes = [one.Nodes[1], one.Nodes[0]] }));
        Assert.Contains("node 2 exp: stands in the graph twice", GraphVerifier.Findings(one with { Nodes = [.. one.Nodes, one.Nodes[0]] }));
        Assert.Contains("input x stands there 2 times", GraphVerifier.Findings(one with { Inputs = [one.Inputs[0], two.Inputs[0]] }));
        var typed = new Node(Op.Sum, [one.Inputs[0].Value], Attributes.Of(("dims", 0L), ("keepdim", true)), [TensorType.Of(DType.F32, 1)], SourceLocation.None);
        Assert.Contains("node 0 sum: has an attribute dims of type Int64", GraphVerifier.Findings(one with { Nodes = [typed], Outputs = [typed.Result] }));
    }

    // Kernels.
    private static Kernel Copy(Expr? index = null, Expr? value = null, bool isWritten = true) => new(
        "copy",
        [new KernelBuffer("x", DType.F32, s_n, false), new KernelBuffer("y", DType.F32, s_n, isWritten)],
        [s_n],
        [new LoopPhase([], [], [new Store(1, index ?? s_pool.Var("g0"), value ?? s_pool.Load(0, DType.F32, s_pool.Var("g0")))])],
        [], new Schedule(), []);

    public static TheoryData<string> WrongKernels => [.. s_wrong.Keys];

    private static readonly Dictionary<string, Kernel> s_wrong = new()
    {
        ["phase 0: store to b1, which is only read"] = Copy(isWritten: false),
        ["phase 0: no loop has the variable i0"] = Copy(index: s_pool.Var("i0")),
        ["phase 0: store: index of b1 is i32, not i64"] = Copy(index: s_pool.Int(0, DType.I32)),
        ["phase 0: store: b1 as f64"] = Copy(value: s_pool.Const(DType.F64, 1)),
        ["phase 0: load: there is no buffer 7"] = Copy(value: s_pool.Load(7, DType.F32, s_pool.Int(0))),
        ["phase 0: load: predicate of b0 is not bool"] = Copy(value: s_pool.Load(0, DType.F32, s_pool.Int(0), s_pool.Int(1))),
        ["phase 0: t3 of f32 is not computed before"] = Copy(value: s_pool.Temp(3, DType.F32)),
        ["phase 0: And of (f32, f32) gives f32"] = Copy(value: s_pool.Op(ScalarOp.And, DType.F32, s_pool.Const(DType.F32, 1), s_pool.Const(DType.F32, 2))),
        ["phase 0: Add of (f32, f64) gives f32"] = Copy(value: s_pool.Op(ScalarOp.Add, DType.F32, s_pool.Const(DType.F32, 1), s_pool.Const(DType.F64, 2))),
        ["phase 0: Select of (i64, f32, f32) gives f32"] = Copy(value: s_pool.Op(ScalarOp.Select, DType.F32, s_pool.Int(1), s_pool.Const(DType.F32, 1), s_pool.Const(DType.F32, 2))),
        ["phase 0: Lt of (i64, i64) gives f32"] = Copy(value: s_pool.Op(ScalarOp.Lt, DType.F32, s_pool.Int(1), s_pool.Int(2))),
        ["check i64 is not bool"] = Copy() with { Checks = [s_pool.Int(1)] },
        ["phase 0: Sum of f32 into f64"] = Copy() with { Phases = [new LoopPhase([s_n], [new Reduction(ReduceKind.Sum, s_pool.Const(DType.F32, 1), s_pool.Temp(0, DType.F64))], [])] },
        ["phase 1: t0 is computed twice"] = Copy() with
        {
            Phases = [.. Enumerable.Repeat(new LoopPhase([s_n], [new Reduction(ReduceKind.Max, s_pool.Const(DType.F32, 1), s_pool.Temp(0, DType.F32))], []), 2)],
        },
        ["phase 0 A: no loop has the variable n"] = Copy() with
        {
            Phases = [new ContractPhase(s_n, 2, 3, s_pool.Load(0, DType.F32, s_pool.Var("n")), s_pool.Load(0, DType.F32, s_pool.Var("k")), s_pool.Temp(0, DType.F32), [])],
        },
        ["phase 0: f32 x f32 into f64"] = Copy() with
        {
            Phases = [new ContractPhase(s_n, 2, 3, s_pool.Load(0, DType.F32, s_pool.Var("m")), s_pool.Load(0, DType.F32, s_pool.Var("k")), s_pool.Temp(0, DType.F64), [])],
        },
    };

    [Theory]
    [MemberData(nameof(WrongKernels))]
    public void A_wrong_kernel_is_refused(string finding) =>
        Assert.Equal(finding, Assert.Single(Assert.Throws<VerificationException>(() => KernelVerifier.Verify(s_wrong[finding])).Findings));

    [Fact]
    public void A_right_kernel_is_accepted() => KernelVerifier.Verify(Copy());

    // Plans: x -> copy -> scratch -> copy -> scratch -> copy -> y.
    private static Plan Chain() => new(
        "chain", ["N"], [],
        [
            new PlanBuffer(0, "x", TensorType.Of(DType.F32, s_n), BufferKind.Input, Input: 0),
            new PlanBuffer(1, "a", TensorType.Of(DType.F32, s_n), BufferKind.Arena, Offset: 0),
            new PlanBuffer(2, "b", TensorType.Of(DType.F32, s_n), BufferKind.Arena, Offset: DimExpr.CeilDiv(s_n * 4, 64) * 64),
            new PlanBuffer(3, "y", TensorType.Of(DType.F32, s_n), BufferKind.Tensor),
        ],
        [new RegionStep(0, [new KernelCall(Copy(), [0, 1]), new KernelCall(Copy(), [1, 2]), new KernelCall(Copy(), [2, 3])])],
        [3],
        DimExpr.CeilDiv(s_n * 4, 64) * 128);

    private static Plan With(Plan plan, PlanBuffer buffer) => plan with { Buffers = plan.Buffers.SetItem(buffer.Id, buffer) };

    private static Plan Calls(params int[][] bound) => Chain() with { Steps = [new RegionStep(0, [.. bound.Select(b => new KernelCall(Copy(), [.. b]))])] };

    public static TheoryData<string> WrongPlans => [.. s_wrongPlans.Keys];

    private static readonly Dictionary<string, Plan> s_wrongPlans = new()
    {
        ["buffers 1 and 2 live at the same time and overlap at N=1"] = With(Chain(), Chain().Buffers[2] with { Offset = 0 }),
        ["buffer 2 b is at [4, 8) of an arena of 128 bytes at N=1"] = With(Chain(), Chain().Buffers[2] with { Offset = s_n * 4 }),
        ["buffer 2 b is at [64, 68) of an arena of 64 bytes at N=1"] = Chain() with { ArenaBytes = 64 },
        ["kernel copy: y has 1 elements but buffer 3 only 0 at N=1"] = With(Chain(), Chain().Buffers[3] with { Type = TensorType.Of(DType.F32, s_n, 0) }),
        ["buffer 2 b is used before it is written"] = Calls([0, 1], [2, 3]),
        ["buffer 0 x of kind Input is written by a kernel"] = Calls([0, 1], [1, 0], [1, 3]),
        ["kernel copy: buffer 1 is bound twice and written"] = Calls([0, 1], [1, 1], [1, 3]),
        ["there is no buffer 9"] = Calls([0, 1], [1, 9], [1, 3]),
        ["kernel copy has 2 buffers and is bound to 1"] = Calls([0, 1], [1], [1, 3]),
        ["output 3 does not exist at the end"] = Calls([0, 1], [1, 2]),
        ["output 1 is in the arena"] = Chain() with { Outputs = [3, 1] },
        ["buffer 3 y is used after it was freed"] = Chain() with { Steps = [.. Chain().Steps, new FreeStep(3), .. Calls([2, 3]).Steps] },
        ["buffer 1 of kind Arena is freed"] = Chain() with { Steps = [.. Chain().Steps, new FreeStep(1)] },
        ["buffer 1 is 1 Arena of input -1 at no offset"] = With(Chain(), Chain().Buffers[1] with { Offset = null }),
        ["M is not a symbol of the plan"] = Chain() with { ArenaBytes = DimExpr.Symbol("M") },
        ["kernel copy: buffer 3 is f64[N], y is f32"] = With(Chain(), Chain().Buffers[3] with { Type = TensorType.Of(DType.F64, s_n) }),
        ["kernel copy: phase 0: store to b1, which is only read"] = Chain() with { Steps = [new RegionStep(0, [new KernelCall(Copy(isWritten: false), [0, 1])])] },
        ["kernel copy: the plan has no scalar0:f64"] = Chain() with { Steps = [new RegionStep(0, [new KernelCall(Copy(value: s_pool.Cast(s_pool.Scalar(0, DType.F64), DType.F32)), [0, 3])])] },
    };

    [Theory]
    [MemberData(nameof(WrongPlans))]
    public void A_wrong_plan_is_refused(string finding) =>
        Assert.Contains(finding, Assert.Throws<VerificationException>(() => PlanVerifier.Verify(s_wrongPlans[finding])).Findings);

    [Fact]
    public void A_right_plan_is_accepted_and_may_reuse_memory()
    {
        PlanVerifier.Verify(Chain());
        Plan fourth = Chain();
        fourth = fourth with { Buffers = [.. fourth.Buffers, fourth.Buffers[1] with { Id = 4, Name = "c" }] };

        // c takes the place of a, whose last use has passed.
        PlanVerifier.Verify(fourth with { Steps = [new RegionStep(0, [new(Copy(), [0, 1]), new(Copy(), [1, 2]), new(Copy(), [2, 4]), new(Copy(), [4, 3])])] });
        Assert.Contains(
            PlanVerifier.Findings(fourth with { Steps = [new RegionStep(0, [new(Copy(), [0, 1]), new(Copy(), [1, 2]), new(Copy(), [2, 4]), new(Copy(), [1, 3])])] }),
            f => f.StartsWith("buffers 1 and 4 live at the same time"));
    }
}
