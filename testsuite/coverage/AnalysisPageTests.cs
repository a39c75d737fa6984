using System.Globalization;
using System.Text.RegularExpressions;
using DlAot.Tests.House;

namespace DlAot.Tests.Coverage;

/// <summary>What was measured last (docs/analysis.md) meets the marks.</summary>
public sealed class AnalysisPageTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "analysis.md"));

    [Fact]
    public void PredictionsOrderCallsAsMeasurementsDoAlsoOutOfSample()
    {
        double[] correlations = [.. Page.Where(l => l.StartsWith("- rank correlation", StringComparison.Ordinal)).SelectMany(l => Regex.Matches(l.Split("(mark")[0], @"\b0\.\d+")).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture))];
        Assert.Equal(3, correlations.Length);
        Assert.All(correlations, c => Assert.InRange(c, AnalysisSummary.LeastCorrelation, 1));
    }
}
