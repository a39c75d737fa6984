using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Bounds, selection by a condition, and formulas of three operands.</summary>
internal static class SelectionModels
{
    public static void Register(ModelTable t)
    {
        LaneModels.Family(t, "clamp clip", s => Clamp(s, s.Optional("min"), s.Optional("max")));
        LaneModels.Family(t, "clamp_min", s => Clamp(s, s.Argument("min"), null));
        LaneModels.Family(t, "clamp_max", s => Clamp(s, null, s.Argument("max")));
        LaneModels.Family(t, "masked_fill", MaskedFill);
        LaneModels.Family(t, "addcmul", s => Combined(s, (a, b) => ArithmeticModels.Times(s, a, b)));
        LaneModels.Family(t, "addcdiv", s => Combined(s, (a, b) => ArithmeticModels.Pair(s, a, b, true, (x, y) => x / y)));
        LaneModels.Family(t, "lerp", Lerp);
        t["torch.where"] = s => s.Arguments.Length == 3 ? Where(s, s.Tensor("condition"), s.Arguments[1], s.Arguments[2]) : throw s.Unsupported("this overload");
        t["Tensor.where"] = s => Where(s, s.Tensor("condition"), s.Arguments[0], s.Argument("y", "other"));
    }

    private static Value Clamp(CallSite s, AbstractValue? low, AbstractValue? high)
    {
        Value x = s.Operand;
        if (low is null && high is null)
        {
            throw s.Fail(Rules.AlwaysThrows, "clamp without bounds");
        }

        if (x.DType == DType.Bool)
        {
            throw s.Fail(Rules.AlwaysThrows, "clamp of bool");
        }

        // Both bounds take part in the dtype before any is applied.
        DType type = new[] { low, high }.OfType<AbstractValue>().Aggregate(x.DType, (dtype, bound) => TorchModels.Promote(s, ArithmeticModels.Temporary(s.Interpreter.CastTo(x, dtype)), bound).Left.DType);
        x = s.Interpreter.CastTo(x, type);
        x = low is null ? x : s.Builder.Add(Op.Maximum, x, TorchModels.AsOperand(s, low, type));
        return high is null ? x : s.Builder.Add(Op.Minimum, x, TorchModels.AsOperand(s, high, type));
    }

    private static TensorRef Where(CallSite s, Value condition, AbstractValue yes, AbstractValue no)
    {
        if (condition.DType is not (DType.Bool or DType.U8))
        {
            s.RequireBool(condition, "a condition that is not bool");
        }

        (Value a, Value b) = TorchModels.Promote(s, yes, no);
        return s.NewTensor(s.Builder.Add(Op.Where, s.Interpreter.CastTo(condition, DType.Bool), a, b));
    }

    /// <summary>A number to be stored into a tensor: the library converts it, and refuses one that does not fit.</summary>
    public static Value Stored(CallSite s, AbstractValue value, DType type)
    {
        if (value is TensorRef t)
        {
            return t.Value.Rank == 0 ? s.Interpreter.CastTo(t.Value, type) : throw s.Fail(Rules.AlwaysThrows, "a value of more than rank 0");
        }

        if (!type.IsFloat() && TorchModels.CategoryOf(s, value) == DTypeCategory.Float)
        {
            value = value is Constant { Value: double d } && Math.Abs(d) < 1e9 && type != DType.Bool ? AbstractValue.Of((long)d) : throw s.Unsupported($"{Interpreter.Name(value)} in {type.Name()}");
        }

        return TorchModels.AsOperand(s, value, type);
    }

    private static Value MaskedFill(CallSite s)
    {
        Value x = s.Operand, mask = s.Tensor("mask");
        s.RequireBool(mask, $"a mask of {mask.DType.Name()}");
        return s.Builder.Add(Op.Where, mask, Stored(s, s.Argument("value"), x.DType), x);
    }

    // self + value * (tensor1 and tensor2)
    private static Value Combined(CallSite s, Func<AbstractValue, AbstractValue, Value> combine)
    {
        AbstractValue product = ArithmeticModels.Temporary(combine(s.Argument("tensor1"), s.Argument("tensor2")));
        if (s.Optional("value") is { } value && value is not Constant { Value: 1L or 1.0 })
        {
            product = ArithmeticModels.Temporary(ArithmeticModels.Times(s, product, value));
        }

        (Value a, Value b) = TorchModels.Promote(s, s.Arguments[0], product);
        return s.Builder.Add(Op.Add, a, b);
    }

    // From the nearer end, as the library computes it.
    private static Value Lerp(CallSite s)
    {
        Value end = s.Tensor("end"), start = LaneModels.FloatOf(s, s.Operand);
        AbstractValue weight = s.Argument("weight");
        if (end.DType != start.DType || weight is TensorRef w && w.Value.DType != start.DType)
        {
            throw s.Fail(Rules.AlwaysThrows, "lerp of different dtypes");
        }

        Value given = TorchModels.AsOperand(s, weight, start.DType);
        return LaneModels.Formula(s, start, x =>
        {
            Lane y = new(s.Builder, s.Interpreter.CastTo(end, x.DType)), f = new(s.Builder, s.Interpreter.CastTo(given, x.DType)), distance = y - x;
            return (f.Abs() < 0.5).Choose(x + (f * distance), y - (distance * (1 - f)));
        });
    }
}
