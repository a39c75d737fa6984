using System.Text;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Analysis;

/// <summary>The report for people at a terminal: findings in the form that editors and build servers read, then a table of verdicts.</summary>
public static class AnalysisText
{
    /// <param name="all">Every finding on a line of its own, those of severity info too.</param>
    public static string Write(AnalysisReport report, bool all)
    {
        var text = new StringBuilder();
        foreach (string line in DiagnosticLines.Of(report.Assembly, report.Methods.SelectMany(m => m.Findings).Where(f => all || f.Severity != Severity.Info), all))
        {
            text.AppendLine(line);
        }

        text.AppendLine(text.Length > 0 ? "" : null);
        int width = report.Methods.Select(m => m.Method.Length).DefaultIfEmpty(0).Max();
        foreach (MethodAnalysis m in report.Methods)
        {
            text.AppendLine($"{Name(m.Verdict),-10}  {m.Method.PadRight(width)}  {string.Join(' ', m.Findings.Select(f => f.Rule.Code).Distinct())}".TrimEnd());
        }

        return text.AppendLine().AppendLine(Summary(report)).ToString();
    }

    /// <summary><c>Model: 12 candidates: 9 compile, 2 parts, 1 keep eager</c></summary>
    public static string Summary(AnalysisReport report) =>
        $"{report.Assembly}: {report.Methods.Length} candidates: {string.Join(", ", Enum.GetValues<Verdict>().Where(v => report.Count(v) > 0).Select(v => $"{report.Count(v)} {Name(v)}"))}";

    private static string Name(Verdict verdict) => verdict == Verdict.KeepEager ? "keep eager" : verdict.ToString().ToLowerInvariant();
}
