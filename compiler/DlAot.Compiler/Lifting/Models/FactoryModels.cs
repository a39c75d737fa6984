using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Tensors made from nothing. In constructors only their type matters.</summary>
internal static class FactoryModels
{
    public static void Register(ModelTable t)
    {
        t.Add(s => Filled(s, 0), "torch.zeros", "torch.empty");
        t.Add(s => Filled(s, 1), "torch.ones");
        t.Add(s => s.Interpreter.IsConstructorPhase ? Filled(s, 0) : throw s.Fail(Diagnostics.Rules.RandomNumbers, Interpreter.Describe(s.Method)), "torch.rand", "torch.randn");
        t.Add(s => s.NewTensor(Full(s, s.Tensor("this", "input"), 0)), "torch.zeros_like", "Tensor.zeros_like");
        t.Add(s => s.NewTensor(Full(s, s.Tensor("this", "input"), 1)), "torch.ones_like", "Tensor.ones_like");
        t["torch.arange"] = Arange;
        t["torch.full"] = s => Plain(s).NewTensor(s.Builder.Add(Op.Expand, Attributes.Of(("shape", Sizes(s))), s.Interpreter.AsGraphNumber(s.Argument("value"), s.ScalarType("dtype") ?? DType.F32)));
        t["nn.Parameter"] = s => s.Argument("data") is TensorRef p ? TorchModels.OfType(s.Builder.TypeOf(p.Value)) : s.Argument("data");
        t["Parameter..ctor"] = t.Find("nn.Parameter");
        foreach ((string name, long code) in new[] { ("float16", 5L), ("float32", 6), ("float64", 7), ("int8", 1), ("int16", 2), ("int32", 3), ("int64", 4), ("uint8", 0), ("@bool", 11), ("bfloat16", 15), ("half", 5), ("@float", 6), ("@double", 7), ("@int", 3), ("@long", 4) })
        {
            t.AddStatic($"torch.{name.TrimStart('@')}", _ => AbstractValue.Of(code));
            t[$"torch.get_{name.TrimStart('@')}"] = _ => AbstractValue.Of(code);
        }

    }

    private static TensorRef Filled(CallSite s, double value)
    {
        ImmutableArray<DimExpr> shape = Sizes(Plain(s));
        DType type = s.ScalarType("dtype") ?? DType.F32;
        return s.NewTensor(s.Builder.Add(Op.Full, Attributes.Of(("shape", shape), ("value", value), ("dtype", type))));
    }

    private static CallSite Plain(CallSite s)
    {
        s.RequirePlain();
        return s;
    }

    private static ImmutableArray<DimExpr> Sizes(CallSite s) => s.Has("size") ? s.Dims("size")
            : [.. s.Names.Select((n, i) => (Name: n, Value: s.Arguments[i])).Where(p => p.Name is "rows" or "columns" || p.Name.StartsWith("dim", StringComparison.Ordinal)).Select(p => Interpreter.AsDim(p.Value) ?? throw s.Unsupported("an unknown size"))];

    private static Value Full(CallSite s, Value like, double value) =>
        Plain(s).Builder.Add(Op.Full, Attributes.Of(("shape", like.Shape), ("value", value), ("dtype", s.ScalarType("dtype") ?? like.DType)));

    private static TensorRef Arange(CallSite s)
    {
        s.RequirePlain();
        AbstractValue start = s.Find("start") ?? AbstractValue.Of(0L), stop = s.Argument("stop"), step = s.Find("step") ?? AbstractValue.Of(1L);
        if (Interpreter.AsDim(start) is not { } from || Interpreter.AsDim(stop) is not { } to || Interpreter.AsDim(step) is not { Constant: > 0 } by)
        {
            throw s.Unsupported("bounds that are no sizes");
        }

        s.Builder.Facts.RequireAtLeast(to, from); // the library throws otherwise

        DType type = s.ScalarType("dtype") ?? DType.I64;
        Value iota = s.Builder.Add(Op.Iota, Attributes.Of(("length", DimExpr.CeilDiv(to - from, by)), ("dtype", type)));
        Value scaled = by.IsOne ? iota : s.Builder.Add(Op.Mul, iota, s.Builder.Constant(by.Constant!.Value, type));
        return s.NewTensor(from.IsZero ? scaled : s.Builder.Add(Op.Add, scaled, s.Interpreter.AsGraphNumber(start, type)));
    }
}
