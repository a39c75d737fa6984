namespace DlAot.CodeGen.Llvm;

/// <summary>LLVM refused what it was given: a defect of this compiler, not of the user's program.</summary>
public sealed class LlvmException(string doing, string message) : Exception($"LLVM could not {doing}: {message.Trim()}")
{
    /// <summary>What LLVM was asked to do.</summary>
    public string Doing { get; } = doing;
}

/// <summary>libLLVM 19 is not installed, or not where it is looked for.</summary>
public sealed class LlvmNotFoundException(IReadOnlyList<string> tried) : Exception(
    $"libLLVM {LlvmLibrary.RequiredMajorVersion} was not found. Tried: {string.Join("; ", tried)}. " +
    $"Install it (Debian and Ubuntu: libllvm19, Fedora: llvm19-libs, macOS: brew install llvm@19, Windows: the LLVM 19 installer) " +
    $"or set {LlvmLibrary.PathVariable} to the library file.")
{
    /// <summary>Each library name tried, with what was wrong with it.</summary>
    public IReadOnlyList<string> Tried { get; } = tried;
}
