using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Verification;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>
/// Sizes that a version is probably called with, where its signature leaves them open: those that were recorded; else an example or a batch of widths of 64 and images
/// of 32 by 32, and an example of small ones, where nothing but the number of calls counts.
/// </summary>
internal static class TypicalSizes
{
    /// <summary>Sizes by what they probably are.</summary>
    internal sealed record Choice(string Name, long Batch, long Width, long Length);

    private static readonly Choice[] Choices = [new("small", 1, 4, 2), new("typical, batch 1", 1, 64, 32), new("typical, batch 32", 32, 64, 32)];

    private const long Other = 16;
    private const int Rounds = 4;

    /// <summary>The three choices; one when no size is open.</summary>
    public static IEnumerable<SizeValues> Of(LiftedVersion version)
    {
        Dictionary<string, long> recorded = Recorded(version);
        SizeValues[] all = [.. Choices.Select(c => Of(version, c, recorded))];
        return all.All(s => s.Values.SequenceEqual(all[0].Values)) ? [all[0] with { Source = all[0].Values.IsEmpty ? "sizes of the signature" : recorded.Count > 0 ? "recorded" : "typical" }] : all;
    }

    // What a profile has seen in all calls.
    private static Dictionary<string, long> Recorded(LiftedVersion version)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((GraphInput input, Access access) in version.Graph.Inputs.Zip(version.Inputs).Where(i => i.First.Kind == InputKind.Tensor))
        {
            for (int d = 0; d < input.Value.Rank; d++)
            {
                if (input.Value.Shape[d].SymbolName is { } symbol && version.Places.Recorded?.Sizes.TryGetValue(RecordedCall.SizeName(access.Key, d), out long size) == true)
                {
                    found.TryAdd(symbol, size);
                }
            }
        }

        return found;
    }

    /// <summary>Sizes of which some are known.</summary>
    public static SizeValues Of(LiftedVersion version, Choice choice, IDictionary<string, long> known)
    {
        var values = new SortedDictionary<string, long>(known, StringComparer.Ordinal);
        foreach ((GraphInput input, Access access) in version.Graph.Inputs.Zip(version.Inputs).OrderBy(i => LiveAccess.Root(i.Second) <= 0))
        {
            if (input.Kind == InputKind.Scalar)
            {
                values.TryAdd(input.Name, ProbableValues.Integer(input.Name));
                values.TryAdd("$" + input.Name, ProbableValues.Integer(input.Name));
            }

            bool isArgument = LiveAccess.Root(access) > 0;
            for (int d = 0; d < input.Value.Rank; d++)
            {
                if (input.Value.Shape[d].SymbolName is { } symbol)
                {
                    values.TryAdd(symbol, !isArgument ? choice.Width : d == 0 && input.Value.Rank > 1 ? choice.Batch : input.Value.Rank == 4 && d > 1 ? choice.Length : d == input.Value.Rank - 1 || d == 1 && input.Value.Rank == 4 ? choice.Width : choice.Length);
                }
            }
        }

        foreach (string symbol in version.Graph.Symbols)
        {
            values.TryAdd(symbol, Other);
        }

        for (int round = 0; round < Rounds; round++)
        {
            foreach (DimConstraint c in version.Graph.Constraints)
            {
                Fit(c, values);
            }
        }

        return new SizeValues(choice.Name, values.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    // Moves the one symbol on the left until the condition holds; what has no such symbol stays: this is an estimate.
    private static void Fit(DimConstraint c, SortedDictionary<string, long> values)
    {
        try
        {
            (DimExpr left, DimExpr right) = c.Left.SymbolName is null && c.Kind == ConstraintKind.Equal ? (c.Right, c.Left) : (c.Left, c.Right);
            if (left.SymbolName is not { } symbol || c.Holds(s => values.GetValueOrDefault(s, 1)))
            {
                return;
            }

            long bound = right.Evaluate(s => values.GetValueOrDefault(s, 1)), now = values.GetValueOrDefault(symbol, 1);
            values[symbol] = c.Kind switch
            {
                ConstraintKind.Equal or ConstraintKind.AtLeast => Math.Max(bound, 0),
                ConstraintKind.Divisible when bound > 0 => (now + bound - 1) / bound * bound,
                ConstraintKind.NotEqual => now + 1,
                _ => now,
            };
        }
        catch (Exception e) when (e is DivideByZeroException or OverflowException)
        {
            // A size far from what the code is written for.
        }
    }
}
