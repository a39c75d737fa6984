using System.Collections.Frozen;

namespace DlAot.Ir;

/// <summary>
/// The table of what each <see cref="ScalarOp"/> computes on one lane. Floats are computed in float64 and rounded to the dtype once
/// per op; integers are computed in i64 and wrapped; predicates give bool. Every interpreter uses it and every back end is compared
/// with it.
/// </summary>
public static class ScalarSemantics
{
    // Columns: what it does on floats, what it does on integers and bools (null: not defined on them).
    private static readonly FrozenDictionary<ScalarOp, Row> Rows = new Dictionary<ScalarOp, Row>
    {
        [ScalarOp.Exp] = Unary(Math.Exp),
        [ScalarOp.Expm1] = Unary(SpecialFunctions.Expm1),
        [ScalarOp.Log] = Unary(Math.Log),
        [ScalarOp.Log1p] = Unary(SpecialFunctions.Log1p),
        [ScalarOp.Sqrt] = Unary(Math.Sqrt),
        [ScalarOp.Rsqrt] = Unary(x => 1 / Math.Sqrt(x)),
        [ScalarOp.Sin] = Unary(Math.Sin),
        [ScalarOp.Cos] = Unary(Math.Cos),
        [ScalarOp.Tanh] = Unary(Math.Tanh),
        [ScalarOp.Erf] = Unary(SpecialFunctions.Erf),
        [ScalarOp.Sigmoid] = Unary(x => 1 / (1 + Math.Exp(-x))),
        [ScalarOp.Floor] = Unary(Math.Floor),
        [ScalarOp.Ceil] = Unary(Math.Ceiling),
        [ScalarOp.Round] = Unary(x => Math.Round(x, MidpointRounding.ToEven)),
        [ScalarOp.Trunc] = Unary(Math.Truncate),
        [ScalarOp.Neg] = Unary(x => -x, x => unchecked(-x)),
        [ScalarOp.Abs] = Unary(Math.Abs, x => x < 0 ? unchecked(-x) : x),

        // NaN has no sign: torch.sign gives 0 for it.
        [ScalarOp.Sign] = Unary(x => x > 0 ? 1 : x < 0 ? -1 : 0, x => Math.Sign(x)),
        [ScalarOp.IsNan] = Unary(x => double.IsNaN(x) ? 1 : 0, _ => 0),
        [ScalarOp.Add] = Binary((x, y) => x + y, (x, y) => unchecked(x + y)),
        [ScalarOp.Sub] = Binary((x, y) => x - y, (x, y) => unchecked(x - y)),
        [ScalarOp.Mul] = Binary((x, y) => x * y, (x, y) => unchecked(x * y)),

        // An integer division by zero throws, as it does in libtorch.
        [ScalarOp.Div] = Binary((x, y) => x / y, (x, y) => y == -1 ? unchecked(-x) : x / y),
        [ScalarOp.FloorDiv] = Binary(FloorDivide, (x, y) => y == -1 ? unchecked(-x) : x % y != 0 && (x < 0) != (y < 0) ? (x / y) - 1 : x / y),
        [ScalarOp.Rem] = Binary(Remainder, (x, y) => y == -1 ? 0 : ((x % y) + y) % y),
        [ScalarOp.Pow] = Binary(Math.Pow, Power),
        [ScalarOp.Max] = Binary(Math.Max, Math.Max),
        [ScalarOp.Min] = Binary(Math.Min, Math.Min),
        [ScalarOp.Atan2] = Binary(Math.Atan2, null),
        [ScalarOp.And] = Binary(null, (x, y) => x & y),
        [ScalarOp.Or] = Binary(null, (x, y) => x | y),
        [ScalarOp.Xor] = Binary(null, (x, y) => x ^ y),
        [ScalarOp.Eq] = Predicate((x, y) => x == y, (x, y) => x == y),
        [ScalarOp.Ne] = Predicate((x, y) => x != y, (x, y) => x != y),
        [ScalarOp.Lt] = Predicate((x, y) => x < y, (x, y) => x < y),
        [ScalarOp.Le] = Predicate((x, y) => x <= y, (x, y) => x <= y),
        [ScalarOp.Gt] = Predicate((x, y) => x > y, (x, y) => x > y),
        [ScalarOp.Ge] = Predicate((x, y) => x >= y, (x, y) => x >= y),
    }.ToFrozenDictionary();

    /// <summary>True when the op is defined on operands of the category (Select and Cast are on all).</summary>
    public static bool IsDefined(ScalarOp op, DTypeCategory category) => op switch
    {
        ScalarOp.Select or ScalarOp.Cast => true,
        ScalarOp.Not => category != DTypeCategory.Float,
        _ => category == DTypeCategory.Float ? Rows[op].OnFloats is not null : Rows[op].OnIntegers is not null,
    };

    /// <summary>The result of an op, of the given dtype (predicates: bool), on operands.</summary>
    /// <exception cref="ArgumentException">The op is not defined on the operands' dtype.</exception>
    /// <exception cref="DivideByZeroException">An integer division by zero.</exception>
    public static ScalarValue Apply(ScalarOp op, DType type, params ReadOnlySpan<ScalarValue> operands)
    {
        ScalarValue x = operands[0], y = operands[^1];
        if (!IsDefined(op, x.Type.Category()) || operands.Length != op.Arity())
        {
            throw new ArgumentException($"{op} is not defined on {operands.Length} operand(s) of {x.Type.Name()}");
        }

        return op switch
        {
            ScalarOp.Cast => x.ConvertTo(type),
            ScalarOp.Select => x.IsTrue ? operands[1] : operands[2],
            ScalarOp.Not => x.Type == DType.Bool ? ScalarValue.Of(!x.IsTrue) : ScalarValue.Of(type, ~x.Integer),
            _ when x.Type.IsFloat() => ScalarValue.Of(type, Rows[op].OnFloats!(x.Float, y.Float)),
            _ => ScalarValue.Of(type, Rows[op].OnIntegers!(x.Integer, y.Integer)),
        };
    }

    private static Row Unary(Func<double, double> onFloats, Func<long, long>? onIntegers = null) =>
        new((x, _) => onFloats(x), onIntegers is null ? null : (x, _) => onIntegers(x));

    private static Row Binary(Func<double, double, double>? onFloats, Func<long, long, long>? onIntegers) => new(onFloats, onIntegers);

    private static Row Predicate(Func<double, double, bool> onFloats, Func<long, long, bool> onIntegers) =>
        new((x, y) => onFloats(x, y) ? 1 : 0, (x, y) => onIntegers(x, y) ? 1 : 0);

    // As torch.remainder: C's fmod, moved to the sign of the divisor.
    private static double Remainder(double x, double y)
    {
        double r = x % y;
        return r != 0 && (y < 0) != (r < 0) ? r + y : r;
    }

    // As torch.floor_divide (c10/util/generic_math.h, div_floor_floating), after Python's float division.
    private static double FloorDivide(double x, double y)
    {
        if (y == 0)
        {
            return x / y;
        }

        double r = x % y;
        double quotient = (x - r) / y;
        quotient = r != 0 && (y < 0) != (r < 0) ? quotient - 1 : quotient;
        if (quotient == 0)
        {
            return Math.CopySign(0, x / y);
        }

        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    // By squaring, wrapping; a negative exponent gives the truncated reciprocal.
    private static long Power(long x, long n)
    {
        if (n < 0)
        {
            return x == 1 ? 1 : x == -1 ? (n % 2 == 0 ? 1 : -1) : 0;
        }

        long result = 1;
        for (; n > 0; n >>= 1)
        {
            result = (n & 1) == 1 ? unchecked(result * x) : result;
            x = unchecked(x * x);
        }

        return result;
    }

    private sealed record Row(Func<double, double, double>? OnFloats, Func<long, long, long>? OnIntegers);
}
