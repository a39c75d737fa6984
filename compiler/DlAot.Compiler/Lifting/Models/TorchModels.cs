using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>TorchSharp as the interpreter knows it. Each theme registers its rows in a file of its own.</summary>
internal static class TorchModels
{
    public static void Register(ModelTable t)
    {
        ConsoleModels.Register(t);
        ModuleModels.Register(t);
        LayerModels.Register(t);
        FunctionalModels.Register(t);
        TensorModels.Register(t);
        LaneModels.Register(t);
        ArithmeticModels.Register(t);
        SelectionModels.Register(t);
        ActivationModels.Register(t);
        ProductModels.Register(t);
        ViewModels.Register(t);
        SplitModels.Register(t);
        InPlaceModels.Register(t);
        JoinModels.Register(t);
        ReductionModels.Register(t);
        MovementModels.Register(t);
        TriangleModels.Register(t);
        ConversionModels.Register(t);
        DeviceModels.Register(t);
        IndexModels.Register(t);
        FactoryModels.Register(t);
        DTypeModels.Register(t);
        ScopeModels.Register(t);
        SettingModels.Register(t);
        PadModels.Register(t);
        WindowModels.Register(t);
        NormModels.Register(t);
        RearrangeModels.Register(t);
        LossModels.Register(t);
        ExternModels.Register(t); // from here on only what has no row yet
    }

    /// <summary>A tensor of a type without content: what constructors put into fields.</summary>
    public static TensorRef OfType(TensorType type) => new(new TensorObject(new GraphBuilder("type").Input("type", type), null));

    /// <summary>
    /// Operands of a binary operation in the dtype that libtorch computes in: tensors with dimensions decide, then rank-0 tensors,
    /// then host numbers, each only by category.
    /// </summary>
    public static (Value Left, Value Right) Promote(CallSite s, AbstractValue left, AbstractValue right, bool floatResult = false)
    {
        DType? type = null;
        foreach (AbstractValue v in new[] { left, right })
        {
            if (v is TensorRef { Value.Rank: > 0 } t)
            {
                type = type is { } known ? DTypes.Promote(known, t.Value.DType) : t.Value.DType;
            }
        }

        DType? zeroRank = null;
        foreach (AbstractValue v in new[] { left, right })
        {
            if (v is TensorRef { Value.Rank: 0 } t)
            {
                zeroRank = zeroRank is { } known ? DTypes.Promote(known, t.Value.DType) : t.Value.DType;
            }
        }

        DType result = type is { } dims ? (zeroRank is { } z && z.Category() > dims.Category() ? z : dims) : zeroRank ?? throw s.Unsupported("numbers only");
        foreach (AbstractValue v in new[] { left, right })
        {
            if (v is not TensorRef)
            {
                result = DTypes.PromoteScalar(result, CategoryOf(s, v));
            }
        }

        if (floatResult && !result.IsFloat())
        {
            result = s.DefaultFloat();
        }
        else if (result.IsFloat() && !new[] { left, right }.Any(v => v is TensorRef t && t.Value.DType.IsFloat()))
        {
            result = s.DefaultFloat(); // integers and a fraction
        }

        return (AsOperand(s, left, result), AsOperand(s, right, result));
    }

    /// <summary>The graph value of a tensor or number in a dtype.</summary>
    public static Value AsOperand(CallSite s, AbstractValue v, DType type) => v is TensorRef t ? s.Interpreter.CastTo(t.Value, type) : s.Interpreter.AsGraphNumber(v is Boxed b ? b.Content : v, type);

    /// <summary>Float ops compute integers in the default dtype.</summary>
    public static Value AsFloat(CallSite s, Value v) => v.DType.IsFloat() ? v : s.Interpreter.CastTo(v, s.DefaultFloat());

    public static DTypeCategory CategoryOf(CallSite s, AbstractValue v) => v switch
    {
        Boxed { Type.MetadataType: MetadataType.Boolean } => DTypeCategory.Bool,
        Constant { Value: double } => DTypeCategory.Float,
        Constant { Value: long } or Size => DTypeCategory.Integer,
        HostNumber h => h.Value.DType.Category(),
        _ => throw s.Fail(Rules.UnknownType, Interpreter.Name(v), "neither a tensor nor a number"),
    };
}
