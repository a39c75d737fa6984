using System.Collections.Immutable;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>So much of something that takes time, e.g. 3 calls of the library or 1.2 MB moved.</summary>
/// <param name="Rate">Name of the row of <see cref="CostRates"/> that says how long one takes.</param>
public sealed record CostTerm(string Rate, double Amount)
{
    /// <summary>Microseconds.</summary>
    public double At(CostRates rates) => Amount * rates[Rate];

    /// <summary>One term a rate.</summary>
    public static ImmutableArray<CostTerm> Sum(IEnumerable<CostTerm> terms) =>
        [.. terms.GroupBy(t => t.Rate, StringComparer.Ordinal).Select(g => new CostTerm(g.Key, g.Sum(t => t.Amount))).Where(t => t.Amount > 0).OrderBy(t => t.Rate, StringComparer.Ordinal)];

    /// <summary>Microseconds of all.</summary>
    public static double Total(IEnumerable<CostTerm> terms, CostRates rates) => terms.Sum(t => t.At(rates));
}
