namespace TorchSharp;

/// <summary>A number of a dtype. The real library keeps a native object; here the value itself is kept.</summary>
public sealed class Scalar : IDisposable
{
    private readonly double _real;
    private readonly double _imaginary;
    private readonly long _integer;

    private Scalar(torch.ScalarType type, long integer) => (Type, _integer, _real) = (type, integer, integer);

    private Scalar(torch.ScalarType type, double real, double imaginary = 0)
        => (Type, _real, _imaginary) = (type, real, imaginary);

    public torch.ScalarType Type { get; }

    internal bool IsIntegral => Type is <= torch.ScalarType.Int64 or torch.ScalarType.Bool;

    internal double Real => _real;
    internal double Imaginary => _imaginary;
    internal long Integer => IsIntegral ? _integer : (long)_real;

    internal static Scalar Of(torch.ScalarType type, double value) => new(type, value);

    internal Arg ToArg() => Type switch
    {
        torch.ScalarType.Bool => _integer != 0,
        <= torch.ScalarType.Int64 => _integer,
        torch.ScalarType.ComplexFloat32 or torch.ScalarType.ComplexFloat64 => Arg.Complex([_real, _imaginary]),
        _ => _real,
    };

    public static implicit operator Scalar(byte value) => new(torch.ScalarType.Byte, (long)value);
    public static implicit operator Scalar(sbyte value) => new(torch.ScalarType.Int8, (long)value);
    public static implicit operator Scalar(short value) => new(torch.ScalarType.Int16, (long)value);
    public static implicit operator Scalar(int value) => new(torch.ScalarType.Int32, (long)value);
    public static implicit operator Scalar(long value) => new(torch.ScalarType.Int64, value);
    public static implicit operator Scalar(bool value) => new(torch.ScalarType.Bool, value ? 1L : 0L);
    public static implicit operator Scalar(Half value) => new(torch.ScalarType.Float16, (double)value);
    public static implicit operator Scalar(float value) => new(torch.ScalarType.Float32, (double)value);
    public static implicit operator Scalar(double value) => new(torch.ScalarType.Float64, value);
    public static implicit operator Scalar((float, float) value) => new(torch.ScalarType.ComplexFloat32, value.Item1, value.Item2);
    public static implicit operator Scalar(System.Numerics.Complex value) => new(torch.ScalarType.ComplexFloat64, value.Real, value.Imaginary);

    public void Dispose()
    {
    }
}
