using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>Elementwise ops, and composites that are elementwise.</summary>
internal static class LaneRecipes
{
    /// <summary>Functions and the bounds of their results; the others keep the bounds of their operand.</summary>
    private static readonly Dictionary<ScalarOp, Func<Operand, (double, double)>> Bounds = new()
    {
        [ScalarOp.Exp] = x => (Math.Exp(x.Low), Math.Exp(x.High)),
        [ScalarOp.Expm1] = x => (-1, Math.Exp(x.High)),
        [ScalarOp.Log] = x => (-4, Math.Max(1, Math.Log(x.High))),
        [ScalarOp.Log1p] = x => (-4, Math.Max(1, Math.Log(1 + x.High))),
        [ScalarOp.Sqrt] = x => (0, Math.Sqrt(x.High)),
        [ScalarOp.Rsqrt] = x => (0, 5),
        [ScalarOp.Sigmoid] = _ => (0, 1),
        [ScalarOp.Tanh] = _ => (-1, 1),
        [ScalarOp.Erf] = _ => (-1, 1),
        [ScalarOp.Sin] = _ => (-1, 1),
        [ScalarOp.Cos] = _ => (-1, 1),
        [ScalarOp.Sign] = _ => (-1, 1),
        [ScalarOp.Neg] = x => (-x.High, -x.Low),
        [ScalarOp.Abs] = x => (Math.Max(0, x.Low), x.Size),
        [ScalarOp.Floor] = x => (x.Low - 1, x.High),
        [ScalarOp.Ceil] = x => (x.Low, x.High + 1),
        [ScalarOp.Add] = x => (2 * x.Low, 2 * x.High),
    };

    private static readonly Dictionary<string, Func<GraphGenerator, Attributes>> CompositeAttributes = new()
    {
        ["softplus"] = _ => Attributes.Of(("beta", 1.0), ("threshold", 20.0)),
        ["leaky_relu"] = _ => Attributes.Of(("slope", 0.125)),
        ["elu"] = _ => Attributes.Of(("alpha", 1.5)),
        ["clamp"] = g => g.Chance(0.3) ? Attributes.Of(("min", -1.0)) : Attributes.Of(("min", -1.5), ("max", 0.75)),
        ["gelu"] = g => Attributes.Of(("tanh", g.Chance(0.5))),
    };

    public static IEnumerable<Recipe> Rows { get; } =
    [
        .. Op.Rows.Where(op => op.Family == OpFamily.Elementwise && op.MaxOperands == 1 && op != Op.Cast).Select(op => new Recipe(op, 3, g => Unary(g, op))),
        .. Op.Rows.Where(op => op.Family == OpFamily.Elementwise && op.MaxOperands == 2).Select(op => new Recipe(op, Weight(op), g => Binary(g, op))),
        .. Composites().Select(op => new Recipe(op, 2, g => Composite(g, op))),
        new(Op.Where, 8, Where),
        new(Op.Cast, 8, Cast),
    ];

    private static int Weight(OpDef op) => op.Scalar is ScalarOp.Add or ScalarOp.Mul or ScalarOp.Sub ? 12 : op.Scalar is ScalarOp.Div or ScalarOp.Max or ScalarOp.Min ? 5 : 2;

    // One operand, and the result has its type whatever the shape is.
    private static IEnumerable<OpDef> Composites() => Op.Rows.Where(op => op.Family == OpFamily.Composite && op.MaxOperands == 1
        && op.Attributes.All(a => a.Type == typeof(double) || a.Name == "tanh"));

    private static void Unary(GraphGenerator g, OpDef op)
    {
        ScalarOp scalar = op.Scalar!.Value;
        if (g.TryPick(o => ScalarSemantics.IsDefined(scalar, o.Type.Category()) && !(o.Type == DType.Bool && scalar is ScalarOp.Neg)) is not { } x)
        {
            return;
        }

        if (x.Type.IsFloat() && !g.Chance(0.05))
        {
            x = scalar switch
            {
                ScalarOp.Exp or ScalarOp.Expm1 => g.Tame(x, 8),
                ScalarOp.Sin or ScalarOp.Cos => g.Tame(x, 50),
                ScalarOp.Log or ScalarOp.Log1p or ScalarOp.Sqrt or ScalarOp.Rsqrt => g.Positive(x),
                _ => x,
            };
        }

        (double low, double high) = Bounds.TryGetValue(scalar, out var bounds) ? bounds(x) : (x.Low, x.High);
        g.Apply(op, low, high, x);
    }

    private static void Binary(GraphGenerator g, OpDef op)
    {
        ScalarOp scalar = op.Scalar!.Value;
        if (g.TryPick(o => ScalarSemantics.IsDefined(scalar, o.Type.Category()) && !(o.Type == DType.Bool && !IsLogical(op))) is not { } x)
        {
            return;
        }

        // Another value of a shape that fits, a constant, a host number, or a new input.
        Operand y = g.Random.Next(6) switch
        {
            0 => x.Type.IsFloat() ? g.Constant(g.OneOf(0.0, 1, -1, 0.5, 2, 3.7), x.Type) : g.Constant(g.OneOf(1.0, 1, 2), x.Type),
            1 when g.Chance(0.3) && x.Type is DType.F32 or DType.F64 => HostNumber(g, x.Type),
            2 => g.Input(x.Type, g.Relative(x.Shape)),
            _ => g.TryPick(o => o.Type == x.Type && GraphGenerator.Broadcasts(o.Shape, x.Shape)
                && GraphGenerator.IsSmall(GraphGenerator.Elements(o.Shape) > GraphGenerator.Elements(x.Shape) ? o.Shape : x.Shape)) ?? x,
        };
        if (g.Chance(0.3) && GraphGenerator.Elements(y.Shape) > 1)
        {
            (x, y) = (y, x);
        }

        double limit = x.Type switch { DType.F16 => 100, DType.BF16 or DType.F32 or DType.F64 => 1e4, DType.I64 or DType.I32 => 1e4, _ => 10 };
        switch (scalar)
        {
            case ScalarOp.Mul:
                (x, y) = (g.Tame(x, limit), g.Tame(y, limit));
                break;
            case ScalarOp.Div or ScalarOp.FloorDiv or ScalarOp.Rem:
                (x, y) = (g.Tame(x, limit), x.Type == DType.Bool ? y : g.Positive(y));
                break;
            case ScalarOp.Pow:
                (x, y) = x.Type.IsFloat() ? (g.Positive(g.Tame(x, 4)), g.Tame(y, 3)) : (g.Tame(x, 3), g.Apply(Op.Clamp, Attributes.Of(("min", 0.0), ("max", 3.0)), 0, 3, y));
                break;
        }

        (double low, double high) = scalar switch
        {
            ScalarOp.Add => (x.Low + y.Low, x.High + y.High),
            ScalarOp.Sub => (x.Low - y.High, x.High - y.Low),
            ScalarOp.Mul => Hull(x.Low * y.Low, x.Low * y.High, x.High * y.Low, x.High * y.High),
            ScalarOp.Div or ScalarOp.FloorDiv => Hull(x.Size * -20 - 1, x.Size * 20),
            ScalarOp.Rem => (0, y.Size),
            ScalarOp.Pow => (0, x.Type.IsFloat() ? 1e5 : 27),
            ScalarOp.Atan2 => (-4, 4),
            ScalarOp.And or ScalarOp.Or or ScalarOp.Xor => Hull(-2 * Math.Max(x.Size, y.Size) - 1, (2 * Math.Max(x.Size, y.Size)) + 1),
            _ => Hull(x.Low, x.High, y.Low, y.High),
        };
        g.Apply(op, low, high, x, y);
    }

    private static bool IsLogical(OpDef op) => op.Scalar is ScalarOp.And or ScalarOp.Or or ScalarOp.Xor or ScalarOp.Eq or ScalarOp.Ne;

    private static Operand HostNumber(GraphGenerator g, DType type)
    {
        Operand number = g.HostNumber(g.Chance(0.7) ? DType.F64 : DType.I64);
        return number.Type == type ? number : g.Apply(Op.Cast, Attributes.Of(("dtype", type)), number.Low, number.High, number);
    }

    private static (double, double) Hull(params double[] values) =>
        values.Any(double.IsNaN) ? (double.NegativeInfinity, double.PositiveInfinity) : (values.Min(), values.Max());

    private static void Composite(GraphGenerator g, OpDef op)
    {
        bool isInteger = op == Op.Relu || op == Op.Square || op == Op.Clamp;
        if (g.TryPick(o => o.Type.IsFloat() || (isInteger && o.Type.IsInteger())) is { } x)
        {
            x = op == Op.Reciprocal ? g.Positive(x) : g.Tame(x, op == Op.Elu || op == Op.Softplus || op == Op.Mish ? 8 : 50);
            double size = op == Op.Square ? x.Size * x.Size : op == Op.Elu ? 1e4 : Math.Max(20, x.Size + 2);
            g.Apply(op, CompositeAttributes.TryGetValue(op.Name, out var attributes) ? attributes(g) : Attributes.None, -size, size, x);
        }
    }

    private static void Where(GraphGenerator g)
    {
        Operand x = g.TryPick(_ => true)!;
        Operand condition = g.TryPick(o => o.Type == DType.Bool && GraphGenerator.Broadcasts(o.Shape, x.Shape)) is { } found && g.Chance(0.6) ? found
            : x.Type.IsFloat() && g.Chance(0.5) ? g.Apply(Op.Gt, 0, 1, x, g.Constant(g.OneOf(0.0, 0.3), x.Type))
            : g.Input(DType.Bool, g.Relative(x.Shape), 'm');
        Operand other = g.TryPick(o => o.Type == x.Type && GraphGenerator.Broadcasts(o.Shape, x.Shape) && GraphGenerator.Broadcasts(o.Shape, condition.Shape)) is { } y && g.Chance(0.6)
            ? y : g.Constant(x.Type.IsFloat() && g.Chance(0.3) ? double.NegativeInfinity : 1, x.Type);
        (Operand a, Operand b) = g.Chance(0.7) ? (x, other) : (other, x);
        (double low, double high) = (Math.Min(a.Low, b.Low), Math.Max(a.High, b.High));
        g.Apply(Op.Where, low, high, condition, a, b);
    }

    private static void Cast(GraphGenerator g)
    {
        if (g.TryPick(o => !double.IsInfinity(o.Size)) is not { } x)
        {
            return;
        }

        // What an integer type cannot hold is unspecified.
        DType to = g.OneOf([.. DTypes.All]);
        bool isHeld = to switch
        {
            DType.U8 => x.Low >= 0 && x.High < 255,
            DType.I8 => x.Size < 127,
            DType.I16 => x.Size < 3e4,
            DType.F16 => x.Size < 1e3,
            DType.I32 or DType.I64 => x.Size < 1e9,
            _ => true,
        };
        if (isHeld || (!x.Type.IsFloat() && to.IsInteger()))
        {
            g.Apply(Op.Cast, Attributes.Of(("dtype", to)), x.Low, x.High, x);
        }
    }
}
