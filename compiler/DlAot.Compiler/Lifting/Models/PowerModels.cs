using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Powers of tensors and numbers.</summary>
internal static class PowerModels
{
    /// <summary>A power; known exponents are computed as the library does (aten/native/cpu/PowKernel.cpp).</summary>
    public static Value Power(CallSite s, AbstractValue x, AbstractValue exponent)
    {
        (Value a, Value b) = TorchModels.Promote(s, x, exponent);
        double? known = exponent switch { Constant { Value: long n } => n, Constant { Value: double d } => d, _ => null };
        if (a.DType.IsInteger() && known < 0)
        {
            throw s.Fail(Rules.AlwaysThrows, "integers to negative powers");
        }

        if (x is not TensorRef || !a.DType.IsFloat())
        {
            return s.Builder.Add(Op.Pow, a, b);
        }

        return known switch
        {
            0.5 => s.Builder.Add(Op.Sqrt, a),
            2 => s.Builder.Add(Op.Square, a),
            3 => LaneModels.Formula(s, a, v => v * v * v),
            -2 => LaneModels.Formula(s, a, v => 1 / (v * v)),
            -0.5 => s.Builder.Add(Op.Rsqrt, a),
            -1 => s.Builder.Add(Op.Reciprocal, a),
            1 => s.Builder.Add(Op.Clone, a),
            _ => s.Builder.Add(Op.Pow, a, b),
        };
    }

    // Computed in f64 whatever comes.
    public static Value FloatPower(CallSite s)
    {
        AbstractValue Wide(AbstractValue v) => v is TensorRef t ? ArithmeticModels.Temporary(s.Interpreter.CastTo(t.Value, DType.F64)) : v;
        AbstractValue x = Wide(s.Arguments[0]), y = Wide(s.Arguments[1]);
        return Power(s, x, y);
    }
}
