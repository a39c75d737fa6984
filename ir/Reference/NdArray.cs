using System.Buffers.Binary;
using System.Collections.Immutable;

namespace DlAot.Ir.Reference;

/// <summary>A concrete tensor: dtype, shape and the dense row-major elements as bytes (little endian), the way native code sees them.</summary>
public sealed class NdArray
{
    private readonly Memory<byte> data;

    /// <summary>An array over existing storage, which it shares.</summary>
    /// <exception cref="ArgumentException">The storage is too small.</exception>
    public NdArray(DType type, ImmutableArray<long> shape, Memory<byte> storage)
    {
        (Type, Shape) = (type, shape);
        Count = shape.Aggregate(1L, (x, y) => checked(x * y));
        data = shape.Any(d => d < 0) || storage.Length < Count * type.Size()
            ? throw new ArgumentException($"{storage.Length} bytes cannot hold {type.Name()}[{string.Join(",", shape)}]", nameof(storage))
            : storage[..(int)(Count * type.Size())];
    }

    /// <summary>A new array of zeros.</summary>
    public NdArray(DType type, params ImmutableArray<long> shape)
        : this(type, shape, new byte[shape.Aggregate(1L, (x, y) => checked(x * y)) * type.Size()])
    {
    }

    public DType Type { get; }

    public ImmutableArray<long> Shape { get; }

    public int Rank => Shape.Length;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>The storage, shared.</summary>
    public Memory<byte> Bytes => data;

    /// <summary>The element at a row-major position; setting converts to the dtype.</summary>
    public ScalarValue this[long flat]
    {
        get => Type.IsFloat() ? ScalarValue.Of(Type, ReadFloat(At(flat))) : ScalarValue.Of(Type, ReadInteger(At(flat)));
        set => Write(At(flat), value.ConvertTo(Type));
    }

    public static NdArray Scalar(ScalarValue value) => new(value.Type) { [0] = value };

    /// <summary>Elements in row-major order, rounded or truncated to the dtype.</summary>
    public static NdArray FromFloats(DType type, ImmutableArray<long> shape, params IEnumerable<double> values) =>
        Filled(type, shape, values.Select(v => ScalarValue.Of(type, v)));

    /// <summary>Elements in row-major order, wrapped or rounded to the dtype.</summary>
    public static NdArray FromIntegers(DType type, ImmutableArray<long> shape, params IEnumerable<long> values) =>
        Filled(type, shape, values.Select(v => ScalarValue.Of(type, v)));

    /// <summary>All elements as float64 (integers converted).</summary>
    public double[] ToFloats() => [.. Elements().Select(e => e.ConvertTo(DType.F64).Float)];

    /// <summary>All elements as i64 (floats truncated, bools 0 or 1).</summary>
    public long[] ToIntegers() => [.. Elements().Select(e => e.ConvertTo(DType.I64).Integer)];

    public IEnumerable<ScalarValue> Elements()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <summary>The same elements under another shape, sharing storage.</summary>
    public NdArray Reshape(params ImmutableArray<long> shape) => new NdArray(Type, shape, data) is var a && a.Count == Count
        ? a
        : throw new ArgumentException($"{this} has no shape [{string.Join(",", shape)}]", nameof(shape));

    public TensorType ToTensorType() => new(Type, [.. Shape.Select(d => (DimExpr)d)]);

    public override string ToString() => $"{Type.Name()}[{string.Join(",", Shape)}]";

    private static NdArray Filled(DType type, ImmutableArray<long> shape, IEnumerable<ScalarValue> values)
    {
        var array = new NdArray(type, shape);
        long at = 0;
        foreach (ScalarValue v in values)
        {
            array[at++] = v;
        }

        return at == array.Count ? array : throw new ArgumentException($"{at} values for {array}", nameof(values));
    }

    private Span<byte> At(long flat) => data.Span.Slice(checked((int)(flat * Type.Size())), Type.Size());

    private double ReadFloat(ReadOnlySpan<byte> at) => Type switch
    {
        DType.F16 => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
        DType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
        DType.F32 => BinaryPrimitives.ReadSingleLittleEndian(at),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(at),
    };

    private long ReadInteger(ReadOnlySpan<byte> at) => Type switch
    {
        DType.Bool or DType.U8 => at[0],
        DType.I8 => (sbyte)at[0],
        DType.I16 => BinaryPrimitives.ReadInt16LittleEndian(at),
        DType.I32 => BinaryPrimitives.ReadInt32LittleEndian(at),
        _ => BinaryPrimitives.ReadInt64LittleEndian(at),
    };

    private void Write(Span<byte> at, ScalarValue value)
    {
        switch (Type)
        {
            case DType.F16: BinaryPrimitives.WriteHalfLittleEndian(at, (Half)value.Float); break;
            case DType.BF16: BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)(BitConverter.SingleToUInt32Bits((float)value.Float) >> 16)); break;
            case DType.F32: BinaryPrimitives.WriteSingleLittleEndian(at, (float)value.Float); break;
            case DType.F64: BinaryPrimitives.WriteDoubleLittleEndian(at, value.Float); break;
            case DType.Bool or DType.U8 or DType.I8: at[0] = (byte)value.Integer; break;
            case DType.I16: BinaryPrimitives.WriteInt16LittleEndian(at, (short)value.Integer); break;
            case DType.I32: BinaryPrimitives.WriteInt32LittleEndian(at, (int)value.Integer); break;
            default: BinaryPrimitives.WriteInt64LittleEndian(at, value.Integer); break;
        }
    }
}
