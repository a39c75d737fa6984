using System.Collections.Immutable;
using DlAot.CodeGen.Llvm;

namespace DlAot.CodeGen.Cpu;

/// <summary>What a kernel library is made for.</summary>
/// <param name="Platform">Runtime identifier, object format and triple.</param>
/// <param name="Levels">Instruction set levels inside the library, lowest first.</param>
/// <param name="LibraryName">Name without prefix and extension.</param>
/// <param name="BuildId">Identifies the compilation; the loader refuses a library with another one.</param>
public sealed record CpuTarget(TargetPlatform Platform, ImmutableArray<IsaLevel> Levels, string LibraryName, long BuildId)
{
    /// <summary>All levels of a platform.</summary>
    /// <exception cref="UnsupportedPlatformException">There is no such platform.</exception>
    public static CpuTarget For(string rid, string libraryName, long buildId)
    {
        TargetPlatform platform = TargetPlatform.Find(rid);
        return new(platform, [.. platform.Levels], libraryName, buildId);
    }
}
