using System.Collections.Frozen;
using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Rewriting;
using DlAot.Passes.Simplification;

namespace DlAot.Passes;

/// <summary>Applies the rules of the Simplification folder until nothing changes.</summary>
internal static class Simplify
{
    // Each round is linear; rules only shrink, so this bound is never met by a correct rule set.
    private const int MaxRounds = 64;

    private static readonly FrozenDictionary<OpDef, ImmutableArray<Rule>> Rules = ArithmeticRules.Rows
        .Concat(LogicRules.Rows).Concat(CastRules.Rows).Concat(ViewRules.Rows).Concat(MovementRules.Rows)
        .GroupBy(r => r.Op).ToFrozenDictionary(g => g.Key, g => g.Select(r => r.Rule).ToImmutableArray());

    public static PassState Run(PassState state, PassOptions options)
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            PassState next = GraphEditor.Rewrite(state, Apply);
            if (ReferenceEquals(next, state))
            {
                return state;
            }

            state = RemoveDead.Run(next, options);
        }

        throw new InvalidOperationException($"The simplification rules do not come to an end on {state.Graph.Name}.");
    }

    private static ImmutableArray<Value>? Apply(Node node, GraphEditor editor)
    {
        foreach (Rule rule in Rules.GetValueOrDefault(node.Op, []))
        {
            if (rule(node, editor) is { } value)
            {
                return [value];
            }
        }

        return null;
    }
}
