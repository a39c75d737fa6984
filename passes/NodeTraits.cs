using DlAot.Ir;

namespace DlAot.Passes;

/// <summary>Questions about a node that several passes ask.</summary>
internal static class NodeTraits
{
    /// <summary>No effect: an extern call may say so itself.</summary>
    public static bool IsPure(this Node node) => node.Op.Effect == EffectClass.Pure || node.Attributes.Bool("pure");

    /// <summary>In eager the result shares the operand's storage (flip copies).</summary>
    public static bool IsAlias(this Node node) => node.Op.Family == OpFamily.View && node.Op != Op.Flip;

    /// <summary>A constant of any shape and its value.</summary>
    public static bool IsFull(this Value value, out double number)
    {
        bool isFull = value.Op == Op.Full;
        number = isFull ? value.Node!.Attributes.Float("value") : 0;
        return isFull;
    }

    /// <summary>Takes many cycles a lane: worth computing once.</summary>
    public static bool IsExpensive(this ScalarOp op) =>
        op is ScalarOp.Exp or ScalarOp.Expm1 or ScalarOp.Log or ScalarOp.Log1p or ScalarOp.Sin or ScalarOp.Cos or ScalarOp.Tanh
            or ScalarOp.Erf or ScalarOp.Sigmoid or ScalarOp.Pow or ScalarOp.Atan2;
}
