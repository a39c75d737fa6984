using System.Globalization;
using System.Text.Json;
using DlAot.Compiler.Analysis;
using DlAot.Compiler.Analysis.Benefit;
using DlAot.Compiler.Driver;

namespace DlAot.Tests.Coverage;

/// <summary>The verdicts on the corpus and the sample models, and how good predictions of speed are: artifacts/analysis.json and docs/analysis.md.</summary>
internal sealed record AnalysisSummary(IReadOnlyList<AnalysisReport> Reports, IReadOnlyList<SpeedResult> Speeds)
{
    /// <summary>Marks: share of candidates that compile, whole or in parts, and rank correlation.</summary>
    public const double LeastShare = 0.8, LeastCorrelation = 0.8;

    /// <summary>A measurement repeats itself within this; what is slower by more is slower.</summary>
    private const double Noise = 0.05;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private IEnumerable<MethodAnalysis> Methods => Reports.SelectMany(r => r.Methods);

    public double Correlation => SpeedResult.Correlation(Speeds);

    /// <summary>With rates that know nothing of measurements of the method itself.</summary>
    public double LeftOutCorrelation => SpeedResult.Correlation(RateFit.OutOfSample(Speeds, MethodOf));

    /// <summary>With rates of one half of the methods for the other.</summary>
    public double HalvesCorrelation => Speeds.Select(MethodOf).Distinct().Order(StringComparer.Ordinal).Index().ToDictionary(m => m.Item, m => m.Index % 2) is var half
        ? SpeedResult.Correlation(RateFit.OutOfSample(Speeds, s => half[MethodOf(s)])) : 0;

    public double Share => Methods.Count(m => m.Verdict is Verdict.Compile or Verdict.Parts or Verdict.Sharpen) / (double)Methods.Count();

    /// <summary>Calls of methods that are compiled and were slower than eager.</summary>
    public IEnumerable<SpeedResult> Slower => Speeds.Where(s => s.Measured < 1 - Noise && IsCompiled(s));

    private bool IsCompiled(SpeedResult s) => Methods.Any(m => m.Method == MethodOf(s) && m.Verdict is not Verdict.KeepEager);

    private static string MethodOf(SpeedResult s) => s.Method.Split(',')[0];

    public static AnalysisSummary Of(IReadOnlyList<SpeedResult> speeds) => new([.. SpeedRun.SampleAssemblies.Prepend("Corpus").Select(Analyze)], speeds);

    public void Write(string root)
    {
        string file = Path.Combine(root, "artifacts", "analysis.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(
            new
            {
                Candidates = Methods.Count(),
                Compile = Count(Verdict.Compile),
                Parts = Count(Verdict.Parts),
                KeepEager = Count(Verdict.KeepEager),
                Undo = Count(Verdict.Undo),
                Sharpen = Count(Verdict.Sharpen),
                Codes = Codes(),
                PredictedVsMeasured = Speeds.Where(s => s.Estimate is not null).Select(s => new { s.Method, Predicted = s.Estimate!.Speedup, s.Measured, s.Eager, s.Compiled, EagerTerms = Terms(s.Estimate.EagerTerms), CompiledTerms = Terms(s.Estimate.CompiledTerms) }),
                RankCorrelation = Correlation,
                RankCorrelationLeaveOneOut = LeftOutCorrelation,
                RankCorrelationHalves = HalvesCorrelation,
                Slower = Slower.Select(s => s.Method),
                Rates = CostRates.BuiltIn.Source,
            },
            Json));
        File.WriteAllText(Path.Combine(root, "docs", "analysis.md"), Page());
    }

    /// <summary>Counts and marks, for a terminal.</summary>
    public string Format() => string.Join(Environment.NewLine,
    [
        $"{Methods.Count()} candidates: {string.Join(", ", Enum.GetValues<Verdict>().Select(v => $"{Count(v)} {v}"))}",
        string.Create(CultureInfo.InvariantCulture, $"compiled, whole or in parts: {Share:P1} (mark {LeastShare:P0})"),
        string.Create(CultureInfo.InvariantCulture, $"rank correlation of predicted and measured speedup: {Correlation:F3} over {Speeds.Count(s => s.Estimate is not null)} calls (mark {LeastCorrelation:F1})"),
        string.Create(CultureInfo.InvariantCulture, $"rank correlation out of sample: {LeftOutCorrelation:F3} with rates fitted to all other methods, {HalvesCorrelation:F3} with rates of one half of the methods for the other (mark {LeastCorrelation:F1})"),
        string.Create(CultureInfo.InvariantCulture, $"geometric mean of measured speedups: {Math.Exp(Speeds.Average(s => Math.Log(s.Measured))):F2}"),
        $"compiled and slower than eager: {Slower.Count()}{string.Concat(Slower.Select(s => string.Create(CultureInfo.InvariantCulture, $" {s.Method} {s.Measured:F2}")))}",
    ]);

    private string Page() => string.Join('\n',
    [
        "# Verdicts and predicted speed", "",
        "Made by `./build.sh coverage` from testsuite/corpus and the sample models; the numbers are those of the machine that it ran on last.", "",
        .. Format().Split(Environment.NewLine).Select(l => "- " + l), "",
        "| code | found |", "|---|---|",
        .. Codes().Select(c => $"| {c.Key} | {c.Value} |"), "",
        "Speedup of compiled code over eager code, as `dlaot analyze` predicts it at the sizes of the call, and as it was measured (in turns, in one process; the median of five rounds):", "",
        "| call | predicted | measured | eager, us | compiled, us | with the benefit check |", "|---|---|---|---|---|---|",
        .. Speeds.OrderByDescending(s => s.Measured).Select(s => string.Create(CultureInfo.InvariantCulture, $"| {s.Method} | {s.Estimate?.Speedup:F2} | {s.Measured:F2} | {s.Eager:F1} | {s.Compiled:F1} | {(IsCompiled(s) ? "compiled" : "eager")} |")), "",
    ]);

    private static AnalysisReport Analyze(string assembly)
    {
        using var compilation = Compilation.Open(new() { Input = Path.Combine(AppContext.BaseDirectory, assembly + ".dll"), Benefit = BenefitChoice.On });
        compilation.Plan();
        return AnalysisReport.Of(compilation);
    }

    private SortedDictionary<string, int> Codes() =>
        new(Reports.SelectMany(r => r.Codes).GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.Sum(c => c.Value)), StringComparer.Ordinal);

    private static Dictionary<string, double> Terms(IEnumerable<CostTerm> terms) => terms.ToDictionary(t => t.Rate, t => t.Amount);

    private int Count(Verdict verdict) => Methods.Count(m => m.Verdict == verdict);
}
