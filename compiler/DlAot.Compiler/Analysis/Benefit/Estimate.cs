using System.Collections.Immutable;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir.Plans;
using Mono.Cecil;

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

    /// <summary>The same for a method of which parts are compiled: their first versions, and the calls between, which both sides make. Loops are taken to turn once.</summary>
    /// <param name="method">With at least one part.</param>
    /// <param name="sizesOf">What each part is estimated at.</param>
    /// <param name="rates">What things cost.</param>
    public static Estimate InParts(CompiledMethod method, Func<CompiledMethod, SizeValues> sizesOf, CostRates rates)
    {
        Estimate[] parts = [.. method.Parts.Select(p => p.Method).Where(p => !p.Versions.IsEmpty).Select(p => Of(p.Versions[0].Lifted, p.Versions[0].Plan, sizesOf(p), rates))];
        var between = new CostTerm(CostRates.Call, CallsBetween(method));
        return new(
            parts.FirstOrDefault()?.Sizes ?? new SizeValues("none", ImmutableSortedDictionary<string, long>.Empty), rates,
            CostTerm.Sum(parts.SelectMany(p => p.EagerTerms).Append(between)), CostTerm.Sum(parts.SelectMany(p => p.CompiledTerms).Append(between)));
    }

    // Of the library, for a tensor, on lines of no part.
    private static int CallsBetween(CompiledMethod method) => method.Lifted.Method.Body.Instructions.Count(i => i.Operand is MethodReference { ReturnType: var given, DeclaringType: var owner }
        && World.IsTensor(given) && owner.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal) && Frame.Locate(method.Lifted.Method, i).Line is var line && !method.Parts.Any(p => p.FirstLine <= line && line <= p.LastLine));
}
