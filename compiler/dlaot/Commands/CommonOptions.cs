using System.Collections.Immutable;
using System.CommandLine;
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
    public static readonly Option<bool> Exact = new("--exact") { Description = "Keep eager's order of operations" };
    public static readonly Option<MatMulChoice> MatMul = new("--matmul") { Description = "Who computes matrix products", DefaultValueFactory = _ => MatMulChoice.Kernel };
    public static readonly Option<BenefitChoice> Benefit = new("--benefit") { Description = "Whether what would not gain stays eager", DefaultValueFactory = _ => BenefitChoice.On };
    public static readonly Option<string?> CostRates = new("--cost-rates") { Description = "Measured costs to judge benefit by: a file of 'dlaot analyze --calibrate'" };
    public static readonly Option<int> MaxVersions = new("--max-versions") { Description = "Most versions of one method that differ only in numbers of dimensions", DefaultValueFactory = _ => 6 };

    public static readonly Option<string[]> Signature = new("--signature")
    {
        Description = "Types of a method's tensor arguments: \"Ns.Net.forward=x: f32[N,784]; mask: bool[N,1]\"",
    };

    public static readonly Option<string?> Config = new("--config") { Description = "What modules are made and called with (default: dlaot.json beside the assembly)" };

    public static readonly Option<string[]> Profile = new("--profile") { Description = "What 'dlaot profile' recorded; several are added up", AllowMultipleArgumentsPerToken = true };

    /// <summary>Adds what every command that lifts needs.</summary>
    public static Command AddTo(Command command) => AddTo(command, Input);

    /// <summary>The same for a command that takes another argument than one assembly.</summary>
    public static Command AddTo(Command command, Argument input)
    {
        command.Arguments.Add(input);
        foreach (Option option in new Option[] { Reference, Rid, Exact, MatMul, Benefit, CostRates, MaxVersions, Signature, Config, Profile })
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
            Exact = result.GetValue(Exact),
            MatMul = result.GetValue(MatMul),
            Benefit = result.GetValue(Benefit),
            CostRates = result.GetValue(CostRates),
            MaxVersions = result.GetValue(MaxVersions),
            ConfigurationFile = result.GetValue(Config),
            Profiles = [.. result.GetValue(Profile) ?? []],
            Signatures = Signatures(result.GetValue(Signature) ?? []),
        };
        return result.GetValue(Rid) is { } rid ? options with { Rid = rid } : options;
    }

    private static ImmutableDictionary<string, string> Signatures(string[] texts) => texts.ToImmutableDictionary(
        t => t.IndexOf('=') is > 0 and var at ? t[..at].Trim() : throw new CompilationException(Rules.BadSignature, "", t),
        t => t[(t.IndexOf('=') + 1)..].Trim());
}
