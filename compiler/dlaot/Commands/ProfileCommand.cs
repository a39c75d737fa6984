using System.CommandLine;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Profiling;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot profile -o MyModel.dlprofile -- dotnet run -c Release</c></summary>
internal static class ProfileCommand
{
    private static readonly Argument<string[]> Assemblies = new("assemblies") { Description = "What to record, or its folder: from where the application loads it (default: the application's folder, if the command tells)", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> Output = new("--output", "-o") { Description = "Where to write the profile (default: the first assembly's name in this folder)" };
    private static readonly Option<bool> Add = new("--add") { Description = "Add to what the file holds already" };
    private static readonly Option<string[]> Reference = new("--reference", "-r") { Description = CommonOptions.Reference.Description, AllowMultipleArgumentsPerToken = true };

    /// <param name="application">What stands after <c>--</c>.</param>
    public static Command Create(string[] application)
    {
        var command = new Command("profile", "Run a command (after --) and record how modules are made and called") { Assemblies, Output, Add, Reference };
        command.SetAction(result => Run(result, application));
        return command;
    }

    private static int Run(ParseResult result, string[] application)
    {
        if (application.Length == 0)
        {
            throw new CompilationException(Rules.CommandNotStarted, "", "", "there is none");
        }

        string[] assemblies = [.. ApplicationInputs.Find(result.GetValue(Assemblies) is { Length: > 0 } named ? named : [ApplicationFolder.Of(application)])];
        string output = result.GetValue(Output) ?? Path.GetFileNameWithoutExtension(assemblies[0]) + Profile.Extension;
        Profile before = result.GetValue(Add) && File.Exists(output) ? Profile.Read(output) : Profile.Empty;
        (Profile profile, int exitCode) = ProfileRun.Run(assemblies, result.GetValue(Reference) ?? [], application);
        if (exitCode != 0)
        {
            Console.Error.WriteLine(Diagnostic.Of(Rules.CommandFailed, Ir.SourceLocation.None, "", exitCode));
        }

        profile = ProfileMerge.Of([before, profile]);
        File.WriteAllText(output, ProfileText.Write(profile));
        Console.Error.WriteLine($"{output}: {profile.Instances.Length} ways of making modules, {profile.Calls.Length} kinds of calls, {profile.Outcomes.Sum(b => b.Rows.Length)} branches");
        return exitCode == 0 ? ExitCode.Ok : ExitCode.Error;
    }
}
