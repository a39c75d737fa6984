using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>
/// Entry points of LibTorchSharp that read a tensor's metadata. Valid once a <see cref="CompiledLibrary"/> is enabled.
/// </summary>
/// <remarks>
/// Signatures as in TorchSharp's src/Native/LibTorchSharp (0.107), with two widenings: results that are bool there, and
/// were int before #1537, are read as one byte, which is right for both. All of these take a few nanoseconds and never
/// call back, so the GC transition is left out.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class TorchNative
{
    /// <summary>Element type (ScalarType) of a tensor.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, sbyte> Type =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, sbyte>)Export("THSTensor_type");

    /// <summary>Number of dimensions of a tensor.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long> Rank =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long>)Export("THSTensor_ndimension");

    /// <summary>Size of one dimension, in elements. The dimension must exist.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long, long> Size =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long, long>)Export("THSTensor_size");

    /// <summary>Step of one dimension, in elements. Null when the library does not export it. The dimension must exist.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long, long> Stride =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long, long>)Export("THSTensor_stride");

    /// <summary>Address of the first element, storage offset included; null when there is none.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, void*> Data =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, void*>)Export("THSTensor_data");

    /// <summary>Device type of a tensor; 0 is the CPU.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int> DeviceType =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int>)Export("THSTensor_device_type");

    /// <summary>Whether a tensor is dense in row-major order.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> IsContiguous =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)Export("THSTensor_is_contiguous");

    /// <summary>Whether a tensor is sparse (COO).</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> IsSparse =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)Export("THSTensor_is_sparse");

    /// <summary>Whether a tensor takes part in automatic differentiation.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> RequiresGrad =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)Export("THSTensor_requires_grad");

    /// <summary>Whether operations of this thread are recorded for automatic differentiation.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte> IsGradEnabled =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte>)Export("THSAutograd_isGradEnabled");

    /// <summary>Threads that libtorch uses inside one operation.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<int> NumThreads =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<int>)Export("THSTorch_get_num_threads");

    // at::autocast::is_cpu_enabled() until libtorch 2.3, is_autocast_enabled(c10::DeviceType) since. LibTorchSharp leads to them
    // where symbols of dependencies are found through it (Linux, macOS).
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte> _isCpuAutocastEnabled =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte>)Export("_ZN2at8autocast14is_cpu_enabledEv");

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<sbyte, byte> _isAutocastEnabled =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<sbyte, byte>)Export("_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE");

    /// <summary>Whether libtorch chooses dtypes itself in this thread's CPU operations. TorchSharp 0.107 has no way of asking for that.</summary>
    internal static bool IsAutocastEnabled =>
        _isCpuAutocastEnabled != null ? _isCpuAutocastEnabled() != 0 : _isAutocastEnabled != null && _isAutocastEnabled(0) != 0;

    /// <summary>Whether the data is to be read negated (lazy negation). Null when the library does not export it.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> IsNegated =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)Export("THSTensor_is_neg");

    /// <summary>Whether the data is to be read conjugated. Null when the library does not export it.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> IsConjugated =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)Export("THSTensor_is_conj");

    /// <summary>Takes this thread's pending error. Null when the library does not export it.</summary>
    internal static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*> TakeError =
        (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*>)Export("THSTorch_get_and_reset_last_err");

    /// <summary>Address of a tensor's first element; null when it has none. For outputs that the caller has just made.</summary>
    /// <param name="tensor">The native tensor (Tensor.Handle).</param>
    public static void* DataOf(nint tensor) => Data(tensor);

    private static nint Export(string name) =>
        TorchBinding.Handle != 0 && NativeLibrary.TryGetExport(TorchBinding.Handle, name, out var address) ? address : 0;
}
