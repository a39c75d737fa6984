using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    private const string Library = "LibTorchSharp";

    [DllImport(Library)] private static extern nint THSX_find(byte* name, byte* overload);
    [DllImport(Library)] private static extern nint THSX_call(nint op, NativeArg* args, int count);
    [DllImport(Library)] private static extern int THSX_run(nint op, NativeArg* args, int count);
    [DllImport(Library)] private static extern int THSX_call_many(nint op, NativeArg* args, int count, NativeArg* results, int capacity);
    [DllImport(Library)] private static extern void THSX_free(nint memory);
    [DllImport(Library)] internal static extern nint THSX_from_blob(void* data, long* sizes, int count, int dtype, delegate* unmanaged<nint, void> release, nint context);
    [DllImport(Library)] internal static extern nint THSX_copy_of(void* data, long bytes, long* sizes, int count, int dtype);
    [DllImport(Library)] internal static extern void THSX_sizes(nint tensor, long* into);
    [DllImport(Library)] internal static extern void THSX_strides(nint tensor, long* into);
    [DllImport(Library)] internal static extern void THSX_set_data(nint tensor, nint source);

    [DllImport(Library)] private static extern byte* THSTorch_get_and_reset_last_err();
    [DllImport(Library)] internal static extern nint THSTensor_data(nint tensor);
    [DllImport(Library)] internal static extern sbyte THSTensor_type(nint tensor);
    [DllImport(Library)] internal static extern long THSTensor_ndimension(nint tensor);
    [DllImport(Library)] internal static extern long THSTensor_numel(nint tensor);
    [DllImport(Library)] internal static extern long THSTensor_element_size(nint tensor);
    [DllImport(Library)] internal static extern long THSTensor_size(nint tensor, long dim);
    [DllImport(Library)] internal static extern long THSTensor_stride(nint tensor, long dim);
    [DllImport(Library)] internal static extern long THSTensor_storage_offset(nint tensor);
    [DllImport(Library)] internal static extern int THSTensor_device_type(nint tensor);
    [DllImport(Library)] internal static extern int THSTensor_device_index(nint tensor);
    [DllImport(Library)] internal static extern byte THSTensor_is_contiguous(nint tensor);
    [DllImport(Library)] internal static extern byte THSTensor_is_sparse(nint tensor);
    [DllImport(Library)] internal static extern byte THSTensor_is_leaf(nint tensor);
    [DllImport(Library)] internal static extern byte THSTensor_requires_grad(nint tensor);
    [DllImport(Library)] internal static extern void THSTensor_set_requires_grad(nint tensor, byte on);
    [DllImport(Library)] internal static extern void THSTensor_retain_grad(nint tensor);
    [DllImport(Library)] internal static extern nint THSTensor_alias(nint tensor);
    [DllImport(Library)] internal static extern void THSTensor_dispose(nint tensor);

    [DllImport(Library)] internal static extern nint THSTensor_grad(nint tensor);
    [DllImport(Library)] internal static extern void THSTensor_set_grad(nint tensor, nint grad);
    [DllImport(Library)] internal static extern void THSTensor_backward(nint tensor);
    [DllImport(Library)] internal static extern void THSAutograd_backward(nint* tensors, long count, nint* grads, long gradCount, byte retainGraph, byte createGraph, nint* inputs, long inputCount);
    [DllImport(Library)] internal static extern int THSX_grad(nint* outputs, long outputCount, nint* inputs, long inputCount, nint* grads, long gradCount, byte retainGraph, byte createGraph, byte allowUnused, nint* results);
    [DllImport(Library)] internal static extern byte THSAutograd_isGradEnabled();
    [DllImport(Library)] internal static extern void THSAutograd_setGrad(byte enabled);
    [DllImport(Library)] internal static extern byte THSAutograd_isInferenceModeEnabled();
    [DllImport(Library)] internal static extern nint THSAutograd_getInferenceModeGuard(byte mode);
    [DllImport(Library)] internal static extern void THSAutograd_deleteInferenceModeGuard(nint guard);
    [DllImport(Library)] internal static extern byte THSAutograd_isAnomalyEnabled();
    [DllImport(Library)] internal static extern byte THSAutograd_shouldCheckNaN();
    [DllImport(Library)] internal static extern void THSAutograd_setAnomaly(byte enabled, byte checkNaN);

    [DllImport(Library)] internal static extern int THSTorch_get_num_threads();
    [DllImport(Library)] internal static extern void THSTorch_set_num_threads(int threads);
    [DllImport(Library)] internal static extern int THSTorch_get_num_interop_threads();
    [DllImport(Library)] internal static extern void THSTorch_set_num_interop_threads(int threads);
    [DllImport(Library)] internal static extern sbyte THSX_get_default_dtype();
    [DllImport(Library)] internal static extern void THSX_set_default_dtype(int dtype);
    [DllImport(Library)] internal static extern int THSTorch_can_cast(int from, int to);
    [DllImport(Library)] internal static extern int THSTorch_promote_types(int a, int b);
    [DllImport(Library)] internal static extern void THSTorch_manual_seed(long seed);
    [DllImport(Library)] internal static extern byte THSTorchCuda_is_available();
    [DllImport(Library)] internal static extern byte THSTorchCuda_cudnn_is_available();
    [DllImport(Library)] internal static extern int THSTorchCuda_device_count();
    [DllImport(Library)] internal static extern void THSTorchCuda_synchronize(long device);
    [DllImport(Library)] internal static extern nint THSGenerator_default_generator();
    [DllImport(Library)] internal static extern nint THSGenerator_new(ulong seed, long device, long index);
    [DllImport(Library)] internal static extern void THSGenerator_gen_manual_seed(nint generator, long seed);
    [DllImport(Library)] internal static extern long THSGenerator_initial_seed(nint generator);
    [DllImport(Library)] internal static extern nint THSGenerator_get_rng_state(nint generator);
    [DllImport(Library)] internal static extern void THSGenerator_set_rng_state(nint generator, nint state);
    [DllImport(Library)] internal static extern void THSGenerator_dispose(nint generator);
}
