using System.Collections.Immutable;
using System.Globalization;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Ir.Plans;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>
/// Decides whether a version is worth compiling: it must be no slower than the library at every size that is probable. What
/// <c>[Compile]</c> asks for is compiled all the same, and told.
/// </summary>
public sealed class BenefitCheck(CostRates rates)
{
    /// <summary>The least predicted speedup of what is compiled.</summary>
    public const double LeastSpeedup = 1;

    public CostRates Rates => rates;

    /// <summary>Estimates at the sizes that are probable.</summary>
    public ImmutableArray<Estimate> Estimates(LiftedVersion version, Plan plan) => [.. TypicalSizes.Of(version).Select(s => Estimate.Of(version, plan, s, rates))];

    /// <summary>The same for a method of which parts are compiled.</summary>
    public ImmutableArray<Estimate> Estimates(CompiledMethod inParts)
    {
        Dictionary<CompiledMethod, SizeValues[]> sizes = inParts.Parts.Select(p => p.Method).Where(p => !p.Versions.IsEmpty).ToDictionary(p => p, p => TypicalSizes.Of(p.Versions[0].Lifted).ToArray());
        return [.. Enumerable.Range(0, sizes.Values.Select(s => s.Length).DefaultIfEmpty(0).Max()).Select(i => Estimate.InParts(inParts, p => sizes[p][Math.Min(i, sizes[p].Length - 1)], rates))];
    }

    /// <summary>Why a version is not worth compiling; null when it is, or when nobody asks.</summary>
    /// <param name="keep">It is compiled nevertheless.</param>
    public Diagnostic? Judge(LiftedMethod method, LiftedVersion version, Plan plan, out bool keep)
    {
        Estimate worst = Estimates(version, plan).MinBy(e => e.Speedup)!;
        keep = worst.Speedup >= LeastSpeedup || Annotations.IsMarkedCompile(method.Method);
        return worst.Speedup >= LeastSpeedup ? null
            : Diagnostic.Of(keep ? Rules.CompiledAtALoss : Rules.NoGain, Frame.StartOf(method.Method), method.Name, Microseconds(worst.Compiled), Microseconds(worst.Eager), worst.Sizes);
    }

    private static string Microseconds(double time) => time.ToString(time < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
