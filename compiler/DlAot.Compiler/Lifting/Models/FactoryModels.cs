using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Tensors made from nothing. In constructors only their type matters.</summary>
internal static class FactoryModels
{
    public static void Register(ModelTable t)
    {
        // What empty memory holds is not specified: zeros.
        t.Add(s => Filled(Plain(s), Sizes(s), AbstractValue.Of(0L)), "torch.zeros", "torch.empty");
        t["torch.ones"] = s => Filled(Plain(s), Sizes(s), AbstractValue.Of(1L));
        t["torch.full"] = s => Filled(Plain(s), Sizes(s), s.Argument("value"));
        t.Add(s => Filled(s, Sizes(Plain(s)), AbstractValue.Of(0L), s.Operand.DType), "Tensor.new_zeros", "Tensor.new_empty");
        t["Tensor.new_ones"] = s => Filled(s, Sizes(Plain(s)), AbstractValue.Of(1L), s.Operand.DType);
        t["Tensor.new_full"] = s => Filled(s, Sizes(Plain(s)), s.Argument("value"), s.Operand.DType);
        Both(t, "zeros_like", s => Filled(Plain(s), s.Builder.TypeOf(s.Operand).Shape, AbstractValue.Of(0L), s.Operand.DType));
        Both(t, "empty_like", s => Filled(Plain(s), s.Builder.TypeOf(s.Operand).Shape, AbstractValue.Of(0L), s.Operand.DType));
        Both(t, "ones_like", s => Filled(Plain(s), s.Builder.TypeOf(s.Operand).Shape, AbstractValue.Of(1L), s.Operand.DType));
        Both(t, "full_like", s => Filled(Plain(s), s.Builder.TypeOf(s.Operand).Shape, s.Argument("value"), s.Operand.DType));
        t.Add(s => s.Interpreter.IsConstructorPhase ? Filled(s, Sizes(s), AbstractValue.Of(0L)) : throw s.Fail(Rules.RandomNumbers, Interpreter.Describe(s.Method)), [.. Members.RandomTensors]);
        t.Add(s => throw s.Fail(Rules.RandomNumbers, Interpreter.Describe(s.Method)), [.. Members.RandomNumbers]);
        t["torch.arange"] = s => s.NewTensor(RangeModels.Arange(Plain(s)));
        t["torch.linspace"] = s => s.NewTensor(RangeModels.Linspace(Plain(s), s.ScalarType("dtype") ?? s.DefaultFloat()));
        t["torch.logspace"] = s => s.NewTensor(RangeModels.Logspace(Plain(s)));
        t["torch.eye"] = Eye;
        t.Add(Literal, "torch.tensor", "torch.as_tensor", "torch.from_array");
        t["nn.Parameter"] = s => !s.Interpreter.IsConstructorPhase ? throw s.Unsupported("a parameter made in the method")
            : s.Argument("data") is TensorRef p ? TorchModels.OfType(s.Builder.TypeOf(p.Value)) : s.Argument("data");
        t["Parameter..ctor"] = t.Find("nn.Parameter");
    }

    private static TensorRef Filled(CallSite s, ImmutableArray<DimExpr> shape, AbstractValue value, DType? missing = null)
    {
        DType type = s.ScalarType("dtype") ?? missing ?? s.DefaultFloat();
        Value number = TorchModels.AsOperand(s, value, type);
        if (value is Constant or Boxed { Content: Constant } && (value is Boxed b ? b.Content : value) is Constant { Value: long or double } known)
        {
            return s.NewTensor(s.Builder.Add(Op.Full, Attributes.Of(("shape", shape), ("value", Convert.ToDouble(known.Value, null)), ("dtype", type))));
        }

        return s.NewTensor(s.Builder.Add(Op.Contiguous, s.Builder.Add(Op.Expand, Attributes.Of(("shape", shape)), number)));
    }

    private static CallSite Plain(CallSite s)
    {
        s.RequirePlain();
        return s;
    }

    private static ImmutableArray<DimExpr> Sizes(CallSite s) => s.Has("size") ? s.Dims("size") : s.Has("sizes") ? s.Dims("sizes") : Named(s) ?? [];

    // rows, columns, dim0, dim1, ...
    private static ImmutableArray<DimExpr>? Named(CallSite s)
    {
        ImmutableArray<DimExpr> named = [.. s.Names.Where(n => n is "rows" or "columns" || (n.StartsWith("dim", StringComparison.Ordinal) && n.Length == 4)).Select(n => s.Dim(n))];
        return named.IsEmpty ? null : named;
    }

    private static TensorRef Eye(CallSite s)
    {
        s.RequirePlain();
        DimExpr rows = s.Dim("rows"), columns = s.Optional("columns") is null || s.Dim("columns").Constant == -1 ? rows : s.Dim("columns");
        return s.NewTensor(s.Interpreter.CastTo(DiagonalOps.Mask(s, rows, columns, 0), s.ScalarType("dtype") ?? s.DefaultFloat()));
    }

    // Numbers that the program gives: one, or a list of them, in a shape of its own.
    /// <summary>A tensor of the numbers of an array, or of one number.</summary>
    public static TensorRef Literal(CallSite s)
    {
        s.RequirePlain();
        AbstractValue given = BclModels.Unwrapped(s.Arguments[0]);
        TypeReference declared = s.Method.Parameters[0].ParameterType;
        TypeReference element = given is ObjectRef { Instance.Type: ArrayType held } ? held.ElementType : declared is GenericInstanceType { GenericArguments: [var argument] } ? argument : declared is ArrayType array ? array.ElementType : declared;
        DType own = TorchTypes.Of(element) ?? throw s.Unsupported($"numbers of type {element.Name}");
        DType type = s.ScalarType("dtype") ?? own;
        if (given is not ObjectRef)
        {
            return s.NewTensor(s.Interpreter.CastTo(s.Interpreter.AsGraphNumber(given, own), type));
        }

        IReadOnlyList<AbstractValue> items = s.Items(given, s.Names[0]);
        DimExpr count = s.Interpreter.IsConstructorPhase && given is ObjectRef { Instance.IsAssumed: true } ? s.Interpreter.GuessedSize("count", items.Count) : items.Count;
        Value flat = s.Interpreter.IsConstructorPhase || items.Count == 0
            ? s.Builder.Add(Op.Full, Attributes.Of(("shape", ImmutableArray.Create(count)), ("value", 0.0), ("dtype", type)))
            : s.Interpreter.CastTo(RangeModels.Listed(s, items, own), type);
        ImmutableArray<DimExpr> shape = given is ObjectRef { Instance: { Type: ArrayType { Rank: > 1 and var rank }, Facts: var lengths } }
            ? [.. Enumerable.Range(0, rank).Select(d => Interpreter.AsDim(lengths.GetValueOrDefault($"length:{d}") ?? throw s.Unsupported("an array of several dimensions from outside")) ?? throw s.Unsupported("these lengths"))]
            : s.Optional("dimensions") is not null ? s.Dims("dimensions") : Named(s) ?? [count];
        return s.NewTensor(shape.Length == 1 ? flat : ProductModels.Reshaped(s, flat, shape));
    }
}
