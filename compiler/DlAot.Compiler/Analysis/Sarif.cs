using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Analysis;

/// <summary>Findings as SARIF 2.1.0 (the OASIS standard), for code scanning services and editors.</summary>
public static class Sarif
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="version">The tool's.</param>
    public static string Write(IEnumerable<AnalysisReport> reports, string version)
    {
        (AnalysisReport Report, MethodAnalysis Method, Diagnostic Finding)[] found =
            [.. reports.SelectMany(r => r.Methods.SelectMany(m => m.Findings.Where(f => f.Severity != Severity.Hidden).Select(f => (r, m, f))))];
        ImmutableArray<DiagnosticRule> rules = [.. found.Select(f => f.Finding.Rule).Distinct().OrderBy(r => r.Code, StringComparer.Ordinal)];
        return JsonSerializer.Serialize(
            new Dictionary<string, object>
            {
                ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
                ["version"] = "2.1.0",
                ["runs"] = new[]
                {
                    new
                    {
                        tool = new { driver = new { name = "dlaot", version, rules = rules.Select(Rule) } },
                        columnKind = "utf16CodeUnits",
                        results = found.Select(f => Result(f.Method, f.Finding, rules.IndexOf(f.Finding.Rule))),
                    },
                },
            },
            Options);
    }

    private static object Rule(DiagnosticRule rule) => new
    {
        id = rule.Code,
        shortDescription = new { text = rule.Title },
        help = rule.Advice.Length == 0 ? null : new { text = rule.Advice },
        helpUri = Pages.LinkOf(rule),
        defaultConfiguration = new { level = Level(rule.Severity) },
    };

    private static object Result(MethodAnalysis method, Diagnostic finding, int rule) => new
    {
        ruleId = finding.Rule.Code,
        ruleIndex = rule,
        level = Level(finding.Severity),
        message = new { text = $"{finding.Text}. {finding.Rule.Advice}".TrimEnd(' ') },
        locations = new[]
        {
            new
            {
                physicalLocation = finding.Location.File is not { } file ? null : new
                {
                    artifactLocation = new { uri = Path.IsPathRooted(file) ? new Uri(file).AbsoluteUri : file.Replace('\\', '/') },
                    region = new { startLine = Math.Max(1, finding.Location.Line), startColumn = Math.Max(1, finding.Location.Column) },
                },
                logicalLocations = new[] { new { fullyQualifiedName = method.Method, kind = "function" } },
            },
        },
    };

    private static string Level(Severity severity) => severity == Severity.Info ? "note" : severity.ToString().ToLowerInvariant();
}
