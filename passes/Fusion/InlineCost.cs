using DlAot.Ir;

namespace DlAot.Passes.Fusion;

/// <summary>What it costs to evaluate a node in several groups instead of storing it.</summary>
internal sealed class InlineCost(GraphFacts facts)
{
    private const int LongChain = 8;

    private readonly Dictionary<Value, int> lengths = [];

    /// <summary>True when it reads more memory, or computes much more, than one load of its result.</summary>
    public bool IsHeavy(Node node) =>
        node.Operands.Distinct().Count(o => o.Op?.Family != OpFamily.Creation && o.Type.Numel == node.Result.Type.Numel) > 1
        || Length(node.Result) > LongChain;

    /// <summary>True when it is computed from a reduction's result element by element: then it is computed once per reduction.</summary>
    public bool FollowsReduction(Node node) => node.Operands.Any(o => o.Node is { } operand && !facts.Stored.Contains(o) && o.Type.Numel == node.Result.Type.Numel
        && (operand.Op.Family == OpFamily.Reduction || (operand.Op.Family is OpFamily.Elementwise or OpFamily.View && FollowsReduction(operand))));

    private int Length(Value value)
    {
        if (value.Node is not { Op.Family: OpFamily.Elementwise or OpFamily.View } node || facts.Stored.Contains(value))
        {
            return 0;
        }

        if (!lengths.TryGetValue(value, out int length))
        {
            lengths[value] = length = Math.Min(LongChain + 1, 1 + node.Operands.Sum(Length));
        }

        return length;
    }
}
