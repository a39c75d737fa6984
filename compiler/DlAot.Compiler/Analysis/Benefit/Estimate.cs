using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Ir.Plans;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>How long a version of a method takes, compiled and with the same operations eagerly, and of what that is the sum.</summary>
/// <param name="Sizes">What it is estimated at.</param>
public sealed record Estimate(SizeValues Sizes, CostRates Rates, ImmutableArray<CostTerm> EagerTerms, ImmutableArray<CostTerm> CompiledTerms)
{
    /// <summary>Microseconds of the original.</summary>
    public double Eager => CostTerm.Total(EagerTerms, Rates);

    /// <summary>Microseconds of the compiled version.</summary>
    public double Compiled => CostTerm.Total(CompiledTerms, Rates);

    /// <summary>How many times as fast compiled code is.</summary>
    public double Speedup => Eager / Compiled;

    public static Estimate Of(LiftedVersion version, Plan plan, SizeValues sizes, CostRates rates) =>
        new(sizes, rates, CostTerm.Sum(EagerCost.Of(version.Graph, sizes)), CostTerm.Sum(CompiledCost.Of(version, plan, sizes)));
}
