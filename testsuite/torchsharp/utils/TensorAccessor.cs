using System.Collections;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor on the CPU, in row-major order, whatever its strides.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;
    private torch.Tensor? _tensor; // keeps the memory alive
    private T* _data;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor;
        _shape = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
        _data = (T*)Native.THSTensor_data(tensor.Handle);
        Native.ThrowIfFailed();
        Count = tensor.numel();
    }

    public long Count { get; }
    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get => _data[Offset(indices)];
        set => _data[Offset(indices)] = value;
    }

    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>An array with as many dimensions as the tensor; one element in one dimension for a tensor without any.</summary>
    public Array ToNDArray()
    {
        if (_shape.Length <= 1)
        {
            return ToArray();
        }
        var result = Array.CreateInstance(typeof(T), _shape);
        var source = ToArray();
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(source.AsSpan())
            .CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(result), checked((int)(Count * sizeof(T)))));
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        long count = Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        for (long k = 0; k < count; k++)
        {
            array[arrayIndex + (int)k] = _data[Linear(tensorIndex + k)];
        }
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        long count = Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        for (long k = 0; k < count; k++)
        {
            _data[Linear(tensorIndex + k)] = array[arrayIndex + (int)k];
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long k = 0; k < Count; k++)
        {
            yield return this[k];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && this.SequenceEqual(other);
    public override int GetHashCode() => base.GetHashCode();

    public void Dispose()
    {
        _tensor = null;
        _data = null;
    }

    private long Offset(long[] indices)
    {
        ObjectDisposedException.ThrowIf(_tensor is null, this);
        if (indices.Length == 1)
        {
            return indices[0] >= 0 && indices[0] < Count ? Linear(indices[0]) : throw new IndexOutOfRangeException();
        }
        long offset = 0;
        for (int d = 0; d < _shape.Length; d++)
        {
            if (indices[d] < 0 || indices[d] >= _shape[d])
            {
                throw new IndexOutOfRangeException($"{indices[d]} >= {_shape[d]} in dimension {d}.");
            }
            offset += indices[d] * _strides[d];
        }
        return offset;
    }

    private long Linear(long index)
    {
        if (_contiguous)
        {
            return index;
        }
        long offset = 0;
        for (int d = _shape.Length - 1; d >= 0; d--)
        {
            (index, long position) = Math.DivRem(index, _shape[d]);
            offset += position * _strides[d];
        }
        return offset;
    }
}
