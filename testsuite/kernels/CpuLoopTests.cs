using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Kernels;

/// <summary>Loops, stride classes, predicates and remainders of the CPU back end, against the interpreter.</summary>
public sealed class CpuLoopTests
{
    private static readonly DimExpr N = DimExpr.Symbol("N"), C = DimExpr.Symbol("C");
    private static readonly long[] Edges = [0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 65, 127, 200];

    private static ImmutableArray<(string, long)[]> Ns => [.. Edges.Select(n => new[] { ("N", n) })];

    private static ImmutableArray<(string, long)[]> NCs =>
        [.. new (long N, long C)[] { (0, 5), (5, 0), (1, 1), (3, 1), (1, 37), (4, 16), (7, 67), (33, 8), (20, 130) }.Select(s => new[] { ("N", s.N), ("C", s.C) })];

    [Fact]
    public void Elementwise_at_every_remainder() => CpuHarness.Check(
        Pointwise("square", [N], Ns, (p, at) => p.Op(ScalarOp.Add, DType.F32, p.Op(ScalarOp.Mul, DType.F32, p.Load(0, DType.F32, at), p.Load(0, DType.F32, at)), p.Const(DType.F32, 0.5))),
        Pointwise("wide", [N], Ns, (p, at) => p.Op(ScalarOp.Sub, DType.F64, p.Load(0, DType.F64, at), p.Const(DType.F64, 1)), DType.F64),
        Pointwise("bytes", [N], Ns, (p, at) => p.Op(ScalarOp.Add, DType.U8, p.Load(0, DType.U8, at), p.Int(250, DType.U8)), DType.U8),
        Pointwise("bools", [N], Ns, (p, at) => p.Op(ScalarOp.Not, DType.Bool, p.Load(0, DType.Bool, at)), DType.Bool),
        Pointwise("longs", [N], Ns, (p, at) => p.Op(ScalarOp.Mul, DType.I64, p.Load(0, DType.I64, at), at), DType.I64));

    [Fact]
    public void Rows_that_follow_each_other_and_rows_that_do_not()
    {
        ExprPool p = new();
        Expr row = p.Var("i0"), column = p.Var("i1");
        Expr at = p.Add(p.Mul(row, p.Dim(C)), column);
        Expr x = p.Load(0, DType.F32, at);
        CpuHarness.Check(
            // Collapses to one loop.
            Case("rows", [N, C], p.Op(ScalarOp.Neg, DType.F32, x), at, NCs, ("x", DType.F32, N * C)),
            // A value for each column, and one for each row.
            Case("bias", [N, C], p.Add(x, p.Load(1, DType.F32, column)), at, NCs, ("x", DType.F32, N * C), ("bias", DType.F32, C)),
            Case("scale", [N, C], p.Mul(x, p.Op(ScalarOp.Rsqrt, DType.F32, p.Add(p.Const(DType.F32, 3), p.Load(1, DType.F32, row)))), at, NCs, ("x", DType.F32, N * C), ("scale", DType.F32, N)),
            // A row of constant width that is less than a vector, and one that is not a multiple.
            Case("narrow", [N, 3], p.Load(0, DType.F32, p.Add(p.Mul(row, p.Int(5)), column)), p.Add(p.Mul(row, p.Int(3)), column), Ns, ("x", DType.F32, N * 5)),
            Case("odd", [N, 37], p.Load(0, DType.F32, p.Add(p.Mul(row, p.Int(40)), column)), p.Add(p.Mul(row, p.Int(37)), column), Ns, ("x", DType.F32, N * 40)));
    }

    [Fact]
    public void Every_class_of_stride()
    {
        ExprPool p = new();
        Expr row = p.Var("i0"), column = p.Var("i1"), one = p.Int(1);
        Expr at = p.Add(p.Mul(row, p.Dim(C)), column);
        Expr last = p.Dim(C - 1);
        CpuHarness.Check(
            // Constant, symbolic and negative strides; transposition; division and remainder; an index that is data.
            Case("step2", [N, C], p.Load(0, DType.F32, p.Mul(at, p.Int(2))), at, NCs, ("x", DType.F32, N * C * 2)),
            Case("transpose", [N, C], p.Load(0, DType.F32, p.Add(p.Mul(column, p.Dim(N)), row)), at, NCs, ("x", DType.F32, N * C)),
            Case("scatter", [N, C], p.Load(0, DType.F32, at), p.Add(p.Mul(column, p.Dim(N)), row), NCs, ("x", DType.F32, N * C)),
            Case("flip", [N, C], p.Load(0, DType.F32, p.Add(p.Mul(row, p.Dim(C)), p.Op(ScalarOp.Sub, DType.I64, last, column))), at, NCs, ("x", DType.F32, N * C)),
            Case("repeat", [N, C], p.Load(0, DType.F32, p.Op(ScalarOp.FloorDiv, DType.I64, at, p.Int(3))), at, NCs, ("x", DType.F32, (N * C) + 1)),
            Case("wrap", [N, C], p.Load(0, DType.F32, p.Op(ScalarOp.Rem, DType.I64, at, p.Dim(N + 2))), at, NCs, ("x", DType.F32, N + 2)),
            Case("halve", [N, C], p.Load(0, DType.F32, p.Op(ScalarOp.FloorDiv, DType.I64, at, p.Int(4))), at, NCs, ("x", DType.F32, (N * C) + 1)),
            Case("splat", [N, C], p.Load(0, DType.F32, p.Int(0)), at, NCs, ("x", DType.F32, 1)),
            Case("gather", [N, C], p.Load(0, DType.F32, p.Add(p.Mul(p.Load(1, DType.I64, row), p.Dim(C)), column)), at, NCs, ("x", DType.F32, N * C), ("index", DType.I64, N)) with { Fill = Indices },
            Case("pick", [N, C], p.Load(0, DType.F32, p.Load(1, DType.I64, at)), at, NCs, ("x", DType.F32, N), ("index", DType.I64, N * C)) with { Fill = Indices });
        static NdArray Indices(int buffer, DType type, long count)
        {
            NdArray array = CpuHarness.Small(buffer, type, count);
            for (long i = 0; i < count && type == DType.I64; i++)
            {
                array[i] = ScalarValue.Of(type, 0);
            }

            return array;
        }
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.F64)]
    [InlineData(DType.F16)]
    [InlineData(DType.BF16)]
    [InlineData(DType.U8)]
    [InlineData(DType.I64)]
    [InlineData(DType.Bool)]
    public void Predicates_turn_off_loads_and_stores(DType type)
    {
        ExprPool p = new();
        Expr row = p.Var("i0"), column = p.Var("i1");
        Expr at = p.Add(p.Mul(row, p.Dim(C)), column);
        Expr shifted = p.Op(ScalarOp.Sub, DType.I64, column, p.Int(2));
        Expr inside = p.Op(ScalarOp.And, DType.Bool, p.Op(ScalarOp.Ge, DType.Bool, shifted, p.Int(0)), p.Op(ScalarOp.Lt, DType.Bool, shifted, p.Dim(C - 3)));
        Expr padded = p.Load(0, type, p.Add(p.Mul(row, p.Dim(C)), shifted), inside);
        Expr strided = p.Load(0, type, p.Mul(shifted, p.Dim(N)), inside);
        Expr rowOnly = p.Load(0, type, p.Mul(row, p.Dim(C)), p.Op(ScalarOp.Lt, DType.Bool, row, p.Int(2)));
        Expr even = p.Op(ScalarOp.Eq, DType.Bool, p.Op(ScalarOp.Rem, DType.I64, column, p.Int(2)), p.Int(0));
        CpuHarness.Check(
            Case($"pad_{type}", [N, C], padded, at, NCs, ("x", type, N * C)),
            Case($"padStrided_{type}", [N, C], strided, at, NCs, ("x", type, N * C)),
            Case($"rowOnly_{type}", [N, C], rowOnly, at, NCs, ("x", type, N * C)),
            Case($"some_{type}", [N, C], p.Load(0, type, at), at, NCs, ("x", type, N * C)) is var some ? some with
            {
                Kernel = some.Kernel with
                {
                    Phases = [new LoopPhase([N, C], [], [new Store(1, at, p.Load(0, type, at), even)])],
                },
            }
            : null!);
    }

    [Fact]
    public void Elements_written_from_many_points_keep_the_last_value()
    {
        ExprPool p = new();
        Expr i = p.Var("i0");
        CpuHarness.Check(Case("last", [N], p.Load(0, DType.F32, i), p.Int(0), [.. Ns.Skip(1)], ("x", DType.F32, N)) is var c ? c with
        {
            Kernel = c.Kernel with { Buffers = [new("x", DType.F32, N, false), new("y", DType.F32, 1, true)] },
        }
        : null!);
    }

    [Fact]
    public void Work_in_place()
    {
        ExprPool p = new();
        Expr i = p.Var("i0"), x = p.Load(0, DType.F32, i);
        CpuHarness.Check(new CpuCase(
            new("inplace", [new("x", DType.F32, N, true)], [], [new LoopPhase([N], [], [new Store(0, i, p.Mul(x, x))])], [], new Schedule(), []), Ns));
    }

    [Fact]
    public void Two_stores_and_a_half_result()
    {
        ExprPool p = new();
        Expr i = p.Var("i0"), x = p.Load(0, DType.F32, i);
        CpuHarness.Check(new CpuCase(
            new(
                "two", [new("x", DType.F32, N, false), new("h", DType.F16, N, true), new("b", DType.BF16, N, true), new("positive", DType.Bool, N, true)], [],
                [
                    new LoopPhase(
                        [N], [],
                        [
                            new Store(1, i, p.Cast(x, DType.F16)), new Store(2, i, p.Cast(x, DType.BF16)),
                            new Store(3, i, p.Op(ScalarOp.Gt, DType.Bool, x, p.Const(DType.F32, 0))),
                        ]),
                ], [], new Schedule(), []), Ns));
    }

    [Fact]
    public void Host_scalars_and_symbols_as_values()
    {
        ExprPool p = new();
        Expr i = p.Var("i0");
        Expr value = p.Add(p.Mul(p.Load(0, DType.F32, i), p.Cast(p.Scalar(0, DType.F64), DType.F32)), p.Cast(p.Add(p.Scalar(1, DType.I64), p.Dim(N)), DType.F32));
        CpuHarness.Check(Case("scalars", [N], value, i, Ns, ("x", DType.F32, N)) with { Scalars = [ScalarValue.Of(DType.F64, 0.25), ScalarValue.Of(DType.I64, 7)] });
    }

    [Fact]
    public void Large_work_is_split_over_threads_and_gives_the_same()
    {
        ExprPool p = new();
        Expr i = p.Var("i0"), j = p.Var("i1");
        int before = CpuHarness.Splits;
        CpuHarness.Check(
            Case("large", [N], p.Mul(p.Load(0, DType.F32, i), p.Const(DType.F32, 3)), i, [[("N", 100_003)]], ("x", DType.F32, N)),
            Case("large2", [N, C], p.Mul(p.Load(0, DType.F32, p.Add(p.Mul(i, p.Dim(C)), j)), p.Load(1, DType.F32, i)), p.Add(p.Mul(i, p.Dim(C)), j), [[("N", 301), ("C", 333)]], ("x", DType.F32, N * C), ("s", DType.F32, N)));
        Assert.True(CpuHarness.Splits > before, "nothing was split");
    }

    [Fact]
    public void A_failed_check_leaves_everything_as_it_was()
    {
        ExprPool p = new();
        Expr i = p.Var("i0"), j = p.Var("i1");
        Expr index = p.Load(1, DType.I64, i);
        Expr inside = p.Op(ScalarOp.And, DType.Bool, p.Op(ScalarOp.Ge, DType.Bool, index, p.Int(0)), p.Op(ScalarOp.Lt, DType.Bool, index, p.Int(5)));
        Kernel kernel = new(
            "rows", [new("table", DType.F32, C * 5, false), new("index", DType.I64, N, false), new("y", DType.F32, N * C, true)], [],
            [new LoopPhase([N, C], [], [new Store(2, p.Add(p.Mul(i, p.Dim(C)), j), p.Load(0, DType.F32, p.Add(p.Mul(index, p.Dim(C)), j)))])],
            [inside, p.Op(ScalarOp.Lt, DType.Bool, p.Dim(C), p.Int(100))], new Schedule(), []);
        kernel = kernel with { CheckLoops = [N, C] };
        CpuHarness.Check(
            new CpuCase(kernel, NCs, Fill: (b, type, count) => With(CpuHarness.Small(b, type, count), b, k => k % 5)),
            new CpuCase(kernel, NCs, Fill: (b, type, count) => With(CpuHarness.Small(b, type, count), b, k => k == count - 1 ? 5 : 4)),
            new CpuCase(kernel, NCs, Fill: (b, type, count) => With(CpuHarness.Small(b, type, count), b, k => k == count / 2 ? -1 : 0)));
        static NdArray With(NdArray array, int buffer, Func<long, long> value)
        {
            for (long i = 0; i < array.Count && buffer == 1; i++)
            {
                array[i] = ScalarValue.Of(DType.I64, value(i));
            }

            return array;
        }
    }

    /// <summary><c>y[at] = f(x[at])</c> over one extent.</summary>
    private static CpuCase Pointwise(string name, ImmutableArray<DimExpr> extents, ImmutableArray<(string, long)[]> sizes, Func<ExprPool, Expr, Expr> f, DType type = DType.F32)
    {
        ExprPool p = new();
        Expr at = p.Var("i0");
        return Case(name, extents, f(p, at), at, sizes, ("x", type, N)) with { Tolerance = type.IsFloat() ? 1e-6 : 0 };
    }

    private static CpuCase Case(
        string name, ImmutableArray<DimExpr> extents, Expr value, Expr at, ImmutableArray<(string, long)[]> sizes, params ReadOnlySpan<(string Name, DType Type, DimExpr Elements)> inputs)
    {
        List<KernelBuffer> buffers = [];
        foreach ((string input, DType type, DimExpr elements) in inputs)
        {
            buffers.Add(new(input, type, elements, false));
        }

        buffers.Add(new("y", value.Type, DimExpr.Product(extents), true));
        LoopPhase phase = new(extents, [], [new Store(buffers.Count - 1, at, value)]);
        return new(new(name, [.. buffers], [], [phase], [], new Schedule(), []), sizes, Tolerance: value.Type.IsFloat() ? 1e-6 : 0);
    }
}
