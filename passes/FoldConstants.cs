using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes;

/// <summary>What is made of constants only becomes a constant.</summary>
internal static class FoldConstants
{
    // Constants are float64: an integer beyond this may not survive.
    private const double LargestExactInteger = 1L << 53;

    public static PassState Run(PassState state, PassOptions options) => GraphEditor.Rewrite(state, (node, editor) =>
        Fold(node, options) is double value
            ? [editor.Add(Op.Full, Attributes.Of(("shape", node.Result.Shape), ("value", value), ("dtype", node.Result.DType)), node.Location)]
            : null);

    private static double? Fold(Node node, PassOptions options)
    {
        switch (node.Op.Family)
        {
            // dim(3) => full(3)
            case OpFamily.Creation when node.Op == Op.Dim && node.Attributes.Dim("value").Constant is long size:
                return Exactly(ScalarValue.Of(DType.I64, size));

            // view(full(c)) => full(c)
            case OpFamily.View when node.Operands[0].IsFull(out double value):
                return value;

            // op(full(a), full(b)) => full(op(a, b)), and the last bit of a transcendental may not be eager's
            case OpFamily.Elementwise when node.Operands.All(o => o.IsFull(out _)) && !(options.Exact && node.Op.Scalar!.Value.IsExpensive()):
                ScalarValue[] operands = [.. node.Operands.Select(o => ScalarValue.Of(o.DType, o.Node!.Attributes.Float("value")))];
                bool dividesByZero = node.Op.Scalar is ScalarOp.Div or ScalarOp.FloorDiv or ScalarOp.Rem && operands[1] is { Integer: 0 } divisor && !divisor.Type.IsFloat();
                return dividesByZero ? null : Exactly(ScalarSemantics.Apply(node.Op.Scalar!.Value, node.Result.DType, operands));
            default:
                return null;
        }
    }

    private static double? Exactly(ScalarValue value) =>
        value.Type.IsFloat() ? value.Float : Math.Abs((double)value.Integer) <= LargestExactInteger ? value.Integer : null;
}
