using System.Collections.Immutable;
using DlAot.CodeGen.Cpu.Emission;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Kernels;

/// <summary>Every scalar op on every dtype, at special values and at many ordinary ones, against the table of their meaning.</summary>
public sealed class CpuScalarTests
{
    private const int Count = 300;

    private static readonly double[] Special =
        [0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 7, -7, 0.1, 100, -100, 1e-3, 65504, 1e-7, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    public static TheoryData<DType> Types() => [.. DTypes.All];

    [Fact]
    public void Every_op_has_a_row() => Assert.Equal(Enum.GetValues<ScalarOp>().Order(), ScalarRows.Covered.Order());

    [Fact]
    public void A_row_is_defined_on_what_the_table_of_meanings_is_defined_on()
    {
        foreach (ScalarOp op in Enum.GetValues<ScalarOp>().Except([ScalarOp.Select, ScalarOp.Cast]))
        {
            foreach (DTypeCategory category in Enum.GetValues<DTypeCategory>())
            {
                Assert.True(ScalarSemantics.IsDefined(op, category) == (ScalarRows.Find(op, category) is not null), $"{op} on {category}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_op(DType type)
    {
        List<CpuCase> cases = [];
        foreach (ScalarOp op in Enum.GetValues<ScalarOp>().Where(op => op is not (ScalarOp.Cast or ScalarOp.Select) && ScalarSemantics.IsDefined(op, type.Category())))
        {
            ExprPool p = new();
            Expr i = p.Var("i0"), x = p.Load(0, type, i), y = p.Load(1, type, i);
            Expr value = op.Arity() == 1 ? p.Op(op, op.IsPredicate() ? DType.Bool : type, x) : p.Op(op, op.IsPredicate() ? DType.Bool : type, x, y);
            cases.Add(CaseOf($"{op}_{type}", value, type, ToleranceOf(op, type), (buffer, t, count) => Fill(buffer, t, count, op)));
        }

        CpuHarness.Check(cases);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_cast_and_select(DType type)
    {
        List<CpuCase> cases = [];
        foreach (DType to in DTypes.All)
        {
            ExprPool p = new();
            Expr x = p.Load(0, type, p.Var("i0"));
            cases.Add(CaseOf($"cast_{type}_{to}", p.Cast(x, to), type, 0, (buffer, t, count) => Fill(buffer, t, count, to.IsFloat() || to == DType.Bool ? null : ScalarOp.Cast)));
        }

        ExprPool q = new();
        Expr i = q.Var("i0"), a = q.Load(0, type, i), b = q.Load(1, type, i);
        cases.Add(CaseOf($"select_{type}", q.Op(ScalarOp.Select, type, q.Op(ScalarOp.Lt, DType.Bool, a, b), a, b), type, 0, (buffer, t, count) => Fill(buffer, t, count, null)));
        cases.Add(CaseOf($"constant_{type}", q.Op(ScalarOp.Select, type, q.Op(ScalarOp.Lt, DType.Bool, a, b), q.Const(type, 1.3), a), type, 0, (buffer, t, count) => Fill(buffer, t, count, null)));
        CpuHarness.Check(cases);
    }

    // Elementary functions are within 4 ulp of the true value, all else is the same number. The halves' own rounding is in both.
    private static double ToleranceOf(ScalarOp op, DType type) => !type.IsFloat() || op is ScalarOp.Neg or ScalarOp.Abs or ScalarOp.Sign or ScalarOp.Add or ScalarOp.Sub or ScalarOp.Mul or ScalarOp.Div
        or ScalarOp.Sqrt or ScalarOp.Floor or ScalarOp.Ceil or ScalarOp.Round or ScalarOp.Trunc or ScalarOp.Max or ScalarOp.Min or ScalarOp.Rem or ScalarOp.FloorDiv || op.IsPredicate()
        ? 0
        : type switch { DType.F64 => 1e-15, DType.F32 => 5e-7, DType.F16 => 1e-3, _ => 8e-3 };

    private static CpuCase CaseOf(string name, Expr value, DType type, double tolerance, Func<int, DType, long, NdArray> fill) => new(
        new(
            name, [new("x", type, Count, false), new("y", type, Count, false), new("z", value.Type, Count, true)], [],
            [new LoopPhase([Count], [], [new Store(2, new Expr.Var("i0"), value)])], [], new Schedule(), []),
        [[]], tolerance, fill);

    private static NdArray Fill(int buffer, DType type, long count, ScalarOp? op)
    {
        NdArray array = CpuHarness.Small(buffer, type, count);
        for (int i = 0; i < count && buffer < 2; i++)
        {
            if (type.IsFloat() && i < Special.Length * 4)
            {
                // A conversion to an integer is defined on what fits.
                double value = Special[(buffer == 0 ? i : i + (i / Special.Length)) % Special.Length];
                value = op == ScalarOp.Log1p && double.IsNegativeInfinity(value) ? -0.5 : value; // the table gives -inf there, C99 gives NaN
                array[i] = ScalarValue.Of(type, op == ScalarOp.Cast && (!double.IsFinite(value) || Math.Abs(value) > 1000) ? 7.7 : value);
            }
            else if (!type.IsFloat() && buffer == 1 && op is ScalarOp.Div or ScalarOp.FloorDiv or ScalarOp.Rem && array[i].Integer == 0)
            {
                array[i] = ScalarValue.Of(type, 1);
            }
        }

        return array;
    }
}
