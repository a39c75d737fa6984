using System.Collections.Immutable;
using System.CommandLine;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Cli.Severities;

/// <summary>How bad a diagnostic is for a project: the properties that the C# compiler knows as options, and .editorconfig.</summary>
internal static class SeverityOptions
{
    private static readonly char[] Separators = [',', ';', ' '];

    private static readonly Option<string[]> NoWarn = Codes("--no-warn", "Codes that are not shown: DLAOT2004,DLAOT2006");
    private static readonly Option<string[]> Errors = Codes("--warnings-as-errors", "Codes that are errors");
    private static readonly Option<string[]> NoErrors = Codes("--warnings-not-as-errors", "Codes that stay warnings with --treat-warnings-as-errors");
    private static readonly Option<bool> TreatAll = new("--treat-warnings-as-errors") { Description = "All warnings are errors" };

    public static ImmutableArray<Option> All { get; } = [NoWarn, Errors, NoErrors, TreatAll];

    /// <summary>
    /// In the order of the C# compiler: what is not to be shown, what is to be an error, the .editorconfig of the source, then all warnings together.
    /// What is an error by itself stays one, since nothing else can be done then.
    /// </summary>
    public static Func<Diagnostic, Severity> Read(ParseResult result)
    {
        ImmutableHashSet<string> hidden = Given(NoWarn), notErrors = Given(NoErrors), errors = Given(Errors).Except(notErrors);
        bool all = result.GetValue(TreatAll);
        var files = new EditorConfigFiles();
        return d => d.Rule.Severity == Severity.Error ? Severity.Error
            : hidden.Contains(d.Rule.Code) ? Severity.Hidden
            : errors.Contains(d.Rule.Code) ? Severity.Error
            : (files.SeverityOf(d.Rule.Code, d.Location.File) ?? d.Rule.Severity) is var written && written == Severity.Warning && all && !notErrors.Contains(d.Rule.Code) ? Severity.Error : written;

        ImmutableHashSet<string> Given(Option<string[]> option) =>
            (result.GetValue(option) ?? []).SelectMany(codes => codes.Split(Separators, StringSplitOptions.RemoveEmptyEntries)).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The exit code of a command that printed these.</summary>
    public static int ExitCodeOf(IEnumerable<Diagnostic> printed) => printed.Any(d => d.Severity == Severity.Error) ? ExitCode.Error : ExitCode.Ok;

    private static Option<string[]> Codes(string name, string description) => new(name) { Description = description };
}
