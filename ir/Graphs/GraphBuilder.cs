using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>
/// Builds a graph op by op. Types come from the op table; sizes that must agree are unified: a symbol that has to equal something
/// else is replaced by it everywhere when the graph is finished, anything that cannot be decided becomes a constraint.
/// </summary>
public sealed class GraphBuilder(string name)
{
    private readonly List<GraphInput> inputs = [];
    private readonly List<Node> nodes = [];
    private readonly DimFacts facts = new();

    /// <summary>The location given to nodes added from now on.</summary>
    public SourceLocation Location { get; set; } = SourceLocation.None;

    public DimFacts Facts => facts;

    public IReadOnlyList<GraphInput> Inputs => inputs;

    /// <summary>Nodes added so far, in order.</summary>
    public IReadOnlyList<Node> Nodes => nodes;

    public Value Input(string inputName, TensorType type, InputKind kind = InputKind.Tensor)
    {
        var value = new Value(null, inputs.Count, type);
        inputs.Add(new GraphInput(inputName, kind, value));
        if (kind == InputKind.Scalar)
        {
            // A symbol of this name is the number: no size fact may replace it.
            facts.Pin(inputName);
        }

        return value;
    }

    /// <summary>Adds a node and returns its results.</summary>
    /// <exception cref="TypeRuleException">The operands do not fit the op.</exception>
    public ImmutableArray<Value> AddAll(OpDef op, Attributes attributes, params ReadOnlySpan<Value> operands)
    {
        ImmutableArray<Value> list = [.. operands];
        facts.Location = Location;
        ImmutableArray<TensorType> types = op.InferTypes(new TypeRuleContext(op, [.. list.Select(v => facts.Normalize(v.Type))], facts.Normalize(attributes), facts));
        var node = new Node(op, list, attributes, types, Location);
        nodes.Add(node);
        return node.Results;
    }

    /// <summary>Adds a node with one result.</summary>
    public Value Add(OpDef op, Attributes attributes, params ReadOnlySpan<Value> operands) => AddAll(op, attributes, operands).Single();

    public Value Add(OpDef op, params ReadOnlySpan<Value> operands) => Add(op, Attributes.None, operands);

    /// <summary>A rank-0 constant.</summary>
    public Value Constant(double value, DType type) => Add(Op.Full, Attributes.Of(("value", value), ("shape", ImmutableArray<DimExpr>.Empty), ("dtype", type)));

    /// <summary>The type of a value under all facts known by now.</summary>
    public TensorType TypeOf(Value value) => facts.Normalize(value.Type);

    /// <summary>Marks the present state, to undo a part that failed.</summary>
    public (int Inputs, int Nodes) Mark() => (inputs.Count, nodes.Count);

    public Graph Finish(params ReadOnlySpan<Value> outputs)
    {
        var map = new Dictionary<Value, Value>();
        var newInputs = inputs.Select(i =>
        {
            var value = new Value(null, i.Value.Index, facts.Normalize(i.Value.Type));
            map[i.Value] = value;
            return i with { Value = value };
        }).ToImmutableArray();
        var newNodes = ImmutableArray.CreateBuilder<Node>();
        foreach (Node node in nodes)
        {
            var copy = new Node(node.Op, [.. node.Operands.Select(o => map[o])], facts.Normalize(node.Attributes), [.. node.Results.Select(r => facts.Normalize(r.Type))], node.Location);
            foreach ((Value before, Value after) in node.Results.Zip(copy.Results))
            {
                map[before] = after;
            }

            newNodes.Add(copy);
        }

        return new Graph(name, newInputs, newNodes.ToImmutable(), [.. outputs.ToArray().Select(o => map[o])], facts.Constraints);
    }
}
