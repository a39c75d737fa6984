using System.Collections.Immutable;
using System.Text.Json;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis;

/// <summary>
/// The verdicts of an earlier analysis, in a file that is kept with the sources: <c>{"Ns.Net.forward(TorchSharp.torch.Tensor)": "Compile", ...}</c>. A build server compares.
/// </summary>
public static class Baseline
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    public static string Write(IEnumerable<AnalysisReport> reports) => JsonSerializer.Serialize(
        reports.SelectMany(r => r.Methods).GroupBy(m => m.Identity).ToImmutableSortedDictionary(g => g.Key, g => Worst(g).ToString(), StringComparer.Ordinal), Options) + "\n";

    /// <summary>Methods that did compile, or did in parts, and now do less so.</summary>
    /// <exception cref="CompilationException">DLAOT1028: the file is no baseline.</exception>
    public static ImmutableArray<Diagnostic> Regressions(IEnumerable<AnalysisReport> reports, string file)
    {
        Dictionary<string, MethodAnalysis[]> now = reports.SelectMany(r => r.Methods).GroupBy(m => m.Identity).ToDictionary(g => g.Key, g => g.ToArray());
        var lost = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach ((string method, Verdict before) in Read(file))
        {
            if (now.TryGetValue(method, out MethodAnalysis[]? found) && Rank(Worst(found)) < Rank(before))
            {
                MethodAnalysis worst = found.MinBy(m => Rank(m.Verdict))!;
                Diagnostic reason = worst.Findings.FirstOrDefault(f => f.Severity > Severity.Info) ?? worst.Findings[0];
                lost.Add(Diagnostic.Of(Rules.NoLongerCompiled, reason.Location == SourceLocation.None ? worst.Location : reason.Location, worst.Method, before, Worst(found), $"{reason.Rule.Code}: {reason.Text}"));
            }
        }

        return lost.ToImmutable();
    }

    private static Dictionary<string, Verdict> Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))!.ToDictionary(p => p.Key.EndsWith(')') ? p.Key : throw new JsonException($"'{p.Key}' has no parameter list; --update-baseline writes it"), p => Enum.Parse<Verdict>(p.Value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or NullReferenceException)
        {
            throw new CompilationException(Rules.BadBaseline, "", file, e.Message);
        }
    }

    // Several assemblies may have a class of that name.
    private static Verdict Worst(IEnumerable<MethodAnalysis> methods) => methods.MinBy(m => Rank(m.Verdict))!.Verdict;

    private static int Rank(Verdict verdict) => verdict switch
    {
        Verdict.Compile or Verdict.Sharpen => 2,
        Verdict.Parts => 1,
        _ => 0,
    };
}
