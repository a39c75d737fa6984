using DlAot.Ir;

namespace DlAot.Passes.Fusion;

/// <summary>Positions, users and epochs of the nodes of one graph, and who must be stored.</summary>
internal sealed class GraphFacts
{
    private readonly Dictionary<Node, int> positions = [];
    private readonly Dictionary<Node, int> epochs = [];
    private readonly Dictionary<Value, List<Node>> users = [];

    public GraphFacts(PassState state, PassOptions options)
    {
        Graph = state.Graph;
        Options = options;
        ExternViews = state.ExternViews;
        HashSet<Node> giveSizes = [.. Graph.LateSymbols.Values];
        int epoch = 0;
        foreach (Node node in Graph.Nodes)
        {
            positions[node] = positions.Count;

            // An opaque call may write to tensors that kernels read, and one with results of unknown sizes makes those known: it
            // stands between two epochs and belongs to the first.
            epochs[node] = epoch;
            epoch += node.IsPure() && !giveSizes.Contains(node) ? 0 : 1;
            foreach (Value operand in node.Operands.Distinct())
            {
                (users.TryGetValue(operand, out List<Node>? list) ? list : users[operand] = []).Add(node);
            }
        }

        MarkStored();
        foreach (Node node in Graph.Nodes.Where(n => n.Op == Op.Take || n.Op == Op.Gather))
        {
            MarkIndex(node.Operands[1]);
        }
    }

    public Graph Graph { get; }

    public PassOptions Options { get; }

    public IReadOnlySet<Node> ExternViews { get; }

    /// <summary>Values that must be in memory, whoever else reads them.</summary>
    public HashSet<Value> Stored { get; } = [];

    private readonly HashSet<Node> feedsIndex = [];

    /// <summary>
    /// A reduction that an index is computed from. Indices are checked before anything else a kernel does, so it must be in another
    /// kernel than they.
    /// </summary>
    public bool FeedsIndex(Node node) => feedsIndex.Contains(node);

    private void MarkIndex(Value value)
    {
        if (value.Node is not { } node || IsExtern(node) || IsProduct(node) || !feedsIndex.Add(node) || node.Op.Family == OpFamily.Reduction)
        {
            return;
        }

        foreach (Value operand in node.Operands)
        {
            MarkIndex(operand);
        }
    }

    public int Position(Node node) => positions[node];

    public int Epoch(Node node) => epochs[node];

    public IReadOnlyList<Node> Users(Value value) => users.GetValueOrDefault(value) ?? [];

    public bool IsExtern(Node node) => Options.IsExtern(node) || ExternViews.Contains(node);

    /// <summary>A matrix product that we compute.</summary>
    public bool IsProduct(Node node) => node.Op == Op.MatMul && !Options.IsExtern(node);

    private void MarkStored()
    {
        Stored.UnionWith(Graph.Outputs.Where(IsComputed));
        foreach (Node node in Graph.Nodes)
        {
            if (IsExtern(node))
            {
                Stored.UnionWith(node.Operands.Where(IsComputed));
            }

            foreach (Value operand in node.Operands)
            {
                Value origin = operand;
                while (origin.Node is { Op.Family: OpFamily.View } view && !ExternViews.Contains(view))
                {
                    origin = view.Operands[0];
                }

                if (origin.Node is { } producer && Epoch(producer) != Epoch(node) && !IsExtern(producer))
                {
                    Stored.Add(origin);
                }
            }
        }

        // A host number has no storage: the tensor library gets a tensor made of it.
        foreach (Value scalar in Graph.Nodes.Where(IsExtern).SelectMany(n => n.Operands).Where(o => o.Node is null))
        {
            if (Graph.Inputs[scalar.Index].Kind == InputKind.Scalar)
            {
                Stored.Add(scalar);
            }
        }
    }

    private bool IsComputed(Value value) =>
        value.Node is { } node ? !IsExtern(node) : Graph.Inputs[value.Index].Kind == InputKind.Scalar;
}
