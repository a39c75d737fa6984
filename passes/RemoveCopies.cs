using DlAot.Ir;
using DlAot.Passes.Planning;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes;

/// <summary>
/// <c>clone(x) => x</c> and <c>contiguous(x) => x</c>, except where an output shares the copy's storage: values are immutable here, so
/// nothing else can tell.
/// </summary>
internal static class RemoveCopies
{
    public static PassState Run(PassState state, PassOptions options)
    {
        var layout = new EagerLayout(state.Graph);
        HashSet<Value> origins = [.. state.Graph.Outputs.Select(o => layout.Origin(o).Origin)];
        int position = 0;
        return GraphEditor.Rewrite(state, (node, _) =>
        {
            Value result = state.Graph.Nodes[position++].Results[0]; // the node as it was: operands may be new by now
            return (node.Op == Op.Clone || node.Op == Op.Contiguous) && !origins.Contains(result) ? [node.Operands[0]] : null;
        });
    }
}
