using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>TorchSharp's ScalarType codes (a public enum) and ours.</summary>
public static class TorchTypes
{
    private static readonly (long Code, DType Type, string Name)[] Rows =
    [
        (0, DType.U8, "Byte"),
        (1, DType.I8, "Int8"),
        (2, DType.I16, "Int16"),
        (3, DType.I32, "Int32"),
        (4, DType.I64, "Int64"),
        (5, DType.F16, "Float16"),
        (6, DType.F32, "Float32"),
        (7, DType.F64, "Float64"),
        (11, DType.Bool, "Bool"),
        (15, DType.BF16, "BFloat16"),
    ];

    public static DType? FromCode(long code) => Rows.Where(r => r.Code == code).Select(r => (DType?)r.Type).FirstOrDefault();

    /// <summary>The ScalarType code of a dtype.</summary>
    public static long Code(DType type) => Rows.Single(r => r.Type == type).Code;

    public static DType? FromName(string name) => Rows.Where(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)).Select(r => (DType?)r.Type).FirstOrDefault();

    /// <summary>The dtype that a C# number type becomes; null for a type without one.</summary>
    public static DType? Of(Mono.Cecil.TypeReference type) => type.MetadataType switch
    {
        Mono.Cecil.MetadataType.Double => DType.F64,
        Mono.Cecil.MetadataType.Single => DType.F32,
        Mono.Cecil.MetadataType.Int64 => DType.I64,
        Mono.Cecil.MetadataType.Int32 => DType.I32,
        Mono.Cecil.MetadataType.Int16 => DType.I16,
        Mono.Cecil.MetadataType.SByte => DType.I8,
        Mono.Cecil.MetadataType.Byte => DType.U8,
        Mono.Cecil.MetadataType.Boolean => DType.Bool,
        _ => null,
    };
}
