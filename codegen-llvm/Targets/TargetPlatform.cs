namespace DlAot.CodeGen.Llvm;

public enum ObjectFormat { Elf, Coff, MachO }

/// <summary>One runtime identifier that native code can be made for.</summary>
/// <param name="Rid">.NET runtime identifier.</param>
/// <param name="Triple">LLVM target triple.</param>
public sealed record TargetPlatform(string Rid, string Triple, ObjectFormat Format)
{
    public static IReadOnlyList<TargetPlatform> All { get; } =
    [
        new("linux-x64", "x86_64-unknown-linux-gnu", ObjectFormat.Elf),
        new("linux-musl-x64", "x86_64-unknown-linux-musl", ObjectFormat.Elf),
        new("linux-arm64", "aarch64-unknown-linux-gnu", ObjectFormat.Elf),
        new("linux-musl-arm64", "aarch64-unknown-linux-musl", ObjectFormat.Elf),
        new("win-x64", "x86_64-pc-windows-msvc", ObjectFormat.Coff),
        new("osx-x64", "x86_64-apple-macosx11.0", ObjectFormat.MachO),
        new("osx-arm64", "arm64-apple-macosx11.0", ObjectFormat.MachO),
    ];

    public string Architecture => Triple.StartsWith("x86_64", StringComparison.Ordinal) ? "x86_64" : "aarch64";

    /// <summary>The levels that a library for this platform holds, the lowest first.</summary>
    public IEnumerable<IsaLevel> Levels => IsaLevel.All.Where(level => level.Architecture == Architecture);

    /// <exception cref="UnsupportedPlatformException">There is no such row.</exception>
    public static TargetPlatform Find(string rid) => All.FirstOrDefault(platform => platform.Rid == rid) ?? throw new UnsupportedPlatformException(rid);

    /// <summary>The file name of a shared library called <paramref name="name"/>.</summary>
    public string LibraryFileName(string name) => Format switch
    {
        ObjectFormat.Elf => $"lib{name}.so",
        ObjectFormat.Coff => $"{name}.dll",
        _ => $"lib{name}.dylib",
    };
}

/// <summary>Native code was asked for a runtime identifier that has no row in <see cref="TargetPlatform.All"/>.</summary>
public sealed class UnsupportedPlatformException(string rid) : Exception(
    $"there is no native code for the runtime identifier '{rid}'. Use one of: {string.Join(", ", TargetPlatform.All.Select(platform => platform.Rid))}.");
