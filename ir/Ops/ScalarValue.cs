namespace DlAot.Ir;

/// <summary>
/// One element: floats of any dtype are held in <see cref="Float"/>, already rounded to the dtype; integers and bools (0 or 1) in
/// <see cref="Integer"/>, already wrapped.
/// </summary>
public readonly record struct ScalarValue
{
    private ScalarValue(DType type, double value, long integer) => (Type, Float, Integer) = (type, value, integer);

    public DType Type { get; }

    public double Float { get; }

    public long Integer { get; }

    public bool IsTrue => Type.IsFloat() ? Float != 0 : Integer != 0;

    /// <summary>Rounded to the dtype when it is a float, truncated when it is an integer, "not zero" when it is bool.</summary>
    public static ScalarValue Of(DType type, double value) => type.Category() switch
    {
        DTypeCategory.Float => new(type, Round(type, value), 0),
        DTypeCategory.Bool => Of(value != 0),

        // What lies outside i64 is unspecified in C++ and so in libtorch; here it saturates and NaN is 0.
        _ => Of(type, (long)value),
    };

    /// <summary>Wrapped to the dtype when it is an integer, rounded once when it is a float.</summary>
    public static ScalarValue Of(DType type, long value) => type.Category() switch
    {
        DTypeCategory.Float => new(type, type == DType.F64 ? value : Round(type, (float)value), 0),
        DTypeCategory.Bool => Of(value != 0),
        _ => new(type, 0, Wrap(type, value)),
    };

    public static ScalarValue Of(bool value) => new(DType.Bool, 0, value ? 1 : 0);

    public ScalarValue ConvertTo(DType type) => type == Type ? this : Type.IsFloat() ? Of(type, Float) : Of(type, Integer);

    public override string ToString() => Type.IsFloat() ? $"{Float:R}:{Type.Name()}" : $"{Integer}:{Type.Name()}";

    // Halves are rounded through f32, as libtorch computes them (c10/util/Half.h, BFloat16.h).
    private static double Round(DType type, double value) => type switch
    {
        DType.F64 => value,
        DType.F32 => (float)value,
        DType.F16 => (double)(Half)(float)value,
        _ => RoundToBFloat16((float)value),
    };

    // Nearest even on the upper 16 bits; NaN stays NaN.
    private static double RoundToBFloat16(float value)
    {
        if (float.IsNaN(value))
        {
            return double.NaN;
        }

        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static long Wrap(DType type, long value) => type switch
    {
        DType.U8 => (byte)value,
        DType.I8 => (sbyte)value,
        DType.I16 => (short)value,
        DType.I32 => (int)value,
        _ => value,
    };
}
