using System.Runtime.InteropServices;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        /// <summary>The elements' memory, for contiguous tensors on the CPU.</summary>
        /// <exception cref="NotImplementedException">The tensor is not contiguous, not on the CPU, or over 2 GB.</exception>
        public Span<byte> bytes
        {
            get
            {
                long total = NumberOfElements * ElementSize;
                Validate(total);
                nint data = Native.THSTensor_data(Handle);
                Native.ThrowIfFailed();
                return new Span<byte>((void*)data, (int)total);
            }

            set
            {
                Span<byte> target = bytes;
                if (value.Length != target.Length)
                {
                    throw new ArgumentException("Mismatched data sizes in SetBytes().");
                }
                value.CopyTo(target);
            }
        }

        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException("Number of elements in the tensor must be 1");
            }
            return data<T>()[0];
        }

        public Scalar ToScalar() => dtype switch
        {
            ScalarType.Byte => (byte)Number(),
            ScalarType.Int8 => (sbyte)Number(),
            ScalarType.Int16 => (short)Number(),
            ScalarType.Int32 => (int)Number(),
            ScalarType.Int64 => Number(),
            ScalarType.Bool => Number() != 0,
            ScalarType.ComplexFloat32 => item<(float, float)>(),
            ScalarType.ComplexFloat64 => item<System.Numerics.Complex>(),
            ScalarType type => Scalar.Of(type, Native.CallDouble("_local_scalar_dense", this)),
        };

        public bool is_nonzero() => Native.CallBool("is_nonzero", this);

        public T ReadCpuValue<T>(long i) where T : unmanaged => data<T>()[i];
        public float ReadCpuSingle(long i) => data<float>()[i];
        public double ReadCpuDouble(long i) => data<double>()[i];
        public int ReadCpuInt32(long i) => data<int>()[i];
        public long ReadCpuInt64(long i) => data<long>()[i];
        public bool ReadCpuBool(long i) => data<bool>()[i];
        public byte ReadCpuByte(long i) => data<byte>()[i];

        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            long total = NumberOfElements * ElementSize;
            byte* data = Bytes(total);
            for (long at = 0; at < total; at += int.MaxValue)
            {
                stream.Write(new ReadOnlySpan<byte>(data + at, (int)Math.Min(total - at, int.MaxValue)));
            }
        }

        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            long total = NumberOfElements * ElementSize;
            byte* data = Bytes(total);
            for (long at = 0; at < total; at += int.MaxValue)
            {
                stream.ReadExactly(new Span<byte>(data + at, (int)Math.Min(total - at, int.MaxValue)));
            }
        }

        internal void ValidateType(Type type)
        {
            bool fits = dtype switch
            {
                ScalarType.Byte => type == typeof(byte),
                ScalarType.Int8 => type == typeof(sbyte),
                ScalarType.Int16 => type == typeof(short),
                ScalarType.Int32 => type == typeof(int),
                ScalarType.Int64 => type == typeof(long),
                ScalarType.Bool => type == typeof(bool),
                ScalarType.Float16 => type == typeof(Half),
                ScalarType.Float32 => type == typeof(float),
                ScalarType.Float64 => type == typeof(double),
                ScalarType.ComplexFloat32 => type == typeof((float, float)),
                ScalarType.ComplexFloat64 => type == typeof(System.Numerics.Complex),
                _ => true,
            };
            if (!fits)
            {
                throw new ArgumentException($"{type.Name} is not compatible with {dtype}");
            }
        }

        private long Number() => Native.CallInt("_local_scalar_dense", this);

        private byte* Bytes(long total)
        {
            if (total == 0)
            {
                return null;
            }
            if (!is_contiguous())
            {
                throw new NotImplementedException("Bytes are only available for contiguous tensors.");
            }
            nint data = Native.THSTensor_data(Handle);
            Native.ThrowIfFailed();
            return (byte*)data;
        }

        private void Validate(long total)
        {
            if (!is_contiguous())
            {
                throw new NotImplementedException("Bytes() called on non-contiguous tensor.");
            }
            if (total > int.MaxValue)
            {
                throw new NotImplementedException("Span of bytes that is larger than 2 GB.");
            }
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            }
        }
    }
}
