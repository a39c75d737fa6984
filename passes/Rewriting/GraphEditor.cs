using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Rewriting;

/// <summary>Writes the next version of a graph. A node whose operands stay the same stays the same object.</summary>
internal sealed class GraphEditor(PassState state)
{
    private readonly Dictionary<Value, Value> replaced = [];
    private readonly List<Node> nodes = [];
    private readonly DimFacts facts = new();
    private readonly ImmutableDictionary<Node, string>.Builder composites = state.Composites.ToBuilder();
    private bool changed;

    /// <summary>The composite that nodes added from now on belong to.</summary>
    public string? Composite { get; set; }

    /// <summary>What stands for a value of the old graph.</summary>
    public Value this[Value old] => replaced.GetValueOrDefault(old, old);

    /// <summary>Rewrites node by node: the rule gets a node with its new operands and gives values of the results' types, or null to keep it.</summary>
    public static PassState Rewrite(PassState state, Func<Node, GraphEditor, ImmutableArray<Value>?> rule)
    {
        var editor = new GraphEditor(state);
        foreach (Node node in state.Graph.Nodes)
        {
            Node current = editor.WithNewOperands(node);
            editor.Composite = state.Composites.GetValueOrDefault(node);
            if (rule(current, editor) is { } values)
            {
                editor.changed = true;
                for (int i = 0; i < values.Length; i++)
                {
                    editor.Replace(node.Results[i], values[i]);
                }
            }
            else
            {
                editor.Append(node, current);
            }
        }

        return editor.Finish();
    }

    public Value Add(OpDef op, Attributes attributes, SourceLocation location, params ReadOnlySpan<Value> operands)
    {
        ImmutableArray<Value> list = [.. operands];
        facts.Location = location;
        var node = new Node(op, list, attributes, op.InferTypes(new TypeRuleContext(op, [.. list.Select(v => v.Type)], attributes, facts)), location);
        Append(node);
        return node.Results[0];
    }

    /// <summary>Adds a node made elsewhere, all of whose operands are in this graph.</summary>
    public void Append(Node node)
    {
        nodes.Add(node);
        if (Composite is not null)
        {
            composites[node] = Composite;
        }
    }

    /// <summary>Takes over conditions that added nodes rely on.</summary>
    public void Require(IEnumerable<DimConstraint> constraints)
    {
        foreach (DimConstraint constraint in constraints)
        {
            facts.Require(constraint);
        }
    }

    public void Replace(Value old, Value by)
    {
        if (old.DType != by.DType || old.Rank != by.Rank)
        {
            throw new InvalidOperationException($"A rewrite replaced {old} by {by}.");
        }

        // Sizes that are equal by a constraint, not by form: keep the form that users of the value know.
        replaced[old] = old.Type == by.Type ? by : Add(Op.Reshape, Attributes.Of(("shape", old.Shape)), old.Node?.Location ?? SourceLocation.None, by);
    }

    private Node WithNewOperands(Node node) => node.Operands.All(o => !replaced.ContainsKey(o))
        ? node
        : new Node(node.Op, [.. node.Operands.Select(o => this[o])], node.Attributes, [.. node.Results.Select(r => r.Type)], node.Location);

    private void Append(Node old, Node current)
    {
        Append(current);
        if (old != current)
        {
            changed = true;
            for (int i = 0; i < old.Results.Length; i++)
            {
                replaced[old.Results[i]] = current.Results[i];
            }
        }
    }

    private PassState Finish()
    {
        if (!changed)
        {
            return state;
        }

        ImmutableArray<DimConstraint> known = state.Graph.Constraints;
        Graph graph = state.Graph with
        {
            Nodes = [.. nodes],
            Outputs = [.. state.Graph.Outputs.Select(o => this[o])],
            Constraints = [.. known.Concat(facts.Constraints).DistinctBy(c => c.ToString())],
        };
        return state with { Graph = graph, Composites = composites.ToImmutable() };
    }
}
