using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Reference;
using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>Ops with indices, creation, special functions and the limits of scalars.</summary>
public class ReferenceIndexTests : IDisposable
{
    private readonly DisposeScope scope = torch.NewDisposeScope();

    private static NdArray Table => NdArray.FromFloats(DType.F32, [4, 3], Enumerable.Range(0, 12).Select(i => i - 5.5));

    public void Dispose() => scope.Dispose();

    private static NdArray Apply(OpDef op, Attributes attributes, params ImmutableArray<NdArray> operands) => Assert.Single(new Evaluator().Apply(op, attributes, operands));

    private static void Same(torch.Tensor expected, NdArray actual)
    {
        Assert.Equal(expected.shape, actual.Shape);
        Assert.Equal(EagerCase.FromTorch(expected).Bytes.ToArray(), actual.Bytes.ToArray());
    }

    [Fact]
    public void Take_of_rows_is_an_embedding()
    {
        NdArray index = NdArray.FromIntegers(DType.I64, [2, 3], 0L, 3, 3, 1, 2, 0);
        Same(EagerCase.ToTorch(Table).index_select(0, EagerCase.ToTorch(index).flatten()).reshape(2, 3, 3), Apply(Op.Take, Attributes.Of(("dim", 0)), Table, index));
    }

    [Fact]
    public void Take_of_columns_is_index_select()
    {
        NdArray index = NdArray.FromIntegers(DType.I64, [4], 2L, 2, 0, 1);
        Same(EagerCase.ToTorch(Table).index_select(1, EagerCase.ToTorch(index)), Apply(Op.Take, Attributes.Of(("dim", -1)), Table, index));
    }

    [Fact]
    public void Gather_follows_the_index_along_one_dimension()
    {
        NdArray index = NdArray.FromIntegers(DType.I64, [2, 3], 3L, 0, 1, 2, 2, 0);
        Same(EagerCase.ToTorch(Table).gather(0, EagerCase.ToTorch(index)), Apply(Op.Gather, Attributes.Of(("dim", 0)), Table, index));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void An_index_out_of_range_is_an_error(long index)
    {
        NdArray at = NdArray.FromIntegers(DType.I64, [1], index);
        var e = Assert.Throws<EvaluationException>(() => Apply(Op.Take, Attributes.Of(("dim", 0)), Table, at));
        Assert.Equal($"index {index} is out of range for size 4", e.Message);
        Assert.Throws<EvaluationException>(() => Apply(Op.Gather, Attributes.Of(("dim", 0)), Table, NdArray.FromIntegers(DType.I64, [1, 1], index)));
    }

    [Fact]
    public void Creation_counts_and_fills()
    {
        Same(torch.arange(5, dtype: torch.float32), Apply(Op.Iota, Attributes.Of(("length", (DimExpr)5), ("dtype", DType.F32))));
        Same(torch.full([2, 2], -1.5, dtype: torch.bfloat16), Apply(Op.Full, Attributes.Of(("shape", ImmutableArray.Create<DimExpr>(2, 2)), ("value", -1.5), ("dtype", DType.BF16))));
        Same(torch.tensor(7L), Apply(Op.Dim, Attributes.Of(("value", (DimExpr)7))));
    }

    [Fact]
    public void Division_of_integers_by_zero_is_an_error()
    {
        NdArray x = NdArray.FromIntegers(DType.I32, [1], 7), zero = new(DType.I32, 1);
        foreach (OpDef op in new[] { Op.Div, Op.FloorDivide, Op.Rem })
        {
            Assert.Equal($"{op.Name}: integer division by zero", Assert.Throws<EvaluationException>(() => Apply(op, Attributes.None, x, zero)).Message);
        }
    }

    [Fact]
    public void Extern_calls_go_to_the_callback_and_nowhere_else()
    {
        Attributes call = Attributes.Of(("callee", "twice"), ("types", ImmutableArray.Create(TensorType.Of(DType.F32, 4, 3))), ("pure", true));
        Assert.Equal("no one can run the extern call twice", Assert.Throws<EvaluationException>(() => Apply(Op.Extern, call, Table)).Message);
        NdArray doubled = Assert.Single(new Evaluator((node, x) => [Apply(Op.Add, Attributes.None, x[0], x[0])]).Apply(Op.Extern, call, Table));
        Assert.Equal(Table.ToFloats().Select(v => 2 * v), doubled.ToFloats());
    }

    // Values of the error function to 17 digits: NIST Digital Library of Mathematical Functions, table 7.23.
    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1e-10, 1.1283791670955126e-10)]
    [InlineData(0.5, 0.52049987781304654)]
    [InlineData(0.99, 0.83850806955536981)]
    [InlineData(1.0, 0.84270079294971487)]
    [InlineData(1.5, 0.96610514647531073)]
    [InlineData(2.0, 0.99532226501895273)]
    [InlineData(3.0, 0.99997790950300141)]
    [InlineData(7.0, 1.0)]
    public void Erf_is_accurate_to_float64(double x, double expected)
    {
        Assert.InRange(Math.Abs(SpecialFunctions.Erf(x) - expected), 0, 3e-16 * expected);
        Assert.Equal(-SpecialFunctions.Erf(x), SpecialFunctions.Erf(-x));
    }

    [Fact]
    public void Erf_expm1_and_log1p_equal_libtorch_everywhere()
    {
        double[] x = [.. Enumerable.Range(-4000, 8001).Select(i => i / 500.0), 1e-12, -1e-12, 1e-300, -0.99999999];
        torch.Tensor t = torch.tensor(x);
        foreach ((Func<double, double> ours, torch.Tensor theirs) in new[] { (SpecialFunctions.Erf, t.erf()), (SpecialFunctions.Expm1, t.expm1()), ((Func<double, double>)SpecialFunctions.Log1p, t.log1p()) })
        {
            double[] expected = EagerCase.FromTorch(theirs).ToFloats();
            for (int i = 0; i < x.Length; i++)
            {
                double actual = ours(x[i]);
                Assert.True(actual.Equals(expected[i]) || Math.Abs(actual - expected[i]) <= 1e-15 * Math.Abs(expected[i]), $"{x[i]:R}: {actual:R} instead of {expected[i]:R}");
            }
        }
    }

    [Fact]
    public void Every_half_survives_and_rounding_is_to_nearest_even()
    {
        foreach (DType type in new[] { DType.F16, DType.BF16 })
        {
            byte[] bits = [.. Enumerable.Range(0, 65536).SelectMany(i => BitConverter.GetBytes((ushort)i))];
            var all = new NdArray(type, [65536], bits);
            Assert.Equal(EagerCase.FromTorch(EagerCase.ToTorch(all).to_type(torch.ScalarType.Float64)).ToFloats(), all.ToFloats());
            double[] between = [.. all.ToFloats().Where(double.IsFinite).SelectMany(v => new[] { v * (1 + Math.Pow(2, -11)), v * 1.003, v + 1e-6 }).Select(v => (double)(float)v)];
            NdArray rounded = NdArray.FromFloats(type, [between.Length], between);
            Assert.Equal(EagerCase.FromTorch(torch.tensor(between, dtype: torch.float32).to_type(EagerCase.ToTorch(type))).ToFloats(), rounded.ToFloats());
        }
    }

    [Fact]
    public void Numbers_are_converted_as_in_libtorch()
    {
        Assert.Equal(-3, ScalarValue.Of(DType.I32, -3.9).Integer);
        Assert.Equal(-56, ScalarValue.Of(DType.I8, 200L).Integer);
        Assert.Equal(255, ScalarValue.Of(DType.U8, -1L).Integer);
        Assert.Equal(16777216.0, ScalarValue.Of(DType.F32, 16777217L).Float);
        Assert.True(ScalarValue.Of(DType.Bool, double.NaN).IsTrue);
        Assert.True(ScalarValue.Of(DType.Bool, 0.25).IsTrue);
        Assert.False(ScalarValue.Of(DType.Bool, -0.0).IsTrue);
        Assert.Equal(int.MinValue, ScalarSemantics.Apply(ScalarOp.Neg, DType.I32, ScalarValue.Of(DType.I32, (long)int.MinValue)).Integer);
        Assert.Equal(long.MinValue, ScalarSemantics.Apply(ScalarOp.Div, DType.I64, ScalarValue.Of(DType.I64, long.MinValue), ScalarValue.Of(DType.I64, -1L)).Integer);
    }
}
