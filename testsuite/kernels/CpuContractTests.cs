using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Kernels;

/// <summary>Matrix products of the CPU back end, in every form and at odd sizes, against a plain loop in f64 or the interpreter.</summary>
public sealed class CpuContractTests
{
    private static readonly DimExpr G = DimExpr.Symbol("G"), M = DimExpr.Symbol("M"), N = DimExpr.Symbol("N"), K = DimExpr.Symbol("K");

    private static ImmutableArray<(string, long)[]> Sizes(params ReadOnlySpan<(long G, long M, long N, long K)> sizes)
    {
        var list = ImmutableArray.CreateBuilder<(string, long)[]>();
        foreach ((long g, long m, long n, long k) in sizes)
        {
            list.Add([("G", g), ("M", m), ("N", n), ("K", k)]);
        }

        return list.ToImmutable();
    }

    private static ImmutableArray<(string, long)[]> Odd => Sizes(
        (1, 1, 1, 1), (1, 0, 3, 4), (1, 3, 0, 4), (2, 3, 4, 0), (1, 1, 17, 33), (1, 1, 64, 300), (2, 2, 5, 7), (1, 3, 8, 16), (1, 4, 31, 45), (1, 5, 33, 64), (3, 7, 13, 11), (1, 8, 96, 48),
        (1, 9, 65, 70), (1, 13, 49, 257), (1, 33, 20, 300), (1, 130, 37, 19), (1, 129, 33, 260), (2, 16, 10, 600));

    public static TheoryData<string, DType> Forms()
    {
        TheoryData<string, DType> data = [];
        foreach (string form in new[] { "nn", "nt", "tn", "tt" })
        {
            foreach (DType type in new[] { DType.F32, DType.F64, DType.F16, DType.BF16, DType.I32 })
            {
                data.Add(form, type);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_order_of_the_operands(string form, DType type)
    {
        ExprPool p = new();
        Expr g = p.Var("g0"), m = p.Var("m"), n = p.Var("n"), k = p.Var("k");
        Expr a = p.Load(0, type, p.Add(p.Mul(g, p.Dim(M * K)), form[0] == 'n' ? p.Add(p.Mul(m, p.Dim(K)), k) : p.Add(p.Mul(k, p.Dim(M)), m)));
        Expr b = p.Load(1, type, p.Add(p.Mul(g, p.Dim(K * N)), form[1] == 'n' ? p.Add(p.Mul(k, p.Dim(N)), n) : p.Add(p.Mul(n, p.Dim(K)), k)));
        Expr.Temp sum = p.Temp(0, type);
        Expr at = p.Add(p.Mul(g, p.Dim(M * N)), p.Add(p.Mul(m, p.Dim(N)), n));
        // Bias and ReLU after the product, where the type has them.
        Expr value = type.IsFloat() ? p.Op(ScalarOp.Max, type, p.Add(sum, p.Load(2, type, n)), p.Const(type, 0)) : p.Add(sum, p.Load(2, type, n));
        Kernel kernel = new(
            $"matmul_{form}_{type}",
            [new("a", type, G * M * K, false), new("b", type, G * K * N, false), new("bias", type, N, false), new("c", type, G * M * N, true)], [G],
            [new ContractPhase(M, N, K, a, b, sum, [new Store(3, at, value)])], [], new Schedule(), []);
        double tolerance = type switch { DType.F64 => 1e-12, DType.F32 => 2e-6, DType.F16 => 2e-3, DType.BF16 => 2e-2, _ => 0 };
        CpuHarness.Check(new CpuCase(kernel, Odd, tolerance, Reference: (_, buffers, valueOf) => Plain(form, type, buffers, valueOf)));
    }

    [Fact]
    public void Operands_and_results_that_are_computed()
    {
        // c[m, n] = sqrt|a| (n < 5 ? b : 0), with b at an index that is data, to two buffers.
        ExprPool p = new();
        Expr g = p.Var("g0"), m = p.Var("m"), n = p.Var("n"), k = p.Var("k");
        Expr a = p.Op(ScalarOp.Sqrt, DType.F32, p.Op(ScalarOp.Abs, DType.F32, p.Load(0, DType.F32, p.Add(p.Mul(p.Add(p.Mul(g, p.Dim(M)), m), p.Dim(K)), k))));
        Expr b = p.Load(1, DType.F32, p.Add(p.Mul(k, p.Dim(N)), p.Op(ScalarOp.Rem, DType.I64, p.Add(n, p.Int(1)), p.Dim(N))), p.Op(ScalarOp.Lt, DType.Bool, n, p.Int(5)));
        Expr.Temp sum = p.Temp(0, DType.F32);
        Expr at = p.Add(p.Mul(g, p.Dim(M * N)), p.Add(p.Mul(m, p.Dim(N)), n));
        Expr transposed = p.Add(p.Mul(g, p.Dim(M * N)), p.Add(p.Mul(n, p.Dim(M)), m));
        Kernel kernel = new(
            "computed", [new("a", DType.F32, G * M * K, false), new("b", DType.F32, K * N, false), new("c", DType.F32, G * M * N, true), new("t", DType.F64, G * M * N, true)], [G],
            [new ContractPhase(M, N, K, a, b, sum, [new Store(2, at, sum), new Store(3, transposed, p.Cast(sum, DType.F64))])], [], new Schedule(), []);
        CpuHarness.Check(new CpuCase(kernel, Sizes((1, 1, 1, 1), (1, 3, 7, 5), (2, 5, 33, 17), (1, 40, 20, 40), (1, 4, 3, 300)), 1e-5));
    }

    [Fact]
    public void A_product_between_phases_of_one_grid_point()
    {
        // Attention of one head: scores into scratch, softmax, product with the values.
        ExprPool p = new();
        Expr g = p.Var("g0"), m = p.Var("m"), n = p.Var("n"), k = p.Var("k"), i = p.Var("i0"), j = p.Var("i1");
        Expr.Temp score = p.Temp(0, DType.F32), sum = p.Temp(1, DType.F32), output = p.Temp(2, DType.F32);
        Expr head = p.Mul(g, p.Dim(M * K)), scratch = p.Mul(g, p.Dim(M * M));
        Expr q = p.Load(0, DType.F32, p.Add(head, p.Add(p.Mul(m, p.Dim(K)), k))), keys = p.Load(1, DType.F32, p.Add(head, p.Add(p.Mul(n, p.Dim(K)), k)));
        Expr at = p.Add(scratch, p.Add(p.Mul(m, p.Dim(M)), n)), cell = p.Add(scratch, p.Add(p.Mul(i, p.Dim(M)), j));
        Expr causal = p.Op(ScalarOp.Le, DType.Bool, n, m);
        Kernel kernel = new(
            "attention",
            [new("q", DType.F32, G * M * K, false), new("k", DType.F32, G * M * K, false), new("s", DType.F32, G * M * M, true), new("y", DType.F32, G * M * K, true)], [G],
            [
                new ContractPhase(M, M, K, q, keys, score, [new Store(2, at, p.Op(ScalarOp.Select, DType.F32, causal, p.Op(ScalarOp.Exp, DType.F32, score), p.Const(DType.F32, 0)))]),
                new LoopPhase([M, M], [new Reduction(ReduceKind.Sum, p.Load(2, DType.F32, cell), sum)], []),
                new ContractPhase(
                    M, K, M, p.Load(2, DType.F32, p.Add(scratch, p.Add(p.Mul(m, p.Dim(M)), k))), p.Load(1, DType.F32, p.Add(head, p.Add(p.Mul(k, p.Dim(K)), n))), output,
                    [new Store(3, p.Add(head, p.Add(p.Mul(m, p.Dim(K)), n)), p.Op(ScalarOp.Div, DType.F32, output, sum))]),
            ], [], new Schedule(), []);
        CpuHarness.Check(new CpuCase(
            kernel, [.. new (long G, long M, long K)[] { (1, 1, 1), (2, 9, 5), (3, 20, 32) }.Select(s => new[] { ("G", s.G), ("M", s.M), ("K", s.K) })], 2e-5, (b, type, count) => Scaled(CpuHarness.Small(b, type, count))));
    }

    [Fact]
    public void Large_products_are_split_over_threads()
    {
        ExprPool p = new();
        Expr m = p.Var("m"), n = p.Var("n"), k = p.Var("k");
        Expr.Temp sum = p.Temp(0, DType.F32);
        Kernel kernel = new(
            "large", [new("a", DType.F32, M * K, false), new("b", DType.F32, N * K, false), new("bias", DType.F32, N, false), new("c", DType.F32, M * N, true)], [],
            [new ContractPhase(M, N, K, p.Load(0, DType.F32, p.Add(p.Mul(m, p.Dim(K)), k)), p.Load(1, DType.F32, p.Add(p.Mul(n, p.Dim(K)), k)), sum, [new Store(3, p.Add(p.Mul(m, p.Dim(N)), n), p.Add(sum, p.Load(2, DType.F32, n)))])],
            [], new Schedule(), []);
        int before = CpuHarness.Splits;
        CpuHarness.Check(new CpuCase(
            kernel, [.. Sizes((1, 64, 200, 784), (1, 1, 512, 784), (1, 150, 150, 150)).Select(s => s[1..])], 1e-5, Reference: (_, buffers, valueOf) => Plain("nt", DType.F32, buffers, s => s == "G" ? 1 : valueOf(s), relu: false)));
        Assert.True(CpuHarness.Splits > before, "nothing was split");
    }

    private static NdArray Scaled(NdArray array)
    {
        for (long i = 0; i < array.Count; i++)
        {
            array[i] = ScalarValue.Of(array.Type, array[i].Float / 4);
        }

        return array;
    }

    private static NdArray[] Plain(string form, DType type, NdArray[] buffers, Func<string, long> valueOf, bool relu = true)
    {
        long groups = valueOf("G"), rows = valueOf("M"), columns = valueOf("N"), depth = valueOf("K");
        if (!type.IsFloat())
        {
            return PlainIntegers(form, type, buffers, groups, rows, columns, depth);
        }

        double[] a = buffers[0].ToFloats(), b = buffers[1].ToFloats(), bias = buffers[2].ToFloats();
        for (long g = 0; g < groups; g++)
        {
            for (long m = 0; m < rows; m++)
            {
                for (long n = 0; n < columns; n++)
                {
                    double sum = 0;
                    for (long k = 0; k < depth; k++)
                    {
                        sum += a[(g * rows * depth) + (form[0] == 'n' ? (m * depth) + k : (k * rows) + m)] * b[(g * columns * depth) + (form[1] == 'n' ? (k * columns) + n : (n * depth) + k)];
                    }

                    double value = ScalarValue.Of(type, ScalarValue.Of(type, sum).Float + bias[n]).Float;
                    buffers[3][(g * rows * columns) + (m * columns) + n] = ScalarValue.Of(type, relu ? Math.Max(value, 0) : value);
                }
            }
        }

        return buffers;
    }

    private static NdArray[] PlainIntegers(string form, DType type, NdArray[] buffers, long groups, long rows, long columns, long depth)
    {
        long[] a = buffers[0].ToIntegers(), b = buffers[1].ToIntegers(), bias = buffers[2].ToIntegers();
        for (long i = 0; i < groups * rows * columns; i++)
        {
            (long g, long m, long n) = (i / (rows * columns), i / columns % rows, i % columns);
            long sum = bias[n];
            for (long k = 0; k < depth; k++)
            {
                sum += a[(g * rows * depth) + (form[0] == 'n' ? (m * depth) + k : (k * rows) + m)] * b[(g * columns * depth) + (form[1] == 'n' ? (k * columns) + n : (n * depth) + k)];
            }

            buffers[3][i] = ScalarValue.Of(type, sum);
        }

        return buffers;
    }
}
