using System.ComponentModel;
using System.Diagnostics;

namespace DlAot.Eng;

/// <summary>Starts programs in the repository's root, with this process's console.</summary>
internal static class Shell
{
    public static string Root { get; } = (string)AppContext.GetData("RepositoryRoot")!;

    /// <summary>Runs a program and returns its exit code, or 127 if there is no such program.</summary>
    public static int Try(string program, params IEnumerable<string> arguments)
    {
        Console.Out.Flush();
        try
        {
            using var process = Process.Start(Describe(program, arguments))!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            return 127;
        }
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <exception cref="StepFailedException">It is not there or fails; the exit code is passed on.</exception>
    public static void Run(string program, params IEnumerable<string> arguments)
    {
        string[] list = [.. arguments];
        if (Try(program, list) is not 0 and var code)
            throw new StepFailedException($"'{program} {string.Join(' ', list)}' failed with exit code {code}.", code);
    }

    /// <summary>The path of a program on PATH, or null.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(File.Exists);

    private static ProcessStartInfo Describe(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        WorkingDirectory = Root,
        UseShellExecute = false,
        Environment =
        {
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["DEBIAN_FRONTEND"] = "noninteractive",
            ["MSBUILDTERMINALLOGGER"] = "off",
            // Build nodes that outlive the script would keep a caller waiting that reads its output to the end.
            ["MSBUILDDISABLENODEREUSE"] = "1",
        },
    };
}
