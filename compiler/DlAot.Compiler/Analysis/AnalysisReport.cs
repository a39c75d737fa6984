using System.Collections.Immutable;
using DlAot.Compiler.Analysis.Effects;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Reports;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis;

/// <summary>The verdicts on all candidates of an assembly: the data behind <c>dlaot analyze</c>.</summary>
/// <param name="Methods">In the order of the assembly, then those that were only asked for.</param>
public sealed record AnalysisReport(string Assembly, ImmutableArray<MethodAnalysis> Methods)
{
    public static AnalysisReport Of(Compilation compilation)
    {
        EffectAnalysis effects = new(compilation.World);
        ImmutableArray<MethodAnalysis> methods = [.. compilation.Methods.Select(m => MethodAnalysis.Of(m, compilation.Methods, effects, compilation.World)), .. MarkedMethods.Untried(compilation)];
        return new(compilation.Assembly.Name.Name, [.. methods.Select(m => m with { Findings = [.. m.Findings.Select(compilation.Rated)] })]);
    }

    /// <summary>How many methods have this verdict.</summary>
    public int Count(Verdict verdict) => Methods.Count(m => m.Verdict == verdict);

    /// <summary>How often each code was found.</summary>
    public ImmutableSortedDictionary<string, int> Codes =>
        Methods.SelectMany(m => m.Findings).GroupBy(f => f.Rule.Code).ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    /// <summary><c>{assembly, candidates, compile, parts, keepEager, undo, sharpen, codes, methods}</c></summary>
    public string ToJson() => ReportJson.Write(
        new
        {
            Assembly,
            Candidates = Methods.Length,
            Compile = Count(Verdict.Compile),
            Parts = Count(Verdict.Parts),
            KeepEager = Count(Verdict.KeepEager),
            Undo = Count(Verdict.Undo),
            Sharpen = Count(Verdict.Sharpen),
            Codes,
            Methods = Methods.Select(m => new { m.Method, Location = m.Location.ToString(), m.Verdict, m.Reads, Findings = m.Findings.Select(Finding) }),
        });

    private static object Finding(Diagnostic d) => new { d.Rule.Code, d.Severity, d.Rule.Title, Location = d.Location.ToString(), d.Text, d.Rule.Advice, d.Rule.Help };
}
