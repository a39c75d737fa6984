using DlAot.CodeGen.Llvm;

namespace DlAot.CodeGen.Cpu.Linking;

/// <summary>The command line for each style of linker.</summary>
internal static class LinkArguments
{
    internal static IReadOnlyList<string> For(
        LinkerStyle style, TargetPlatform platform, IReadOnlyList<string> inputs, IReadOnlyList<string> exports, string folder, string output) => style switch
        {
            LinkerStyle.Gnu => [.. Gnu(exports, folder, output), "-o", output, .. inputs],
            LinkerStyle.Driver =>
                ["-shared", "-nostdlib", .. Gnu(exports, folder, output).Where(option => option != "-shared").Select(option => "-Wl," + option), "-o", output, .. inputs],
            LinkerStyle.Microsoft => [.. Microsoft(exports), $"/out:{output}", .. inputs],
            _ => [.. Apple(platform, exports, output), "-o", output, .. inputs],
        };

    private static IEnumerable<string> Gnu(IReadOnlyList<string> exports, string folder, string output)
    {
        string script = Path.Combine(folder, "exports.map");
        File.WriteAllText(script, $"{{ global: {string.Concat(exports.Select(name => name + "; "))}local: *; }};\n");
        return
        [
            "-shared", "--build-id=none", "--no-undefined", "--gc-sections", "--strip-debug", "--hash-style=gnu",
            "-znoexecstack", "-znow", $"-soname={Path.GetFileName(output)}", $"--version-script={script}", .. exports.Select(name => $"--undefined={name}"),
        ];
    }

    // /Brepro replaces the time stamp by a hash of the contents.
    private static IEnumerable<string> Microsoft(IReadOnlyList<string> exports) =>
        ["/nologo", "/dll", "/noentry", "/nodefaultlib", "/Brepro", "/opt:ref", "/noimplib", .. exports.Select(name => $"/export:{name}")];

    private static IEnumerable<string> Apple(TargetPlatform platform, IReadOnlyList<string> exports, string output) =>
    [
        "-dylib", "-arch", platform.Rid == "osx-arm64" ? "arm64" : "x86_64", "-platform_version", "macos", "11.0", "11.0",
        "-dead_strip", "-no_uuid", "-install_name", $"@rpath/{Path.GetFileName(output)}", .. exports.SelectMany(name => new[] { "-exported_symbol", "_" + name }),
    ];
}
