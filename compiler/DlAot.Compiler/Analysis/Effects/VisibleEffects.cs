using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Effects;

/// <summary>What a method reads and writes that others can see, for reports.</summary>
/// <param name="Reads">Places, sorted.</param>
/// <param name="Writes">Places with the way there.</param>
public sealed record VisibleEffects(ImmutableArray<string> Reads, ImmutableArray<Diagnostic> Writes)
{
    public static VisibleEffects Of(MethodDefinition method, EffectAnalysis analysis)
    {
        MethodEffects effects = analysis.Of(method);
        return new(
            [.. effects.Accesses.Where(a => !a.IsWrite).Select(a => a.What.ToString()).Distinct().Order(StringComparer.Ordinal)],
            [.. effects.Accesses.Where(a => a.IsWrite).Select(a => Diagnostic.Of(Rules.VisibleWrite, a.Location, LiftedMethod.NameOf(method), a.What, Way(a), Reader(a)))]);

        string Way(HeapAccess a) => a.Via.IsEmpty ? "" : $" through {string.Join(", ", a.Via)}";

        string Reader(HeapAccess a) => a.Field is not null && analysis.ReaderOf(a, method) is { } reader ? $", read by {reader.Method}() at {reader.Location}" : "";
    }
}
