namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public long Dimensions => Native.THSTensor_ndimension(Handle);
        public long ndim => Dimensions;
        public long dim() => Dimensions;
        public long NumberOfElements => Native.THSTensor_numel(Handle);
        public long numel() => NumberOfElements;
        public long ElementSize => Native.THSTensor_element_size(Handle);
        public long element_size() => ElementSize;
        public ScalarType dtype => (ScalarType)Native.THSTensor_type(Handle);

        public long[] shape
        {
            get
            {
                var sizes = new long[Dimensions];
                fixed (long* into = sizes)
                {
                    Native.THSX_sizes(Handle, into);
                }
                Native.ThrowIfFailed();
                return sizes;
            }
        }

        public long[] size() => shape;
        public long size(int dim) => Checked(Native.THSTensor_size(Handle, dim));

        public long[] stride()
        {
            var strides = new long[Dimensions];
            fixed (long* into = strides)
            {
                Native.THSX_strides(Handle, into);
            }
            Native.ThrowIfFailed();
            return strides;
        }

        public long stride(int dim) => Checked(Native.THSTensor_stride(Handle, dim));
        public long storage_offset() => Checked(Native.THSTensor_storage_offset(Handle));

        public DeviceType device_type => (DeviceType)Checked(Native.THSTensor_device_type(Handle));
        public int device_index => (int)Checked(Native.THSTensor_device_index(Handle));

        public Device device
        {
            get
            {
                DeviceType type = device_type;
                return new Device(type, type == DeviceType.CPU ? -1 : device_index);
            }
        }

        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_sparse => Native.THSTensor_is_sparse(Handle) != 0;
        public bool is_contiguous() => Native.THSTensor_is_contiguous(Handle) != 0;
        public bool is_integral() => torch.is_integral(dtype);
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_complex() => torch.is_complex(dtype);
        public bool is_quantized() => torch.is_quantized(dtype);
        public bool is_leaf => Native.THSTensor_is_leaf(Handle) != 0;

        public bool requires_grad
        {
            get => Native.THSTensor_requires_grad(Handle) != 0;
            set
            {
                Native.THSTensor_set_requires_grad(Handle, value ? (byte)1 : (byte)0);
                Native.ThrowIfFailed();
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public Tensor? grad
        {
            get
            {
                nint handle = Native.THSTensor_grad(Handle);
                Native.ThrowIfFailed();
                return handle == 0 ? null : new Tensor(handle);
            }

            set
            {
                Native.THSTensor_set_grad(Handle, value?.Handle ?? 0);
                Native.ThrowIfFailed();
            }
        }

        public void retain_grad()
        {
            Native.THSTensor_retain_grad(Handle);
            Native.ThrowIfFailed();
        }

        public void backward()
        {
            Native.THSTensor_backward(Handle);
            Native.ThrowIfFailed();
        }

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null)
            => autograd.backward([this], grad_tensors!, retain_graph, create_graph, inputs!);

        private static long Checked(long value)
        {
            if (value == -1)
            {
                Native.ThrowIfFailed();
            }
            return value;
        }
    }
}
