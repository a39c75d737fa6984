using Microsoft.CodeAnalysis;

namespace DlAot.Cli.Severities;

/// <summary>Severities in the .editorconfig files beside and above source files, read as the C# compiler reads them.</summary>
internal sealed class EditorConfigFiles
{
    private const string Name = ".editorconfig";

    private readonly Dictionary<string, AnalyzerConfigSet> byFolder = new(StringComparer.Ordinal);

    /// <summary>Null where none says anything.</summary>
    /// <param name="code">The diagnostic's.</param>
    /// <param name="file">Its source file, which need not be there.</param>
    public Severity? SeverityOf(string code, string? file)
    {
        if (file is null)
        {
            return null;
        }

        string path = Path.GetFullPath(file), folder = Path.GetDirectoryName(path)!;
        if (!byFolder.TryGetValue(folder, out AnalyzerConfigSet? set))
        {
            byFolder[folder] = set = AnalyzerConfigSet.Create(Above(folder).Select(f => AnalyzerConfig.Parse(File.ReadAllText(f), f)).ToList());
        }

        return set.GetOptionsForSourcePath(path).TreeOptions.TryGetValue(code, out ReportDiagnostic written) ? Of(written) : null;
    }

    private static IEnumerable<string> Above(string folder)
    {
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Path.Combine(at, Name) is var file && File.Exists(file))
            {
                yield return file;
            }
        }
    }

    private static Severity? Of(ReportDiagnostic written) => written switch
    {
        ReportDiagnostic.Error => Severity.Error,
        ReportDiagnostic.Warn => Severity.Warning,
        ReportDiagnostic.Info => Severity.Info,
        ReportDiagnostic.Hidden or ReportDiagnostic.Suppress => Severity.Hidden,
        _ => null,
    };
}
