using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes.Simplification;

/// <summary>Numbers. Constants stand right (see <see cref="Canonicalize"/>).</summary>
internal static class ArithmeticRules
{
    public static ImmutableArray<(OpDef Op, Rule Rule)> Rows { get; } =
    [
        // x + (-0) => x; on integers x + 0 => x. On floats x + 0 is not x for x = -0.
        (Op.Add, (n, _) => RightIs(n, v => v == 0 && (!n.Result.DType.IsFloat() || double.IsNegative(v)))),

        // x - 0 => x; on floats only for +0
        (Op.Sub, (n, _) => RightIs(n, v => v == 0 && (!n.Result.DType.IsFloat() || !double.IsNegative(v)))),

        // x * 1 => x, x / 1 => x, x ^ 1 => x
        (Op.Mul, (n, _) => RightIs(n, v => v == 1)),
        (Op.Div, (n, _) => RightIs(n, v => v == 1)),
        (Op.FloorDivide, (n, _) => n.Result.DType.IsFloat() ? null : RightIs(n, v => v == 1)),
        (Op.Pow, (n, _) => RightIs(n, v => v == 1)),

        // x * -1 => -x
        (Op.Mul, (n, e) => n.Result.DType.IsFloat() && RightIs(n, v => v == -1) is { } x ? Same(n, e, Op.Neg, x) : null),

        // x ^ 2 => x * x
        (Op.Pow, (n, e) => RightIs(n, v => v == 2) is { } x ? Same(n, e, Op.Mul, x, x) : null),

        // x ^ 3 => x * x * x, which is how eager computes it
        (Op.Pow, (n, e) => RightIs(n, v => v == 3) is { } x ? Same(n, e, Op.Mul, Same(n, e, Op.Mul, x, x), x) : null),

        // x / 2^k => x * 2^-k, exact as long as 2^-k is a normal number of the type
        (Op.Div, (n, e) => n.Operands[1].IsFull(out double v) && n.Result.DType is DType.F32 or DType.F64 && IsModeratePowerOfTwo(v)
            ? Same(n, e, Op.Mul, n.Operands[0], e.Add(Op.Full, n.Operands[1].Node!.Attributes.With("value", 1 / v), n.Location))
            : null),

        // -(-x) => x
        (Op.Neg, (n, _) => n.Operands[0] is { Op.Name: "neg" } inner ? inner.Node!.Operands[0] : null),

        // |-x| => |x|, ||x|| => |x|
        (Op.Abs, (n, e) => n.Operands[0] is { Op.Name: "neg" } inner ? Same(n, e, Op.Abs, inner.Node!.Operands[0]) : null),
        (Op.Abs, (n, _) => n.Operands[0] is { Op.Name: "abs" } inner ? inner : null),

        // x + (-y) => x - y, x - (-y) => x + y
        (Op.Add, (n, e) => n.Operands[1] is { Op.Name: "neg" } inner ? Same(n, e, Op.Sub, n.Operands[0], inner.Node!.Operands[0]) : null),
        (Op.Sub, (n, e) => n.Operands[1] is { Op.Name: "neg" } inner ? Same(n, e, Op.Add, n.Operands[0], inner.Node!.Operands[0]) : null),
    ];

    // The left operand when the right one is such a constant and broadcasts nothing.
    private static Value? RightIs(Node n, Func<double, bool> number) =>
        n.Operands[1].IsFull(out double v) && number(v) && n.Operands[0].Type == n.Result.Type ? n.Operands[0] : null;

    private static Value Same(Node n, GraphEditor e, OpDef op, params ReadOnlySpan<Value> operands) => e.Add(op, Attributes.None, n.Location, operands);

    private static bool IsModeratePowerOfTwo(double v) =>
        v > 1 && v <= 1L << 60 && (BitConverter.DoubleToInt64Bits(v) & 0xF_FFFF_FFFF_FFFF) == 0;
}
