using DlAot.Ir.Kernels;

namespace DlAot.Ir.Reference;

/// <summary>
/// One reduction in progress. Float sums and products accumulate in float64 and are rounded to the result's dtype at the end; integer
/// ones wrap; Max and Min let NaN win; ArgMax and ArgMin give the first position, that of the first NaN if there is one.
/// </summary>
internal sealed class Accumulator(ReduceKind kind, DType result)
{
    private readonly DType working = result.IsFloat() ? DType.F64 : result;
    private ScalarValue? value;
    private long count;
    private long best;

    public void Add(ScalarValue x)
    {
        switch (kind)
        {
            case ReduceKind.ArgMax or ReduceKind.ArgMin:
                if (value is not { } held || Beats(x, held))
                {
                    (value, best) = (x, count);
                }

                break;
            case ReduceKind.Any or ReduceKind.All:
                value = Combine(value ?? Identity(), ScalarValue.Of(x.IsTrue));
                break;
            default:
                value = Combine(value ?? Identity(), x.ConvertTo(working));
                break;
        }

        count++;
    }

    /// <summary>Of no elements: 0, 1, minus or plus infinity (for integers the extreme values), false, true, position 0.</summary>
    public ScalarValue Result() => kind is ReduceKind.ArgMax or ReduceKind.ArgMin
        ? ScalarValue.Of(DType.I64, best)
        : (value ?? Identity()).ConvertTo(result);

    private ScalarValue Combine(ScalarValue a, ScalarValue b) => ScalarSemantics.Apply(
        kind switch
        {
            ReduceKind.Sum => ScalarOp.Add,
            ReduceKind.Product => ScalarOp.Mul,
            ReduceKind.Max => ScalarOp.Max,
            ReduceKind.Min => ScalarOp.Min,
            ReduceKind.Any => ScalarOp.Or,
            _ => ScalarOp.And,
        }, a.Type, a, b);

    private bool Beats(ScalarValue x, ScalarValue held) => !double.IsNaN(held.Float) &&
        (double.IsNaN(x.Float) || ScalarSemantics.Apply(kind == ReduceKind.ArgMax ? ScalarOp.Gt : ScalarOp.Lt, DType.Bool, x, held).IsTrue);

    private ScalarValue Identity() => kind switch
    {
        ReduceKind.Sum => ScalarValue.Of(working, 0L),
        ReduceKind.Product => ScalarValue.Of(working, 1L),
        ReduceKind.Max => Extreme(-1),
        ReduceKind.Min => Extreme(1),
        _ => ScalarValue.Of(kind == ReduceKind.All),
    };

    private ScalarValue Extreme(int sign)
    {
        if (working.IsFloat())
        {
            return ScalarValue.Of(working, sign * double.PositiveInfinity);
        }

        int bits = working.Size() * 8;
        (long low, long high) = working switch
        {
            DType.Bool => (0, 1),
            DType.U8 => (0, 255),
            _ => (long.MinValue >> (64 - bits), long.MaxValue >> (64 - bits)),
        };
        return ScalarValue.Of(working, sign < 0 ? low : high);
    }
}
