using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Tells versions that fit the code but hardly what anybody means: a number of dimensions that only works because the library is
/// lenient. They are right all the same, and kept where there is nothing better.
/// </summary>
internal static class Likelihood
{
    public static bool IsOdd(LiftedVersion version)
    {
        var fromArguments = new HashSet<Value>(version.Graph.Inputs.Zip(version.Inputs).Where(p => p.Second is Access.Argument).Select(p => p.First.Value));
        foreach (Node node in version.Graph.Nodes)
        {
            Value[] moving = [.. node.Operands.Where(fromArguments.Contains)];
            if (moving.Length > 0)
            {
                fromArguments.UnionWith(node.Results);
            }

            if (IsUnbatched(node, moving) || IsWidened(node, moving))
            {
                return true;
            }
        }

        return false;
    }

    // A convolution of one sample without a batch dimension.
    private static bool IsUnbatched(Node node, Value[] moving) => node.Op == Op.Conv && moving.Contains(node.Operands[0])
        && node.Operands[0].Node is { Op.Name: "reshape" } reshape && node.Operands[0].Shape[0].IsOne && reshape.Operands[0].Rank == node.Operands[0].Rank - 1;

    // A parameter with more dimensions than what it is applied to.
    private static bool IsWidened(Node node, Value[] moving) => node.Op.Family == OpFamily.Elementwise && moving.Length > 0
        && moving.All(m => m.Rank > 0) && node.Operands.Except(moving).Any(o => o.Rank > moving.Max(m => m.Rank));
}
