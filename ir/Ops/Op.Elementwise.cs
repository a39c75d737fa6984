using System.Collections.Immutable;

namespace DlAot.Ir;

public static partial class Op
{
    // Operands broadcast and have one dtype (the front end inserts casts); predicates give bool.
    public static readonly OpDef Exp = Lane(ScalarOp.Exp, "e to the x");
    public static readonly OpDef Expm1 = Lane(ScalarOp.Expm1, "exp(x) - 1 without cancellation");
    public static readonly OpDef Log = Lane(ScalarOp.Log, "natural logarithm");
    public static readonly OpDef Log1p = Lane(ScalarOp.Log1p, "log(1 + x) without cancellation");
    public static readonly OpDef Sqrt = Lane(ScalarOp.Sqrt, "square root");
    public static readonly OpDef Rsqrt = Lane(ScalarOp.Rsqrt, "1 / sqrt(x)");
    public static readonly OpDef Sin = Lane(ScalarOp.Sin, "sine of radians");
    public static readonly OpDef Cos = Lane(ScalarOp.Cos, "cosine of radians");
    public static readonly OpDef Tanh = Lane(ScalarOp.Tanh, "hyperbolic tangent");
    public static readonly OpDef Erf = Lane(ScalarOp.Erf, "error function");
    public static readonly OpDef Sigmoid = Lane(ScalarOp.Sigmoid, "1 / (1 + exp(-x))");
    public static readonly OpDef Floor = Lane(ScalarOp.Floor, "round toward minus infinity");
    public static readonly OpDef Ceil = Lane(ScalarOp.Ceil, "round toward plus infinity");
    public static readonly OpDef Round = Lane(ScalarOp.Round, "round to nearest, ties to even");
    public static readonly OpDef Trunc = Lane(ScalarOp.Trunc, "round toward zero");
    public static readonly OpDef Neg = Lane(ScalarOp.Neg, "-x");
    public static readonly OpDef Abs = Lane(ScalarOp.Abs, "absolute value");
    public static readonly OpDef Sign = Lane(ScalarOp.Sign, "-1, 0 or 1");
    public static readonly OpDef Not = Lane(ScalarOp.Not, "logical or bitwise complement");
    public static readonly OpDef IsNan = Lane(ScalarOp.IsNan, "x is not a number");
    public static readonly OpDef Add = Lane(ScalarOp.Add, "x + y");
    public static readonly OpDef Sub = Lane(ScalarOp.Sub, "x - y");
    public static readonly OpDef Mul = Lane(ScalarOp.Mul, "x * y");
    public static readonly OpDef Div = Lane(ScalarOp.Div, "x / y, true division on floats");
    public static readonly OpDef FloorDivide = Lane(ScalarOp.FloorDiv, "x / y rounded down", "floordiv");
    public static readonly OpDef Rem = Lane(ScalarOp.Rem, "remainder with the sign of the divisor");
    public static readonly OpDef Pow = Lane(ScalarOp.Pow, "x to the y");
    public static readonly OpDef Maximum = Lane(ScalarOp.Max, "larger operand, NaN wins", "maximum");
    public static readonly OpDef Minimum = Lane(ScalarOp.Min, "smaller operand, NaN wins", "minimum");
    public static readonly OpDef Atan2 = Lane(ScalarOp.Atan2, "angle of the point (y, x)");
    public static readonly OpDef And = Lane(ScalarOp.And, "logical or bitwise and");
    public static readonly OpDef Or = Lane(ScalarOp.Or, "logical or bitwise or");
    public static readonly OpDef Xor = Lane(ScalarOp.Xor, "logical or bitwise exclusive or");
    public static readonly OpDef Eq = Lane(ScalarOp.Eq, "x == y");
    public static readonly OpDef Ne = Lane(ScalarOp.Ne, "x != y");
    public static readonly OpDef Lt = Lane(ScalarOp.Lt, "x < y");
    public static readonly OpDef Le = Lane(ScalarOp.Le, "x <= y");
    public static readonly OpDef Gt = Lane(ScalarOp.Gt, "x > y");
    public static readonly OpDef Ge = Lane(ScalarOp.Ge, "x >= y");

    public static readonly OpDef Where = new(
        "where", OpFamily.Elementwise, 3, 3, [], c =>
        {
            if (c[0].DType != DType.Bool || c[1].DType != c[2].DType)
            {
                throw c.Error($"needs (bool, t, t), got ({c[0].DType.Name()}, {c[1].DType.Name()}, {c[2].DType.Name()})");
            }

            return One(c[1].DType, c.Broadcast(c.Operands.Select(o => o.Shape)));
        }, EffectClass.Pure, ScalarOp.Select, null, "x where the condition holds, else y");

    public static readonly OpDef Cast = new(
        "cast", OpFamily.Elementwise, 1, 1, [A<DType>("dtype")], c => One(c[0] with { DType = c.Attributes.Get<DType>("dtype") }),
        EffectClass.Pure, ScalarOp.Cast, null, "conversion of every element; float to integer truncates");

    public static readonly OpDef Clone = Copy("clone", "a copy with storage of its own, in the operand's order of dimensions");
    public static readonly OpDef Contiguous = Copy("contiguous", "the operand if it is stored in row-major order, else a copy that is");

    // What a copy is shows only in outputs: their storage and strides.
    private static OpDef Copy(string name, string summary) =>
        new(name, OpFamily.Elementwise, 1, 1, [], c => One(c[0]), EffectClass.Pure, ScalarOp.Cast, null, summary);

    private static OpDef Lane(ScalarOp scalar, string summary, string? name = null) => new(
        name ?? scalar.ToString().ToLowerInvariant(), OpFamily.Elementwise, scalar.Arity(), scalar.Arity(), [], LaneType, EffectClass.Pure, scalar, null, summary);

    private static ImmutableArray<TensorType> LaneType(TypeRuleContext c)
    {
        DType type = c[0].DType;
        ScalarOp scalar = c.Op.Scalar!.Value;
        if (c.Operands.Any(o => o.DType != type))
        {
            throw c.Error($"operands have different dtypes: {string.Join(", ", c.Operands.Select(o => o.DType.Name()))}");
        }

        // torch refuses to subtract or negate bools.
        if (!ScalarSemantics.IsDefined(scalar, type.Category()) || (type == DType.Bool && (scalar is ScalarOp.Sub or ScalarOp.Neg)))
        {
            throw c.Error($"is not defined on {type.Name()}");
        }

        return One(scalar.IsPredicate() ? DType.Bool : type, c.Broadcast(c.Operands.Select(o => o.Shape)));
    }
}
