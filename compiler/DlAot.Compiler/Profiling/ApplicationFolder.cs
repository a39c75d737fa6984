using System.Diagnostics;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Profiling;

/// <summary>Where the application that a command starts lies: beside the program, or where its project builds it.</summary>
public static class ApplicationFolder
{
    /// <summary>The folder; a project that <c>dotnet run</c> would build is built.</summary>
    /// <exception cref="CompilationException">DLAOT1026: it cannot be told from the command, or the build fails.</exception>
    public static string Of(IReadOnlyList<string> command)
    {
        string[] own = [.. command.TakeWhile(a => a != "--")];
        bool isDotnet = own is [var host, ..] && Path.GetFileNameWithoutExtension(host) == "dotnet";
        string? program = isDotnet ? own.Skip(1).FirstOrDefault(a => a.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) : own is [var first, ..] && File.Exists(Path.ChangeExtension(first, ".dll")) ? first : null;
        return isDotnet && own is [_, "run", ..] ? OfProject(own)
            : program is not null && File.Exists(program) ? Path.GetDirectoryName(Path.GetFullPath(program))!
            : throw new CompilationException(Rules.CommandNotStarted, "", string.Join(' ', command), "it does not say where the application lies; name the assemblies before '--'");
    }

    private static string OfProject(string[] command)
    {
        string? Option(params string[] names) => Array.FindIndex(command, names.Contains) is >= 0 and var at && at + 1 < command.Length ? command[at + 1] : null;
        string project = Option("--project") ?? ".", configuration = Option("-c", "--configuration") ?? "Debug";
        string? framework = Option("-f", "--framework");
        if (!command.Contains("--no-build"))
        {
            Dotnet(command[0], ["build", project, "-c", configuration, .. framework is null ? Array.Empty<string>() : ["-f", framework], "-v", "q", "-nologo"]);
        }

        if (Directory.Exists(project))
        {
            project = Directory.EnumerateFiles(project, "*.*proj").FirstOrDefault() ?? project;
        }

        return Dotnet(command[0], ["msbuild", project, "-getProperty:TargetDir", $"-p:Configuration={configuration}", .. framework is null ? Array.Empty<string>() : [$"-p:TargetFramework={framework}"]]).Trim();
    }

    private static string Dotnet(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new CompilationException(Rules.CommandNotStarted, "", $"{program} {string.Join(' ', arguments)}", output.Trim());
    }
}
