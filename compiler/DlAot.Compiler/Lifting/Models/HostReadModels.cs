using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Values of tensors that the host reads. A single element stays in the graph as a rank-0 number: what is computed from it is computed
/// there, and a condition on it is assumed and checked at the end of the compiled call.
/// </summary>
internal static class HostReadModels
{
    private static readonly (string Name, DType Type, bool IsSingle)[] Conversions =
    [
        ("ToSingle", DType.F32, true), ("ToDouble", DType.F64, false), ("ToInt32", DType.I32, false), ("ToInt64", DType.I64, false), ("ToBoolean", DType.Bool, false),
        ("ToInt16", DType.I16, false), ("ToByte", DType.U8, false), ("ToSByte", DType.I8, false),
    ];

    public static void Register(ModelTable t)
    {
        t["Tensor.item"] = Item;
        foreach ((string name, DType type, bool isSingle) in Conversions)
        {
            t[$"TensorExtensionMethods.{name}"] = s => Number(s, s.Interpreter.CastTo(Element(s), type), isSingle);
            t[$"ScalarExtensionMethods.{name}"] = s => Converted(s, isSingle, type);
        }

        t.Add(s => Number(s, Equal(s), false), "torch.equal", "Tensor.equal");
        t.Add(s => ((TensorRef)s.Arguments[0]).Value.DType == ((TensorRef)s.Arguments[1]).Value.DType ? Number(s, All(s, ArithmeticModels.Close(s)), false) : throw s.Unsupported("tensors of different types"), "torch.allclose", "Tensor.allclose");

        // Many values at once, or their address, end the graph.
        t.Add(s => throw s.Fail(Rules.HostRead, Interpreter.Describe(s.Method)), [.. Members.HostReads]);
    }

    // item<T>() needs T to be the tensor's own type (Tensor.cs of TorchSharp).
    private static AbstractValue Item(CallSite s)
    {
        Value v = Element(s);
        if (s.MethodArguments is not [var type])
        {
            throw s.Unsupported("a Scalar result");
        }

        return TypeOf(type) == v.DType ? Number(s, v, type.MetadataType == MetadataType.Single) : throw s.Fail(Rules.AlwaysThrows, "ArgumentException");
    }

    private static DType? TypeOf(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Single => DType.F32,
        MetadataType.Double => DType.F64,
        MetadataType.Int64 => DType.I64,
        MetadataType.Int32 => DType.I32,
        MetadataType.Int16 => DType.I16,
        MetadataType.SByte => DType.I8,
        MetadataType.Byte => DType.U8,
        MetadataType.Boolean => DType.Bool,
        _ => null,
    };

    // The one element as a rank-0 value.
    private static Value Element(CallSite s)
    {
        Value v = s.Tensor("this", "value", "tensor", "input", "x");
        foreach (DimExpr d in s.Builder.TypeOf(v).Shape)
        {
            if (!s.Builder.Facts.TryEqual(d, 1))
            {
                throw s.Fail(Rules.AlwaysThrows, "ArgumentException");
            }
        }

        return v.Rank == 0 ? v : s.Builder.Add(Op.Reshape, Attributes.Of(("shape", ImmutableArray<DimExpr>.Empty)), v);
    }

    private static HostNumber Number(CallSite s, Value v, bool isSingle) => new(s.Interpreter.CastTo(v, v.DType.IsFloat() ? DType.F64 : DType.I64), isSingle);

    private static AbstractValue Converted(CallSite s, bool isSingle, DType type) => s.Arguments[0] switch
    {
        Constant { Value: double d } c when isSingle => c with { Value = (double)(float)d, IsSingle = true },
        Constant { Value: double } c when type == DType.F64 => c with { IsSingle = false },
        Constant { Value: long n } c when type.IsFloat() => c with { Value = isSingle ? (double)(float)n : n, IsSingle = isSingle },
        Constant { Value: long } c => c,
        HostNumber h when type.IsFloat() == h.Value.DType.IsFloat() => h with { IsSingle = isSingle },
        var other => throw s.Unsupported(Interpreter.Name(other)),
    };

    private static Value Equal(CallSite s)
    {
        Value a = s.Tensor(TensorModels.Self), b = s.Tensor("other", "target", "right", "tensor2");
        (ImmutableArray<DimExpr> x, ImmutableArray<DimExpr> y) = (s.Builder.TypeOf(a).Shape, s.Builder.TypeOf(b).Shape);
        if (x.Length != y.Length || a.DType != b.DType || !x.Zip(y).All(d => s.Builder.Facts.TryEqual(d.First, d.Second)))
        {
            throw s.Unsupported("tensors of different types");
        }

        return All(s, s.Builder.Add(Op.Eq, a, b));
    }

    private static Value All(CallSite s, Value x) => s.Builder.Add(Op.All, Attributes.Of(("dims", Enumerable.Range(0, x.Rank).Select(i => (long)i).ToImmutableArray()), ("keepdim", false)), x);
}
