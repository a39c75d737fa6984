using System.Runtime.InteropServices;

namespace DlAot.Eng;

/// <summary>Something outside NuGet that the build or the tests need.</summary>
/// <param name="Package">The Debian package that brings it.</param>
/// <param name="Purpose">What it is and what for, for systems that have no such package.</param>
/// <param name="IsPresent">Looks for the thing itself, not for the package: it may have come another way.</param>
internal sealed record Prerequisite(string Package, string Purpose, Func<bool> IsPresent)
{
    public static IReadOnlyList<Prerequisite> All { get; } =
    [
        new("g++", "a C++17 compiler (or CXX), for the TorchSharp stand-in of the tests",
            () => IsSet("CXX") || Shell.Find("g++") is not null),
        new("libtorch-dev", "libtorch with its headers (or LIBTORCH, the folder of an unpacked one), for the TorchSharp stand-in",
            () => IsSet("LIBTORCH") || File.Exists("/usr/include/torch/csrc/api/include/torch/torch.h")),
        new("libopenblas0-pthread", "OpenBLAS, without which libtorch multiplies matrices with the slow reference BLAS",
            () => IsSet("LIBTORCH") || CanLoad("libopenblas.so.0")),
        new("libllvm19", "libLLVM 19 (or DLAOT_LLVM, its path), which makes the machine code",
            () => IsSet("DLAOT_LLVM") || CanLoad("libLLVM-19.so.1", "libLLVM.so.19.1", "libLLVM-19.dll", "LLVM-C.dll", "libLLVM-19.dylib")),
        new("lld-19", "LLD (or DLAOT_LINKER, the path of a linker), which makes the shared libraries",
            () => IsSet("DLAOT_LINKER") || Shell.Find("ld.lld") is not null || Shell.Find("ld.lld-19") is not null || Shell.Find("lld-link") is not null),
    ];

    /// <summary>Installs what is missing, where apt-get is there to do it.</summary>
    /// <exception cref="StepFailedException">Something is missing and cannot be installed; the message names it.</exception>
    public static void InstallMissing()
    {
        Prerequisite[] missing = [.. All.Where(one => !one.IsPresent())];
        if (missing.Length == 0)
            return;
        Console.WriteLine($"Missing: {string.Join(' ', missing.Select(one => one.Package))}");
        if (Shell.Find("apt-get") is not null)
        {
            Install(missing);
            missing = [.. missing.Where(one => !one.IsPresent())];
        }
        if (missing.Length > 0)
            throw new StepFailedException($"missing on this system:{string.Concat(missing.Select(one => $"\n  {one.Package}: {one.Purpose}"))}\n(names of Debian 12 packages)");
    }

    private static void Install(Prerequisite[] missing)
    {
        string[] asRoot = Environment.UserName == "root" || Shell.Find("sudo") is null ? ["apt-get"] : ["sudo", "-n", "apt-get"];
        string[] install = [.. asRoot, "install", "-y", "--no-install-recommends", "-qq", .. missing.Select(one => one.Package)];
        if (Shell.Try(install[0], install[1..]) == 0)
            return;
        // The package lists may be missing or old.
        string[] update = [.. asRoot, "update", "-qq"];
        if (Shell.Try(update[0], update[1..]) != 0 || Shell.Try(install[0], install[1..]) != 0)
            throw new StepFailedException($"cannot install packages; run as root: apt-get install --no-install-recommends {string.Join(' ', missing.Select(one => one.Package))}");
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static bool CanLoad(params string[] libraries) => libraries.Any(name => NativeLibrary.TryLoad(name, out _));
}
