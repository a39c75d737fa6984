using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Scalar types as values: their names, what is asked of them, and their limits.</summary>
internal static class DTypeModels
{
    private static readonly (string Name, long Code)[] Names =
    [
        ("float16", 5), ("float32", 6), ("float64", 7), ("int8", 1), ("int16", 2), ("int32", 3), ("int64", 4), ("uint8", 0), ("bool", 11), ("bfloat16", 15), ("half", 5), ("float", 6), ("double", 7), ("int", 3),
        ("long", 4), ("short", 2),
    ];

    public static void Register(ModelTable t)
    {
        foreach ((string name, long code) in Names)
        {
            t.AddStatic($"torch.{name}", _ => AbstractValue.Of(code));
            t[$"torch.get_{name}"] = _ => AbstractValue.Of(code);
        }

        t.Add(s => AbstractValue.Of(Of(s).IsFloat()), "torch.is_floating_point", "Tensor.is_floating_point");
        t.Add(s => AbstractValue.Of(!Of(s).IsFloat()), "torch.is_integral", "Tensor.is_integral");
        t.Add(_ => AbstractValue.Of(false), "torch.is_complex", "Tensor.is_complex", "Tensor.is_quantized", "torch.is_quantized", "Tensor.is_conj", "Tensor.is_neg", "Tensor.get_is_sparse", "Tensor.get_is_cuda", "Tensor.get_is_meta", "Tensor.get_is_mps");
        t.Add(_ => AbstractValue.Of(true), "Tensor.is_cpu", "Tensor.get_is_cpu");
        t.Add(s => AbstractValue.Of((long)s.Operand.DType.Size()), "Tensor.element_size", "Tensor.get_ElementSize", "Tensor.get_itemsize");
        t["Tensor.is_contiguous"] = s => s.Interpreter.Layouts.IsDense(s.Operand) ? AbstractValue.Of(true) : throw s.Fail(Rules.UncertainLayout, "is_contiguous");
        t["torch.promote_types"] = s => AbstractValue.Of(TorchTypes.Code(DTypes.Promote(s.ScalarType("type1")!.Value, s.ScalarType("type2")!.Value)));
        t["torch.finfo"] = Limits;
        t["torch.max_int_value"] = s => AbstractValue.Of(s.ScalarType("type") switch { DType.U8 => 255L, DType.I8 => sbyte.MaxValue, DType.I16 => short.MaxValue, DType.I32 => int.MaxValue, DType.I64 => long.MaxValue, _ => throw s.Fail(Rules.AlwaysThrows, "ArgumentException") });
    }

    // The scalar type given, or that of the tensor.
    private static DType Of(CallSite s) => s.Arguments[0] is TensorRef ? s.Operand.DType : s.ScalarType(s.Names[0])!.Value;

    private static ObjectRef Limits(CallSite s)
    {
        DType type = s.Arguments.Length == 0 ? s.DefaultFloat() : s.ScalarType("dtype")!.Value;
        (double bits, double eps, double max, double tiny, double resolution) = type switch
        {
            DType.F16 => (16, Math.Pow(2, -10), 65504, Math.Pow(2, -14), 1e-3),
            DType.BF16 => (16, Math.Pow(2, -7), 3.3895313892515355e38, Math.Pow(2, -126), 1e-2),
            DType.F32 => (32, Math.Pow(2, -23), float.MaxValue, Math.Pow(2, -126), 1e-6),
            DType.F64 => (64, Math.Pow(2, -52), double.MaxValue, Math.Pow(2, -1022), 1e-15),
            _ => throw s.Fail(Rules.AlwaysThrows, "ArgumentException"),
        };
        var info = new Instance(s.ReturnType) { IsStruct = true };
        string prefix = $"{s.ReturnType.GetElementType().FullName}::";
        foreach ((string name, double value) in new[] { ("eps", eps), ("max", max), ("min", -max), ("tiny", tiny), ("smallest_normal", tiny), ("resolution", resolution) })
        {
            info.Fields[prefix + name] = AbstractValue.Of(value);
        }

        info.Fields[prefix + "bits"] = AbstractValue.Of((long)bits);
        return new ObjectRef(info);
    }
}
