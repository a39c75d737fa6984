namespace DlAot.Ir;

/// <summary>
/// What one lane of an elementwise operation computes. Graph ops and kernel expressions share this set; its semantics are the
/// table <see cref="ScalarSemantics"/>, and every back end has one row per member.
/// </summary>
public enum ScalarOp
{
    // Unary, float (integers are cast before).
    Exp, Expm1, Log, Log1p, Sqrt, Rsqrt, Sin, Cos, Tanh, Erf, Sigmoid, Floor, Ceil, Round, Trunc,

    // Unary, any number.
    Neg, Abs, Sign,

    /// <summary>Logical not on bool, bitwise not on integers.</summary>
    Not,

    IsNan,

    // Binary, any number; result has the operands' dtype.
    Add, Sub, Mul,

    /// <summary>True division on floats; on integers it truncates toward zero (graph-level true division casts first).</summary>
    Div,

    /// <summary>Division rounded toward minus infinity.</summary>
    FloorDiv,

    /// <summary>Remainder with the sign of the divisor, as Python and torch.remainder.</summary>
    Rem,

    Pow,

    /// <summary>NaN if either operand is NaN, as torch.maximum.</summary>
    Max,

    /// <summary>NaN if either operand is NaN, as torch.minimum.</summary>
    Min,

    Atan2,

    /// <summary>Logical on bool, bitwise on integers.</summary>
    And, Or, Xor,

    // Comparisons; result is bool. All but Ne are false on NaN.
    Eq, Ne, Lt, Le, Gt, Ge,

    /// <summary>Operands: condition (bool), then, else.</summary>
    Select,

    /// <summary>Conversion to the expression's dtype: float to integer truncates, anything to bool is "not zero".</summary>
    Cast,
}

/// <summary>Number of operands and result kind of each <see cref="ScalarOp"/>.</summary>
public static class ScalarOps
{
    public static int Arity(this ScalarOp op) => op switch
    {
        ScalarOp.Select => 3,
        ScalarOp.Cast or (>= ScalarOp.Exp and <= ScalarOp.IsNan) => 1,
        _ => 2,
    };

    /// <summary>True when the result is bool whatever the operands are.</summary>
    public static bool IsPredicate(this ScalarOp op) => op is ScalarOp.IsNan or (>= ScalarOp.Eq and <= ScalarOp.Ge);

    /// <summary>True when the result is defined on floats only.</summary>
    public static bool IsFloatOnly(this ScalarOp op) => op is (>= ScalarOp.Exp and <= ScalarOp.Trunc) or ScalarOp.Atan2;
}
