using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Conversions between dtypes, and moves between devices that stay on the CPU.</summary>
internal static class ConversionModels
{
    public static void Register(ModelTable t)
    {
        t.Add(To, "Tensor.to", "Tensor.to_type", "Tensor.type");
        foreach ((string name, DType type) in new[] { ("float", DType.F32), ("double", DType.F64), ("long", DType.I64), ("int", DType.I32), ("bool", DType.Bool), ("half", DType.F16), ("bfloat16", DType.BF16), ("short", DType.I16), ("byte", DType.U8), ("char", DType.I8) })
        {
            t.Add(s => Converted(s, type), $"Tensor.{name}", $"TensorExtensionMethods.{name}");
        }

        t["Tensor.type_as"] = s => Converted(s, s.Tensor("tensor", "other").DType);
    }

    private static AbstractValue To(CallSite s)
    {
        DType type = s.Tensor(Self).DType;
        bool isKnown = false;
        for (int i = 1; i < s.Method.Parameters.Count + 1; i++)
        {
            TypeReference parameter = s.Method.Parameters[i - 1].ParameterType;
            if (parameter.Name == "ScalarType")
            {
                (type, isKnown) = (s.ScalarType(s.Names[i]) ?? type, true);
            }
            else if (World.IsTensor(parameter))
            {
                (type, isKnown) = (s.Tensor(s.Names[i]).DType, true);
            }
            else if (parameter.Name is "Device" or "DeviceType" || s.Names[i] == "device")
            {
                s.RequireCpu();
                isKnown = true;
            }
        }

        if (!isKnown || s.Bool("disposeAfter"))
        {
            throw s.Unsupported("this form");
        }

        return s.Bool("copy") && s.Tensor(Self).DType == type ? s.NewTensor(s.Builder.Add(Op.Clone, s.Tensor(Self))) : Converted(s, type);
    }

    private static TensorRef Converted(CallSite s, DType type) =>
        s.Tensor(Self).DType == type ? ViewModels.View(s, x => x) : s.NewTensor(s.Interpreter.CastTo(s.Tensor(Self), type));
}
