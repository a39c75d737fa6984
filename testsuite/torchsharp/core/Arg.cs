using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>What an <see cref="Arg"/> holds; the numbers are those of the native file.</summary>
internal enum Tag
{
    None = 0,
    Default = 1,
    Tensor = 2,
    Int = 3,
    Double = 4,
    Bool = 5,
    Ints = 6,
    Doubles = 7,
    Tensors = 8,
    String = 9,
    Device = 10,
    Generator = 11,
    Complex = 12,
}

/// <summary>An argument or result as the native file sees it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeArg
{
    internal Tag Tag;
    internal int Count;
    internal long Bits;
}

/// <summary>An argument of an operator: everything converts to it, nothing is allocated for it.</summary>
internal readonly struct Arg
{
    internal readonly object? Object;
    internal readonly long Bits;
    internal readonly Tag Tag;

    private Arg(Tag tag, long bits, object? value = null)
    {
        Tag = tag;
        Bits = bits;
        Object = value;
    }

    /// <summary>The value the operator's schema gives when the argument is left out.</summary>
    internal static Arg Default => new(Tag.Default, 0);

    internal static Arg None => default;

    /// <summary>The value, or what the schema says where there is none.</summary>
    internal static Arg Or(long[]? value) => value is null ? Default : value;

    internal static Arg Or(long? value) => value is null ? Default : value;

    private static Arg OfObject(Tag tag, object? value) => value is null ? default : new(tag, 0, value);

    public static implicit operator Arg(torch.Tensor? value) => OfObject(Tag.Tensor, value);
    public static implicit operator Arg(torch.Tensor?[]? value) => OfObject(Tag.Tensors, value);
    public static implicit operator Arg(long[]? value) => OfObject(Tag.Ints, value);
    public static implicit operator Arg(double[]? value) => OfObject(Tag.Doubles, value);
    public static implicit operator Arg(string? value) => OfObject(Tag.String, value);
    public static implicit operator Arg(torch.Generator? value) => OfObject(Tag.Generator, value);
    public static implicit operator Arg(torch.Device? value) => OfObject(Tag.Device, value);
    public static implicit operator Arg(long value) => new(Tag.Int, value);
    public static implicit operator Arg(long? value) => value is null ? default : new(Tag.Int, value.Value);
    public static implicit operator Arg(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(double? value) => value is null ? default : (Arg)value.Value;
    public static implicit operator Arg(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Arg(bool? value) => value is null ? default : (Arg)value.Value;
    public static implicit operator Arg(torch.ScalarType value) => new(Tag.Int, (long)value);
    public static implicit operator Arg(torch.ScalarType? value) => value is null ? default : new(Tag.Int, (long)value.Value);
    public static implicit operator Arg(Scalar? value) => value is null ? default : value.ToArg();

    internal static Arg Complex(double[] parts) => new(Tag.Complex, 0, parts);
}
