using DlAot.Ir;

namespace DlAot.Passes;

/// <summary>Pure nodes that no output, no effect and no size needs are dropped.</summary>
internal static class RemoveDead
{
    public static PassState Run(PassState state, PassOptions options)
    {
        var live = new HashSet<Node>();
        var pending = new Stack<Node>(state.Graph.Outputs.Select(o => o.Node).OfType<Node>().Concat(state.Graph.Nodes.Where(n => !n.IsPure())).Concat(state.Graph.LateSymbols.Values));
        while (pending.TryPop(out Node? node))
        {
            if (live.Add(node))
            {
                foreach (Value operand in node.Operands)
                {
                    if (operand.Node is not null)
                    {
                        pending.Push(operand.Node);
                    }
                }
            }
        }

        return live.Count == state.Graph.Nodes.Length ? state : state with { Graph = state.Graph with { Nodes = [.. state.Graph.Nodes.Where(live.Contains)] } };
    }
}
