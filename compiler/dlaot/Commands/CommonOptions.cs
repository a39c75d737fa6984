using System.Collections.Immutable;
using System.CommandLine;
using DlAot.Cli.Severities;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Passes;

namespace DlAot.Cli.Commands;

/// <summary>Options that several commands share, each declared once.</summary>
internal static class CommonOptions
{
    public static readonly Argument<string> Input = new("assembly") { Description = "The assembly to read, e.g. bin/Release/net8.0/MyModel.dll" };

    public static readonly Option<string[]> Reference = new("--reference", "-r")
    {
        Description = "Folder or file with referenced assemblies (besides the assembly's own folder)", AllowMultipleArgumentsPerToken = true,
    };

    public static readonly Option<string?> Rid = new("--rid") { Description = "Runtime identifier of the target (default: this machine's)" };
    public static readonly Option<MatMulChoice> MatMul = new("--matmul") { Description = "Who computes matrix products", DefaultValueFactory = _ => MatMulChoice.Kernel };
    public static readonly Option<BenefitChoice?> Benefit = new("--benefit") { Description = "Whether what would not gain stays eager (default: what dlaot.json says, else on for analyze and off for others)" };
    public static readonly Option<string?> CostRates = new("--cost-rates") { Description = "Measured costs to judge benefit by: a file of 'dlaot analyze --calibrate', or 'machine' for what that keeps of this machine" };

    /// <summary>One option for each row of the table of settings.</summary>
    public static readonly ImmutableArray<Option> Settings = [.. MethodSettings.Rows.Select(Create)];

    public static readonly Option<string?> Config = new("--config") { Description = "What modules are made and called with (default: dlaot.json beside the assembly)" };

    public static readonly Option<string[]> Profile = new("--profile") { Description = "What 'dlaot profile' recorded; several are added up", AllowMultipleArgumentsPerToken = true };

    /// <summary>Adds what every command that lifts needs.</summary>
    public static Command AddTo(Command command) => AddTo(command, Input);

    /// <summary>The same for a command that takes another argument than one assembly.</summary>
    public static Command AddTo(Command command, Argument input)
    {
        command.Arguments.Add(input);
        foreach (Option option in new Option[] { Reference, Rid, MatMul, Benefit, CostRates, Config, Profile }.Concat(Settings).Concat(SeverityOptions.All))
        {
            command.Options.Add(option);
        }

        return command;
    }

    public static CompileOptions Read(ParseResult result) => Read(result, result.GetRequiredValue(Input));

    public static CompileOptions Read(ParseResult result, string input)
    {
        var options = new CompileOptions
        {
            Input = input,
            References = [.. result.GetValue(Reference) ?? []],
            MatMul = result.GetValue(MatMul),
            Benefit = result.GetValue(Benefit),
            CostRates = result.GetValue(CostRates),
            Settings = MethodSettings.Rows.Aggregate(MethodSettings.None, (s, row) => s.With(row.Name, Value(result, row))),
            Severities = SeverityOptions.Read(result),
            ConfigurationFile = result.GetValue(Config),
            Profiles = [.. result.GetValue(Profile) ?? []],
            Signatures = Signatures(result.GetValue<string[]>("--signature") ?? []),
        };
        return result.GetValue(Rid) is { } rid ? options with { Rid = rid } : options;
    }

    /// <summary>Prints what concerns the assembly as a whole.</summary>
    public static void Tell(Compilation compilation)
    {
        foreach (string line in DiagnosticLines.Of(compilation.Name, compilation.Diagnostics, all: true))
        {
            Console.Error.WriteLine(line);
        }
    }

    // A switch that is not given says nothing; --exact is --exact true.
    private static Option Create(SettingRow row) => row.Type == typeof(string) ? new Option<string[]>(row.CommandLine) { Description = row.Summary }
        : row.Type == typeof(bool) ? new Option<bool?>(row.CommandLine) { Description = row.Summary, Arity = ArgumentArity.ZeroOrOne }
        : new Option<int?>(row.CommandLine) { Description = row.Summary };

    private static object? Value(ParseResult result, SettingRow row) => row.Type == typeof(string) ? null
        : row.Type == typeof(bool) ? result.GetResult(row.CommandLine) is { } given ? given.Tokens.Count == 0 || result.GetValue<bool?>(row.CommandLine) == true : null
        : result.GetValue<int?>(row.CommandLine);

    private static ImmutableDictionary<string, string> Signatures(string[] texts) => texts.ToImmutableDictionary(
        t => t.IndexOf('=') is > 0 and var at ? t[..at].Trim() : throw new CompilationException(Rules.BadSignature, "", t),
        t => t[(t.IndexOf('=') + 1)..].Trim());
}
