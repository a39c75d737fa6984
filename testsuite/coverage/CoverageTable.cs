using System.Globalization;
using DlAot.Compiler.Analysis.Benefit;

namespace DlAot.Tests.Coverage;

/// <summary><c>./build.sh coverage</c>: how much of the corpus is compiled, by what its classes do.</summary>
internal static class CoverageTable
{
    public const string Command = "coverage";

    /// <returns>0; 2 when a class gives wrong results.</returns>
    public static int Serve()
    {
        using var run = CoverageRun.Compile(forThisMachine: true);
        CoverageResult[] results = run.Run(CorpusTable.Rows);
        string file = Path.Combine(House.Repository.Root, "artifacts", "coverage.json");
        CoverageResult.Write(file, results);
        Console.WriteLine(Format(results));
        Console.WriteLine($"written: {Path.GetRelativePath(House.Repository.Root, file)}");
        var analysis = AnalysisSummary.Of(run.Time(CorpusTable.Rows, CostRates.BuiltIn));
        analysis.Write(House.Repository.Root);
        Console.WriteLine();
        Console.WriteLine(analysis.Format());
        return results.All(r => r.Correct) ? 0 : 2;
    }

    public static string Format(IReadOnlyCollection<CoverageResult> results)
    {
        var lines = new List<string>();
        foreach (CoverageResult r in results.Where(r => !r.Whole || !r.Correct).OrderBy(r => r.Reason, StringComparer.Ordinal))
            lines.Add($"{r.State,-6}{(r.Correct ? "" : "WRONG ")}{(r.DataDependent ? "(data) " : "")}{r.Class}: {r.Reason}");
        lines.Add("");
        lines.Add($"{"",-42}{"classes",8}{"whole",8}{"parts",8}{"eager",8}{"wrong",8}");
        foreach (var (name, meaning) in Feature.All)
            Add(meaning, [.. results.Where(r => r.Features.Contains(name))]);
        Add("data-dependent", [.. results.Where(r => r.DataDependent)]);
        Add("all", [.. results]);
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"whole graphs among classes whose control flow does not depend on data: {CoverageResult.Share(results):P1}"));
        return string.Join(Environment.NewLine, lines);

        void Add(string name, CoverageResult[] of) =>
            lines.Add($"{name,-42}{of.Length,8}{of.Count(r => r.Whole),8}{of.Count(r => r is { Whole: false, Parts: true }),8}{of.Count(r => r is { Whole: false, Parts: false }),8}{of.Count(r => !r.Correct),8}");
    }
}
