using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Kernels;

/// <summary>Reductions of the CPU back end, along rows and along columns, alone and in phases, against the interpreter.</summary>
public sealed class CpuReduceTests
{
    private static readonly DimExpr N = DimExpr.Symbol("N"), C = DimExpr.Symbol("C");

    private static ImmutableArray<(string, long)[]> Sizes =>
        [.. new (long N, long C)[] { (0, 5), (5, 0), (1, 1), (3, 1), (1, 37), (4, 16), (7, 67), (33, 8), (20, 130) }.Select(s => new[] { ("N", s.N), ("C", s.C) })];

    public static TheoryData<ReduceKind, DType> Kinds()
    {
        TheoryData<ReduceKind, DType> data = [];
        foreach (ReduceKind kind in Enum.GetValues<ReduceKind>())
        {
            foreach (DType type in kind is ReduceKind.Any or ReduceKind.All ? [DType.Bool] : kind is ReduceKind.Product ? new[] { DType.F64, DType.I64 } : [DType.F32, DType.F64, DType.F16, DType.I32, DType.U8, DType.I64])
            {
                data.Add(kind, type);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Along_rows_along_columns_and_to_one_number(ReduceKind kind, DType type)
    {
        ExprPool p = new();
        DType result = kind is ReduceKind.ArgMax or ReduceKind.ArgMin ? DType.I64 : kind == ReduceKind.Sum && type is DType.U8 or DType.I32 ? DType.I64 : type;
        Expr.Temp temp = p.Temp(0, result);
        Expr g = p.Var("g0"), i = p.Var("i0"), j = p.Var("i1");
        Expr Load(Expr at) => kind == ReduceKind.Sum && !type.IsFloat() ? p.Cast(p.Load(0, type, at), result) : p.Load(0, type, at);
        KernelBuffer x = new("x", type, N * C, false);
        LoopPhase Store(Expr at) => new([], [], [new Store(1, at, temp)]);
        Kernel Make(string name, ImmutableArray<DimExpr> grid, ImmutableArray<DimExpr> extents, Expr value, Expr at, DimExpr results) => new(
            $"{name}_{kind}_{type}", [x, new("y", result, results, true)], grid,
            [new LoopPhase(extents, [new Reduction(kind, value, temp)], []), Store(at)], [], new Schedule(), []);
        // A row's last lanes and a column's rows in another order differ by roundings.
        double tolerance = type is DType.F16 ? 2e-3 : type.IsFloat() && kind is ReduceKind.Sum or ReduceKind.Product ? 1e-5 : 0;
        foreach (Func<int, DType, long, NdArray> fill in new[] { CpuHarness.Small, WithNaN })
        {
            CpuHarness.Check(
                new CpuCase(Make("rows", [N], [C], Load(p.Add(p.Mul(g, p.Dim(C)), i)), g, N), Sizes, tolerance, fill),
                new CpuCase(Make("columns", [C], [N], Load(p.Add(p.Mul(i, p.Dim(C)), g)), g, C), Sizes, tolerance, fill),
                new CpuCase(Make("all", [], [N, C], Load(p.Add(p.Mul(i, p.Dim(C)), j)), p.Int(0), 1), Sizes, tolerance, fill));
        }
    }

    [Fact]
    public void Softmax_in_three_phases()
    {
        ExprPool p = new();
        Expr g = p.Var("g0"), i = p.Var("i0");
        Expr at = p.Add(p.Mul(g, p.Dim(C)), i), x = p.Load(0, DType.F32, at);
        Expr.Temp max = p.Temp(0, DType.F32), sum = p.Temp(1, DType.F32);
        Expr e = p.Op(ScalarOp.Exp, DType.F32, p.Op(ScalarOp.Sub, DType.F32, x, max));
        Kernel stored = new(
            "softmax", [new("x", DType.F32, N * C, false), new("y", DType.F32, N * C, true)], [N],
            [
                new LoopPhase([C], [new Reduction(ReduceKind.Max, x, max)], []),
                new LoopPhase([C], [new Reduction(ReduceKind.Sum, e, sum)], [new Store(1, at, e)]),
                new LoopPhase([C], [], [new Store(1, at, p.Op(ScalarOp.Div, DType.F32, p.Load(1, DType.F32, at), sum))]),
            ], [], new Schedule(), []);
        CpuHarness.Check(new CpuCase(stored, [.. Sizes, [("N", 64), ("C", 300)]], 1e-5));
    }

    [Fact]
    public void Mean_and_variance_in_one_pass()
    {
        ExprPool p = new();
        Expr g = p.Var("g0"), i = p.Var("i0");
        Expr at = p.Add(p.Mul(g, p.Dim(C)), i), x = p.Load(0, DType.F32, at), count = p.Cast(p.Dim(C), DType.F32);
        Expr.Temp sum = p.Temp(0, DType.F32), squares = p.Temp(1, DType.F32);
        Expr mean = p.Op(ScalarOp.Div, DType.F32, sum, count);
        Expr variance = p.Op(ScalarOp.Sub, DType.F32, p.Op(ScalarOp.Div, DType.F32, squares, count), p.Mul(mean, mean));
        Expr normal = p.Mul(p.Op(ScalarOp.Sub, DType.F32, x, mean), p.Op(ScalarOp.Rsqrt, DType.F32, p.Add(variance, p.Const(DType.F32, 1e-2))));
        Kernel kernel = new(
            "layernorm", [new("x", DType.F32, N * C, false), new("w", DType.F32, C, false), new("y", DType.F32, N * C, true)], [N],
            [
                new LoopPhase([C], [new Reduction(ReduceKind.Sum, x, sum), new Reduction(ReduceKind.Sum, p.Mul(x, x), squares)], []),
                new LoopPhase([C], [], [new Store(2, at, p.Mul(normal, p.Load(1, DType.F32, i)))]),
            ], [], new Schedule(), []);
        CpuHarness.Check(new CpuCase(kernel, Sizes, 1e-4));
    }

    [Fact]
    public void Windows_along_two_axes()
    {
        // Max pooling 2x2 of [N, C, C] by stride 2 without padding.
        ExprPool p = new();
        DimExpr half = DimExpr.FloorDiv(C, 2);
        Expr g0 = p.Var("g0"), g1 = p.Var("g1"), g2 = p.Var("g2"), i0 = p.Var("i0"), i1 = p.Var("i1");
        Expr row = p.Add(p.Mul(g1, p.Int(2)), i0), column = p.Add(p.Mul(g2, p.Int(2)), i1);
        Expr at = p.Add(p.Add(p.Mul(g0, p.Dim(C * C)), p.Mul(row, p.Dim(C))), column);
        Expr target = p.Add(p.Add(p.Mul(g0, p.Dim(half * half)), p.Mul(g1, p.Dim(half))), g2);
        Expr.Temp max = p.Temp(0, DType.F32);
        Kernel kernel = new(
            "pool", [new("x", DType.F32, N * C * C, false), new("y", DType.F32, N * half * half, true)], [N, half, half],
            [new LoopPhase([2, 2], [new Reduction(ReduceKind.Max, p.Load(0, DType.F32, at), max)], []), new LoopPhase([], [], [new Store(1, target, max)])],
            [], new Schedule(), []);
        CpuHarness.Check(new CpuCase(kernel, [.. new (long, long)[] { (1, 2), (2, 7), (3, 40), (1, 67) }.Select(s => new[] { ("N", s.Item1), ("C", s.Item2) })]));
    }

    private static NdArray WithNaN(int buffer, DType type, long count)
    {
        NdArray array = CpuHarness.Small(buffer, type, count);
        for (long i = 5; i < count && type.IsFloat(); i += 29)
        {
            array[i] = ScalarValue.Of(type, double.NaN);
        }

        return array;
    }
}
