using System.Runtime.InteropServices;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static Tensor from_array(Array rawArray, Device? device = null)
        => FromAnyArray(rawArray, null, device, false);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
        => FromAnyArray(rawArray, dtype, device, requires_grad);

    /// <summary>A tensor over the array's own memory: writing to one writes to the other.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (count < 0)
        {
            count = rawArray.LongLength - offset;
        }
        Tensor whole = Alias(rawArray);
        Tensor part = count == rawArray.LongLength ? whole : whole.narrow(0, offset, count);
        return WithGrad(part.dtype == dtype ? part : part.to_type(dtype), requires_grad);
    }

    public static Tensor as_tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null) => AsTensor(rawArray, dtype, device);
    public static Tensor as_tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null) => AsTensor(rawArray, dtype, device);
    public static Tensor as_tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null) => AsTensor(rawArray, dtype, device);
    public static Tensor as_tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null) => AsTensor(rawArray, dtype, device);
    public static Tensor as_tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null) => AsTensor(rawArray, dtype, device);
    public static Tensor as_tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null) => AsTensor(rawArray, dtype, device);

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null)
        => Native.Call("to.dtype_layout", data, dtype ?? data.dtype, Arg.None, device ?? data.device);

    private static Tensor AsTensor(Array array, ScalarType? dtype, Device? device)
        => Place(Alias(array), dtype, device, false);

    private static Tensor Alias(Array array)
    {
        var sizes = new long[array.Rank];
        for (int d = 0; d < sizes.Length; d++)
        {
            sizes[d] = array.GetLongLength(d);
        }
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        fixed (long* s = sizes)
        {
            return Native.Owned(
                Native.THSX_from_blob((void*)pin.AddrOfPinnedObject(), s, sizes.Length, (int)TypeOf(array), &Unpin, GCHandle.ToIntPtr(pin)),
                "from_array");
        }
    }

    [UnmanagedCallersOnly]
    private static void Unpin(nint pin) => GCHandle.FromIntPtr(pin).Free();

    private static ScalarType TypeOf(Array array) => Type.GetTypeCode(array.GetType().GetElementType()) switch
    {
        TypeCode.Byte => ScalarType.Byte,
        TypeCode.SByte => ScalarType.Int8,
        TypeCode.Int16 => ScalarType.Int16,
        TypeCode.Int32 => ScalarType.Int32,
        TypeCode.Int64 => ScalarType.Int64,
        TypeCode.Boolean => ScalarType.Bool,
        TypeCode.Single => ScalarType.Float32,
        TypeCode.Double => ScalarType.Float64,
        _ when array is Half[] => ScalarType.Float16,
        _ => throw new NotSupportedException($"Arrays of {array.GetType().GetElementType()} are not supported as tensors."),
    };

    private static Tensor FromAnyArray(Array array, ScalarType? dtype, Device? device, bool requires_grad)
    {
        using Tensor view = Alias(array);
        return Place(view.clone(), dtype, device, requires_grad);
    }

    private static Tensor FromArray<T>(Array array, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad) where T : unmanaged
    {
        Span<long> sizes = stackalloc long[array.Rank];
        for (int d = 0; d < sizes.Length; d++)
        {
            sizes[d] = array.GetLongLength(d);
        }
        var data = MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(array), checked(array.Length * sizeof(T)));
        return From(MemoryMarshal.Cast<byte, T>(data), sizes, own, dtype, device, requires_grad);
    }

    private static Tensor From<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> sizes, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged
    {
        fixed (T* d = data)
        {
            fixed (long* s = sizes)
            {
                Tensor tensor = Native.Owned(Native.THSX_copy_of(d, (long)data.Length * sizeof(T), s, sizes.Length, (int)own), "tensor");
                return Place(tensor, dtype, device, requires_grad);
            }
        }
    }

    // The tensor itself where it is already as wanted; otherwise it is converted and disposed.
    private static Tensor Place(Tensor tensor, ScalarType? dtype, Device? device, bool requires_grad)
    {
        Device target = InitializeDevice(device);
        if (target.type != DeviceType.CPU)
        {
            tensor = tensor.to(dtype ?? tensor.dtype, target, disposeAfter: true);
        }
        else if (dtype is { } type && type != tensor.dtype)
        {
            tensor = tensor.to_type(type, disposeAfter: true);
        }
        return WithGrad(tensor, requires_grad);
    }
}
