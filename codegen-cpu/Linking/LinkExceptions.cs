using DlAot.CodeGen.Llvm;

namespace DlAot.CodeGen.Cpu.Linking;

/// <summary>No linker for the platform is installed.</summary>
public sealed class LinkerNotFoundException(TargetPlatform platform, IReadOnlyList<string> tried) : Exception(
    $"no linker for {platform.Rid} was found. Tried: {string.Join(", ", tried)}. " +
    $"Install LLD (Debian and Ubuntu: lld-19, Fedora: lld, macOS: brew install lld, Windows: the LLVM installer){(platform.Format == ObjectFormat.Elf ? " or a C compiler" : "")}, " +
    $"or set {LinkerTool.PathVariable} to a linker program.")
{
    /// <summary>The programs looked for.</summary>
    public IReadOnlyList<string> Tried { get; } = tried;
}

/// <summary>The linker refused the object files, for example because a symbol is undefined.</summary>
public sealed class LinkFailedException(string program, string message) : Exception($"the linker {program} failed, {message}");
