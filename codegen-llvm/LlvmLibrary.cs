using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLVMSharp.Interop;

[assembly: DisableRuntimeMarshalling]

namespace DlAot.CodeGen.Llvm;

/// <summary>Finds libLLVM 19 and initialises the X86, AArch64 and NVPTX targets, once a process.</summary>
public static class LlvmLibrary
{
    /// <summary>Names a libLLVM file to use instead of searching.</summary>
    public const string PathVariable = "DLAOT_LLVM";

    /// <summary>The C API is stable, intrinsics and pass names are not: other major versions are refused.</summary>
    public const uint RequiredMajorVersion = 19;

    // Unversioned names come last: on many systems they are another major version.
    private static readonly string[] Names = OperatingSystem.IsWindows()
        ? ["LLVM-C.dll", "libLLVM-19.dll", "libLLVM.dll"]
        : OperatingSystem.IsMacOS()
            ? ["libLLVM-19.dylib", "/opt/homebrew/opt/llvm@19/lib/libLLVM.dylib", "/usr/local/opt/llvm@19/lib/libLLVM.dylib", "libLLVM.dylib"]
            : ["libLLVM-19.so.1", "libLLVM.so.19.1", "libLLVM-19.so", "/usr/lib/llvm-19/lib/libLLVM.so", "libLLVM.so"];

    private static readonly Lazy<nint> Loaded = new(Load);
    private static readonly Lazy<string> Initialised = new(Initialise);

    internal static nint Resolve(string name) => name == Native.Library ? Loaded.Value : 0;

    /// <summary>Loads libLLVM if it is not loaded yet.</summary>
    /// <returns>Its version, such as <c>19.1.4</c>.</returns>
    /// <exception cref="LlvmNotFoundException">No libLLVM of the required major version can be loaded.</exception>
    public static string EnsureLoaded() => Initialised.Value;

    private static nint Load()
    {
        string? chosen = Environment.GetEnvironmentVariable(PathVariable);
        List<string> tried = [];
        foreach (string name in string.IsNullOrEmpty(chosen) ? Names : [chosen])
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                tried.Add($"{name}: cannot be loaded");
            else if (MajorVersion(library) is var major && major == RequiredMajorVersion)
                return library;
            else
                tried.Add($"{name}: is version {(major == 0 ? "15 or older" : major.ToString())}");
        }
        throw new LlvmNotFoundException(tried);
    }

    private static unsafe uint MajorVersion(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "LLVMGetVersion", out nint address)) // since LLVM 16
            return 0;
        uint major, minor, patch;
        ((delegate* unmanaged<uint*, uint*, uint*, void>)address)(&major, &minor, &patch);
        return major;
    }

    private static string Initialise()
    {
        _ = Loaded.Value; // throws the clear exception rather than a DllNotFoundException
        Native.LLVMInitializeX86TargetInfo();
        Native.LLVMInitializeX86Target();
        Native.LLVMInitializeX86TargetMC();
        Native.LLVMInitializeX86AsmPrinter();
        Native.LLVMInitializeX86AsmParser();
        Native.LLVMInitializeAArch64TargetInfo();
        Native.LLVMInitializeAArch64Target();
        Native.LLVMInitializeAArch64TargetMC();
        Native.LLVMInitializeAArch64AsmPrinter();
        Native.LLVMInitializeAArch64AsmParser();
        Native.LLVMInitializeNVPTXTargetInfo();
        Native.LLVMInitializeNVPTXTarget();
        Native.LLVMInitializeNVPTXTargetMC();
        Native.LLVMInitializeNVPTXAsmPrinter();
        Native.LLVMGetVersion(out uint major, out uint minor, out uint patch);
        return $"{major}.{minor}.{patch}";
    }
}
