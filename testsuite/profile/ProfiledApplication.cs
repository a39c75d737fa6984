using System.Diagnostics;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.Profiles;

/// <summary>A model library and a program that uses it, in a folder of their own as a build leaves them, run as processes.</summary>
internal sealed class ProfiledApplication : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dlaot-profiled-");

    /// <param name="main">Statements of the program; <c>args</c> are its arguments.</param>
    /// <param name="parts">Another library, Parts, that the model does not know.</param>
    public ProfiledApplication(string model, string main, string? parts = null)
    {
        Model = Snippet.Compile(model, "Model", folder: folder.FullName);
        string[] references = parts is null ? [Model] : [Model, Snippet.Compile(parts, "Parts", folder: folder.FullName)];
        Snippet.Compile($$"""
            public static class Program {
                static string Calls(string kind) => System.Type.GetType("DlAot.Runtime.Fallback, DlAot.Runtime")?.GetProperty(kind)!.GetValue(null)!.ToString() ?? "-";
                public static int Main(string[] args) { using var off = no_grad(); {{main}} Console.WriteLine($"compiled {Calls("CompiledCalls")}, original {Calls("OriginalCalls")}"); return 0; }
            }
            """, "App", folder: folder.FullName, references: references, isProgram: true);
        File.WriteAllText(At("App.runtimeconfig.json"), $$"""{ "runtimeOptions": { "tfm": "net{{Environment.Version.Major}}.0", "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version.Major}}.0.0" } } }""");
        File.WriteAllText(At("App.deps.json"), Files(parts is null ? ["App", "Model", "TorchSharp"] : ["App", "Model", "Parts", "TorchSharp"]));
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(f => Path.GetFileName(f) is "TorchSharp.dll" || Path.GetFileName(f).Contains("LibTorchSharp", StringComparison.Ordinal)))
        {
            File.CreateSymbolicLink(At(Path.GetFileName(file)), file);
        }
    }

    // The files that the build knows: the host looks for no others.
    private static string Files(string[] assemblies)
    {
        string target = $".NETCoreApp,Version=v{Environment.Version.Major}.0";
        return $$"""
            { "runtimeTarget": { "name": "{{target}}" },
              "targets": { "{{target}}": { {{string.Join(", ", assemblies.Select(a => $$"""
                  "{{a}}/1.0.0": { "runtime": { "{{a}}.dll": {} } }
                  """))}} } },
              "libraries": { {{string.Join(", ", assemblies.Select(a => $$"""
                  "{{a}}/1.0.0": { "type": "project", "serviceable": false, "sha512": "" }
                  """))}} } }
            """;
    }

    public string Folder => folder.FullName;

    public string Model { get; }

    /// <summary>What the environment of the processes has besides.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string At(string file) => Path.Combine(Folder, file);

    /// <summary>Puts a text file in the folder.</summary>
    public void Write(string file, string content) => File.WriteAllText(At(file), content);

    /// <summary>Runs dlaot in the folder.</summary>
    public (int Code, string Out, string Error) DlAot(params string[] arguments) => Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), .. arguments]);

    /// <summary>Runs the program and returns its last line.</summary>
    public string Run(params string[] arguments)
    {
        (int code, string output, string error) = Start("dotnet", [At("App.dll"), .. arguments]);
        Assert.True(code == 0, error);
        return output.TrimEnd().Split('\n')[^1];
    }

    /// <summary>Puts a drop-in in the place of the model.</summary>
    public void Install(string from)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = At(Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }
    }

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Starts dlaot in the folder.</summary>
    public Process Begin(params string[] arguments) => Process.Start(Description("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), .. arguments]))!;

    private ProcessStartInfo Description(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NO_COLOR"] = "1";
        foreach ((string name, string value) in Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Runs any program in the folder.</summary>
    public (int Code, string Out, string Error) Start(string program, string[] arguments)
    {
        using Process process = Process.Start(Description(program, arguments))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
