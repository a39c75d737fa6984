using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Arithmetic, comparisons and logic of two operands, tensors or numbers: operators, methods, functions under <c>torch</c>, in place.</summary>
internal static class ArithmeticModels
{
    // Names, C# operator, op, whether integers become floats first.
    private static readonly (string Names, string Operator, OpDef Op, bool IsFloat)[] Rows =
    [
        ("add", "op_Addition", Op.Add, false), ("sub subtract", "op_Subtraction", Op.Sub, false), ("mul multiply", "op_Multiply", Op.Mul, false), ("maximum", "", Op.Maximum, false), ("minimum", "", Op.Minimum, false),
        ("eq", "op_Equality", Op.Eq, false), ("ne not_equal", "op_Inequality", Op.Ne, false), ("lt less", "op_LessThan", Op.Lt, false), ("le less_equal", "op_LessThanOrEqual", Op.Le, false),
        ("gt greater", "op_GreaterThan", Op.Gt, false), ("ge greater_equal", "op_GreaterThanOrEqual", Op.Ge, false),
        ("bitwise_and", "op_BitwiseAnd", Op.And, false), ("bitwise_or", "op_BitwiseOr", Op.Or, false), ("bitwise_xor", "op_ExclusiveOr", Op.Xor, false),
        ("remainder", "op_Modulus", Op.Rem, false), ("atan2 arctan2", "", Op.Atan2, true), ("floor_divide", "", Op.FloorDivide, false),
    ];

    // Formulas of two operands of one dtype, on floats or on numbers.
    private static readonly (string Names, bool IsFloat, Func<Lane, Lane, Lane> Formula)[] Formulas =
    [
        ("fmod", false, (x, y) => x.DType.IsFloat() ? x.Signed(x.Abs().With(Op.Rem, y.Abs())) : x - (x / y * y)),
        ("xlogy", true, (x, y) => y.Apply(Op.IsNan).Choose(y, x.Is(0).Choose(0, x * y.Log()))),
        ("heaviside", false, (x, y) => x.Is(0).Choose(y, (x > 0).Cast(y.DType))),
        ("hypot", true, Hypotenuse),
        ("logaddexp", true, (x, y) => LogAdd(x, y, d => d.Exp().Apply(Op.Log1p))),
        ("logaddexp2", true, (x, y) => LogAdd(x, y, d => d.Number(2).With(Op.Pow, d).Apply(Op.Log1p) * (1 / Math.Log(2)))),
        ("fmax", false, (x, y) => x.Apply(Op.IsNan).Choose(y, y.Apply(Op.IsNan).Choose(x, x.With(Op.Maximum, y)))),
        ("fmin", false, (x, y) => x.Apply(Op.IsNan).Choose(y, y.Apply(Op.IsNan).Choose(x, x.With(Op.Minimum, y)))),
        ("ldexp", true, (x, y) => x * x.Number(2).With(Op.Pow, y)),
    ];

    public static void Register(ModelTable t)
    {
        foreach ((string names, string operation, OpDef op, bool isFloat) in Rows)
        {
            LaneModels.Family(t, names, s => Binary(s, op, isFloat));
            if (operation.Length > 0)
            {
                t[$"Tensor.{operation}"] = s => s.NewTensor(Binary(s, op, isFloat));
            }
        }

        foreach ((string names, bool isFloat, Func<Lane, Lane, Lane> formula) in Formulas)
        {
            LaneModels.Family(t, names, s => Pair(s, s.Arguments[0], s.Arguments[1], isFloat, formula));
        }

        foreach ((string name, OpDef op) in new[] { ("logical_and", Op.And), ("logical_or", Op.Or), ("logical_xor", Op.Xor) })
        {
            LaneModels.Family(t, name, s => s.Builder.Add(op, s.Interpreter.CastTo(s.Operand, DType.Bool), s.Interpreter.CastTo(s.Tensor("other"), DType.Bool)));
        }

        LaneModels.Family(t, "atan arctan", s => s.Arguments.Length > 1 ? Binary(s, Op.Atan2, true)
            : LaneModels.Formula(s, TorchModels.AsFloat(s, s.Operand), x => x.With(Op.Atan2, x.Number(1))));
        LaneModels.Family(t, "div divide true_divide", Divide);
        t["Tensor.op_Division"] = s => s.NewTensor(Divide(s));
        LaneModels.Family(t, "pow", s => PowerModels.Power(s, s.Arguments[0], s.Arguments[1]));
        LaneModels.Family(t, "float_power", PowerModels.FloatPower);
        Both(t, "isclose", s => s.NewTensor(Close(s)));
        t.Add(s => s.Arguments[0], "ScalarExtensionMethods.ToScalar");
        t["Scalar.op_Implicit"] = s => s.Method.Parameters[0].ParameterType.MetadataType == MetadataType.Boolean ? new Boxed(s.Arguments[0], s.Method.Parameters[0].ParameterType)
            : s.Arguments[0] is Constant { Value: long or double } or Size or HostNumber ? s.Arguments[0] : throw s.Unsupported($"the number {Interpreter.Name(s.Arguments[0])}");
        t["Tensor.op_Implicit"] = s => s.Method.Parameters[0].ParameterType is ArrayType ? FactoryModels.Literal(s) : s.NewTensor(s.Interpreter.AsGraphNumber(s.Arguments[0], TorchTypes.Of(s.Method.Parameters[0].ParameterType) ?? throw s.Unsupported("this conversion")));
    }

    /// <summary>A formula on two operands, broadcast and promoted; halves are computed in f32.</summary>
    public static Value Pair(CallSite s, AbstractValue left, AbstractValue right, bool isFloat, Func<Lane, Lane, Lane> formula)
    {
        (Value a, Value b) = TorchModels.Promote(s, left, right, isFloat);
        return LaneModels.Formula(s, a, x => formula(x, new Lane(s.Builder, s.Interpreter.CastTo(b, x.DType))));
    }

    private static void RequireBits(CallSite s, AbstractValue operand, AbstractValue other)
    {
        if (operand is TensorRef { Value: var x })
        {
            s.RequireBits(x, other is TensorRef { Value.DType: var type } && !type.IsFloat() ? type : DType.Bool);
        }
    }

    private static Value Binary(CallSite s, OpDef op, bool floatResult)
    {
        AbstractValue left = s.Arguments[0], right = s.Arguments[1];
        if (op == Op.And || op == Op.Or || op == Op.Xor)
        {
            RequireBits(s, left, right);
            RequireBits(s, right, left);
        }

        if (s.Optional("alpha") is { } alpha && alpha is not Constant { Value: 1L or 1.0 })
        {
            right = (right, alpha) switch
            {
                (TensorRef, _) => Temporary(Times(s, right, alpha)),
                (Constant { Value: long x }, Constant { Value: long y }) when Math.Abs(x) < int.MaxValue && Math.Abs(y) < int.MaxValue => AbstractValue.Of(x * y),
                (Constant { Value: long or double } x, Constant { Value: long or double } y) => AbstractValue.Of(Convert.ToDouble(x.Value, null) * Convert.ToDouble(y.Value, null)),
                _ => throw s.Unsupported("alpha"),
            };
        }

        (Value a, Value b) = TorchModels.Promote(s, left, right, floatResult);
        return s.Builder.Add(op, a, b);
    }

    /// <summary>A value as an operand.</summary>
    public static TensorRef Temporary(Value value) => new(new TensorObject(value, null));

    /// <summary>The product, promoted.</summary>
    public static Value Times(CallSite s, AbstractValue x, AbstractValue factor)
    {
        (Value a, Value b) = TorchModels.Promote(s, x, factor);
        return s.Builder.Add(Op.Mul, a, b);
    }

    private static Value Divide(CallSite s)
    {
        // torch.RoundingMode: None 0, trunc 1, floor 2.
        long mode = s.Int("rounding_mode", 0);
        if (mode != 0 && !s.Method.HasThis)
        {
            throw s.Unsupported("a rounding mode"); // torch.div of TorchSharp 0.107 leaves it out, a later one may not
        }

        (Value a, Value b) = TorchModels.Promote(s, s.Arguments[0], s.Arguments[1], floatResult: mode == 0);
        return mode switch
        {
            0 => s.Builder.Add(Op.Div, a, b),
            1 when a.DType.IsFloat() => s.Builder.Add(Op.Trunc, s.Builder.Add(Op.Div, a, b)),
            1 => s.Builder.Add(Op.Div, a, b),
            2 => s.Builder.Add(Op.FloorDivide, a, b),
            _ => throw s.Unsupported($"rounding mode {mode}"),
        };
    }

    // The larger one times sqrt(1 + ratio^2), so that nothing overflows on the way; infinite when one is.
    private static Lane Hypotenuse(Lane x, Lane y)
    {
        (x, y) = (x.Abs(), y.Abs());
        Lane large = x.With(Op.Maximum, y), small = x.With(Op.Minimum, y), ratio = small / large;
        Lane isInfinite = x.Is(double.PositiveInfinity) | y.Is(double.PositiveInfinity);
        return isInfinite.Choose(double.PositiveInfinity, large.Is(0).Choose(0, large * ((ratio * ratio) + 1).Sqrt()));
    }

    private static Lane LogAdd(Lane x, Lane y, Func<Lane, Lane> rest) =>
        (x.Is(y) & x.Abs().Is(double.PositiveInfinity)).Choose(x, x.With(Op.Maximum, y) + rest(-(x - y).Abs()));

    /// <summary>Where two tensors are as close as the call asks for.</summary>
    public static Value Close(CallSite s) => Pair(s, s.Arguments[0], s.Arguments[1], false, (x, y) => IsClose(s, x, y));

    private static Lane IsClose(CallSite s, Lane x, Lane y)
    {
        double relative = s.Float("rtol", 1e-5), absolute = s.Float("atol", 1e-8);
        Lane equal = x.Is(y);
        if (x.DType.IsFloat() && s.Bool(s.Has("equal_nan") ? "equal_nan" : "nanEqual"))
        {
            equal |= x.Apply(Op.IsNan) & y.Apply(Op.IsNan);
        }

        Lane a = x.DType.IsFloat() ? x : x.Cast(DType.F32), b = y.DType.IsFloat() ? y : y.Cast(DType.F32);
        Lane distance = (a - b).Abs();
        return equal | ((distance < double.PositiveInfinity) & (distance <= (b * relative).Abs() + absolute));
    }
}
