using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>
/// Finds the LibTorchSharp that the application's TorchSharp uses. One per process: <see cref="TorchNative"/> keeps its
/// entry points in static readonly fields so that the JIT calls them directly.
/// </summary>
internal static class TorchBinding
{
    private const string Name = "LibTorchSharp";
    private static readonly object _gate = new();

    /// <summary>Exports without which nothing compiled can run.</summary>
    private static readonly string[] _required =
    [
        "THSTensor_type", "THSTensor_ndimension", "THSTensor_size", "THSTensor_data", "THSTensor_device_type",
        "THSTensor_is_contiguous", "THSTensor_is_sparse", "THSTensor_requires_grad", "THSAutograd_isGradEnabled",
        "THSTorch_get_num_threads",
    ];

    /// <summary>The bound library, 0 before the first success.</summary>
    public static nint Handle { get; private set; }

    /// <summary>Null when bound (now or before) to the library that serves <paramref name="tensorType"/>, else the reason.</summary>
    public static string? Bind(Type tensorType)
    {
        lock (_gate)
        {
            Initialize(tensorType);
            if (!TryFind(tensorType, out var handle))
                return $"{Name}, the native library of {tensorType.Assembly.GetName().Name}, was not found";
            if (Handle == handle)
                return null;
            if (Handle != 0)
                return $"another copy of {Name} is already in use in this process";
            var missing = _required.Where(export => !NativeLibrary.TryGetExport(handle, export, out _)).ToArray();
            if (missing.Length > 0)
                return $"{Name} does not export {string.Join(", ", missing)}";
            Handle = handle;
            RuntimeHelpers.RunClassConstructor(typeof(TorchNative).TypeHandle);
            return null;
        }
    }

    // TorchSharp loads libtorch before LibTorchSharp from a static constructor; it must have had its turn.
    [UnconditionalSuppressMessage("Trimming", "IL2059", Justification = "A constructor that was trimmed away has nothing to load.")]
    private static void Initialize(Type tensorType)
    {
        try
        {
            if (tensorType.DeclaringType is { } torch)
                RuntimeHelpers.RunClassConstructor(torch.TypeHandle);
        }
        catch (TypeInitializationException)
        {
            // The original code will raise it where the user expects it.
        }
    }

    private static bool TryFind(Type tensorType, out nint handle) =>
        NativeLibrary.TryLoad(Name, tensorType.Assembly, null, out handle)
        || TryFindLoaded(out handle)
        || NativeLibrary.TryLoad(
            Path.Combine(NativeSearch.FolderOf(tensorType.Assembly), NativeSearch.FileName(Name)), out handle);

    // A resolver that TorchSharp's host installed may have loaded it from anywhere.
    private static bool TryFindLoaded(out nint handle)
    {
        handle = 0;
        var file = NativeSearch.LoadedFiles().FirstOrDefault(f => Path.GetFileName(f) == NativeSearch.FileName(Name));
        return file is not null && NativeLibrary.TryLoad(file, out handle);
    }
}
