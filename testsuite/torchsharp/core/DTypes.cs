namespace TorchSharp;

public static partial class torch
{
    public static ScalarType uint8 = ScalarType.Byte;
    public static ScalarType int8 = ScalarType.Int8;
    public static ScalarType int16 = ScalarType.Int16;
    public static ScalarType int32 = ScalarType.Int32;
    public static ScalarType int64 = ScalarType.Int64;
    public static ScalarType @short = ScalarType.Int16;
    public static ScalarType @int = ScalarType.Int32;
    public static ScalarType @long = ScalarType.Int64;
    public static ScalarType float16 = ScalarType.Float16;
    public static ScalarType half = ScalarType.Float16;
    public static ScalarType float32 = ScalarType.Float32;
    public static ScalarType @float = ScalarType.Float32;
    public static ScalarType float64 = ScalarType.Float64;
    public static ScalarType @double = ScalarType.Float64;
    public static ScalarType bfloat16 = ScalarType.BFloat16;
    public static ScalarType complex64 = ScalarType.ComplexFloat32;
    public static ScalarType cfloat = ScalarType.ComplexFloat32;
    public static ScalarType complex128 = ScalarType.ComplexFloat64;
    public static ScalarType cdouble = ScalarType.ComplexFloat64;
    public static ScalarType @bool = ScalarType.Bool;
    public static ScalarType qint8 = ScalarType.QInt8;
    public static ScalarType quint8 = ScalarType.QUInt8;
    public static ScalarType qint32 = ScalarType.QInt32;

    public static ScalarType get_default_dtype() => (ScalarType)Native.THSX_get_default_dtype();

    public static void set_default_dtype(ScalarType dtype)
    {
        Native.THSX_set_default_dtype((int)dtype);
        Native.ThrowIfFailed();
    }

    public static bool is_integral(ScalarType type) => type is <= ScalarType.Int64 or ScalarType.Bool;
    public static bool is_floating_point(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
    public static bool is_complex(ScalarType type) => type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
    public static bool is_quantized(ScalarType type) => type is ScalarType.QInt8 or ScalarType.QUInt8 or ScalarType.QInt32;

    public static bool can_cast(ScalarType from, ScalarType to)
    {
        int result = Native.THSTorch_can_cast((int)from, (int)to);
        Native.ThrowIfFailed();
        return result != 0;
    }

    public static ScalarType promote_types(ScalarType type1, ScalarType type2)
    {
        int result = Native.THSTorch_promote_types((int)type1, (int)type2);
        Native.ThrowIfFailed();
        return (ScalarType)result;
    }

    public static long max_int_value(ScalarType type) => type switch
    {
        ScalarType.Byte => byte.MaxValue,
        ScalarType.Int8 => sbyte.MaxValue,
        ScalarType.Int16 => short.MaxValue,
        ScalarType.Int32 => int.MaxValue,
        ScalarType.Int64 => long.MaxValue,
        _ => throw new ArgumentException($"{type} is not an integral type.", nameof(type)),
    };

    public static FInfo finfo() => finfo(get_default_dtype());

    public static FInfo finfo(ScalarType dtype) => dtype switch
    {
        ScalarType.Float32 or ScalarType.ComplexFloat32 => new FInfo
        {
            bits = 32,
            eps = 1.1920928955078125e-07,
            max = float.MaxValue,
            min = float.MinValue,
            tiny = 1.1754943508222875e-38,
            smallest_normal = 1.1754943508222875e-38,
            resolution = 1e-06,
        },
        ScalarType.Float64 or ScalarType.ComplexFloat64 => new FInfo
        {
            bits = 64,
            eps = 2.220446049250313e-16,
            max = double.MaxValue,
            min = double.MinValue,
            tiny = 2.2250738585072014e-308,
            smallest_normal = 2.2250738585072014e-308,
            resolution = 1e-15,
        },
        ScalarType.Float16 => new FInfo
        {
            bits = 16,
            eps = 0.0009765625,
            max = 65504,
            min = -65504,
            tiny = 6.103515625e-05,
            smallest_normal = 6.103515625e-05,
            resolution = 0.001,
        },
        ScalarType.BFloat16 => new FInfo
        {
            bits = 16,
            eps = 0.0078125,
            max = 3.3895313892515355e+38,
            min = -3.3895313892515355e+38,
            tiny = 1.1754943508222875e-38,
            smallest_normal = 1.1754943508222875e-38,
            resolution = 0.01,
        },
        _ => throw new ArgumentException($"{dtype} is not a floating-point type.", nameof(dtype)),
    };

    public struct FInfo
    {
        public int bits;
        public double eps;
        public double max;
        public double min;
        public double tiny;
        public double smallest_normal;
        public double resolution;
    }
}
