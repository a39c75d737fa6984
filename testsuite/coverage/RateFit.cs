using DlAot.Compiler.Analysis.Benefit;

namespace DlAot.Tests.Coverage;

/// <summary>
/// Rates that fit measured times best: least squares of relative errors over eager and compiled calls together, none negative (coordinate descent).
/// What none of the calls has keeps its built-in rate.
/// </summary>
internal static class RateFit
{
    private const int Sweeps = 1000;

    public static CostRates Of(IEnumerable<SpeedResult> measured)
    {
        (IEnumerable<CostTerm> Terms, double Time)[] rows = [.. measured.Where(s => s.Estimate is not null).SelectMany(s => new[] { (s.Estimate!.EagerTerms.AsEnumerable(), s.Eager), (s.Estimate.CompiledTerms, s.Compiled) })];
        string[] names = [.. rows.SelectMany(r => r.Terms).Select(t => t.Rate).Distinct().Order(StringComparer.Ordinal)];
        double[][] columns = [.. names.Select(n => rows.Select(r => r.Terms.Where(t => t.Rate == n).Sum(t => t.Amount) / r.Time).ToArray())];
        double[] rates = new double[names.Length], left = [.. rows.Select(_ => 1.0)];
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            for (int j = 0; j < names.Length; j++)
            {
                double length = columns[j].Sum(c => c * c), step = Math.Max(-rates[j], length == 0 ? 0 : columns[j].Zip(left, (c, l) => c * l).Sum() / length);
                rates[j] += step;
                for (int i = 0; i < left.Length; i++)
                    left[i] -= step * columns[j][i];
            }
        }

        return CostRates.BuiltIn.With("fitted", names.Zip(rates, KeyValuePair.Create));
    }

    /// <summary>The predictions of each group of calls with rates that were fitted to the calls of the other groups.</summary>
    public static IEnumerable<SpeedResult> OutOfSample(IEnumerable<SpeedResult> measured, Func<SpeedResult, object> group)
    {
        SpeedResult[] all = [.. measured.Where(s => s.Estimate is not null)];
        return all.GroupBy(group).AsParallel().SelectMany(g =>
        {
            CostRates rates = Of(all.Where(s => !Equals(group(s), g.Key)));
            return g.Select(s => s with { Estimate = s.Estimate! with { Rates = rates } });
        }).ToArray();
    }
}
