using System.Diagnostics;
using DlAot.CodeGen.Llvm;

namespace DlAot.CodeGen.Cpu.Linking;

/// <summary>How a linker is spoken to.</summary>
public enum LinkerStyle
{
    /// <summary>GNU options: <c>ld</c> and LLD's <c>ld.lld</c>.</summary>
    Gnu,

    /// <summary>A C compiler driver that passes GNU options on with <c>-Wl,</c>.</summary>
    Driver,

    /// <summary>Microsoft options: <c>link</c> and LLD's <c>lld-link</c>.</summary>
    Microsoft,

    /// <summary>Apple options: LLD's <c>ld64.lld</c>.</summary>
    Apple,
}

/// <summary>One linker that may be installed.</summary>
/// <param name="Name">Its program name.</param>
/// <param name="Format">The object format it makes.</param>
/// <param name="AnyArchitecture">Links for other processors than this machine's.</param>
public sealed record LinkerTool(string Name, ObjectFormat Format, LinkerStyle Style, bool AnyArchitecture)
{
    /// <summary>Names a linker program to use instead of searching; it must be of a kind in <see cref="All"/>.</summary>
    public const string PathVariable = "DLAOT_LINKER";

    /// <summary>In the order in which they are preferred: LLD first, since it needs nothing else and is the same everywhere.</summary>
    public static IReadOnlyList<LinkerTool> All { get; } =
    [
        new("ld.lld", ObjectFormat.Elf, LinkerStyle.Gnu, AnyArchitecture: true),
        new("ld.lld-19", ObjectFormat.Elf, LinkerStyle.Gnu, AnyArchitecture: true),
        new("clang", ObjectFormat.Elf, LinkerStyle.Driver, AnyArchitecture: false),
        new("cc", ObjectFormat.Elf, LinkerStyle.Driver, AnyArchitecture: false),
        new("ld", ObjectFormat.Elf, LinkerStyle.Gnu, AnyArchitecture: false),
        new("lld-link", ObjectFormat.Coff, LinkerStyle.Microsoft, AnyArchitecture: true),
        new("lld-link-19", ObjectFormat.Coff, LinkerStyle.Microsoft, AnyArchitecture: true),
        new("ld64.lld", ObjectFormat.MachO, LinkerStyle.Apple, AnyArchitecture: true),
        new("ld64.lld-19", ObjectFormat.MachO, LinkerStyle.Apple, AnyArchitecture: true),
    ];

    /// <summary>The first usable linker on this machine and the path of its program.</summary>
    /// <exception cref="LinkerNotFoundException">There is none for <paramref name="platform"/>.</exception>
    public static (LinkerTool Tool, string Path) Find(TargetPlatform platform)
    {
        LinkerTool[] usable = [.. All.Where(tool => tool.Format == platform.Format && (tool.AnyArchitecture || IsHost(platform)))];
        string? chosen = Environment.GetEnvironmentVariable(PathVariable);
        if (!string.IsNullOrEmpty(chosen))
        {
            string name = Path.GetFileNameWithoutExtension(chosen) is "ld" ? Path.GetFileName(chosen) : Path.GetFileName(chosen).Replace(".exe", "");
            return File.Exists(chosen) && usable.FirstOrDefault(tool => tool.Name == name) is { } named
                ? (named, chosen)
                : throw new LinkerNotFoundException(platform, [$"{PathVariable}={chosen}"]);
        }
        foreach (LinkerTool tool in usable)
        {
            if (FindOnPath(tool.Name) is { } path)
                return (tool, path);
        }
        throw new LinkerNotFoundException(platform, [.. usable.Select(tool => tool.Name)]);
    }

    private static bool IsHost(TargetPlatform platform) =>
        OperatingSystem.IsLinux() && platform.Rid.StartsWith("linux-", StringComparison.Ordinal) &&
        platform.Architecture == (System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "x86_64",
            System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
            _ => "",
        });

    private static string? FindOnPath(string program)
    {
        string file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        // Debian keeps the unversioned names of LLVM's tools out of PATH.
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/lib/llvm-19/bin");
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs the linker and throws with its own words when it fails.</summary>
    internal static void Run(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new LinkFailedException(program, "it did not start");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new LinkFailedException(program, $"exit code {process.ExitCode}: {(error.Result + output).Trim()}");
    }
}
