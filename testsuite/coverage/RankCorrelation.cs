namespace DlAot.Tests.Coverage;

/// <summary>Spearman's rank correlation: 1 when two columns order the rows alike, -1 when the other way round.</summary>
internal static class RankCorrelation
{
    public static double Of(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double[] x = Ranks(a), y = Ranks(b);
        double mx = x.Average(), my = y.Average();
        double both = x.Zip(y, (p, q) => (p - mx) * (q - my)).Sum(), each = Math.Sqrt(x.Sum(p => (p - mx) * (p - mx)) * y.Sum(q => (q - my) * (q - my)));
        return each == 0 ? 0 : both / each;
    }

    // Equal values share the middle of their ranks.
    private static double[] Ranks(IReadOnlyList<double> values) => [.. values.Select(v => values.Count(w => w < v) + (values.Count(w => w == v) - 1) / 2.0)];
}
