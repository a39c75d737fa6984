using System.Reflection;

namespace DlAot.Recorder;

/// <summary>Reads TorchSharp's tensors by name: every version of it is recorded by one assembly.</summary>
internal sealed class TensorReader
{
    private const string Tensor = "TorchSharp.torch+Tensor";

    private static readonly Dictionary<Type, TensorReader?> Known = [];

    // Names of torch.ScalarType and of the compiler's element types.
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["Byte"] = "u8", ["Int8"] = "i8", ["Int16"] = "i16", ["Int32"] = "i32", ["Int64"] = "i64", ["Float16"] = "f16", ["BFloat16"] = "bf16", ["Float32"] = "f32", ["Float64"] = "f64", ["Bool"] = "bool",
    };

    private readonly PropertyInfo dtype, shape, device, requiresGrad;

    private TensorReader(Type type)
    {
        PropertyInfo Property(string name) => type.GetProperty(name) ?? throw new MissingMemberException(type.FullName, name);
        (dtype, shape, device, requiresGrad) = (Property("dtype"), Property("shape"), Property("device"), Property("requires_grad"));
    }

    /// <summary>Null when objects of the type are no tensors.</summary>
    public static TensorReader? Find(Type type)
    {
        if (!Known.TryGetValue(type, out TensorReader? reader))
        {
            Type? tensor = type;
            while (tensor is not null && tensor.FullName != Tensor)
            {
                tensor = tensor.BaseType;
            }

            Known[type] = reader = tensor is null ? null : new TensorReader(tensor);
        }

        return reader;
    }

    public (string DType, long[] Shape, string Device, bool RequiresGrad) Read(object tensor)
    {
        string name = dtype.GetValue(tensor)!.ToString()!;
        return (Types.GetValueOrDefault(name, name), (long[])shape.GetValue(tensor)!, device.GetValue(tensor)!.ToString()!, (bool)requiresGrad.GetValue(tensor)!);
    }
}
