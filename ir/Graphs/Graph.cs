using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>One result of a node, or an input of the graph. Compared by reference.</summary>
public sealed class Value
{
    internal Value(Node? node, int index, TensorType type)
    {
        Node = node;
        Index = index;
        Type = type;
    }

    /// <summary>The node that makes it; null for a graph input.</summary>
    public Node? Node { get; }

    /// <summary>Which result of <see cref="Node"/>, or which input of the graph.</summary>
    public int Index { get; }

    public TensorType Type { get; }

    public DType DType => Type.DType;

    public ImmutableArray<DimExpr> Shape => Type.Shape;

    public int Rank => Type.Rank;

    /// <summary>The op of the producing node, null for an input: <c>value is { Op.Name: "relu" }</c> reads well in patterns.</summary>
    public OpDef? Op => Node?.Op;

    public override string ToString() => $"{(Node is null ? "input" : Node.Op.Name)}#{Index}: {Type}";
}

/// <summary>An operation applied to values. Immutable; a rewrite makes a new one.</summary>
public sealed class Node
{
    public Node(OpDef op, ImmutableArray<Value> operands, Attributes attributes, ImmutableArray<TensorType> results, SourceLocation location)
    {
        Op = op;
        Operands = operands;
        Attributes = attributes;
        Location = location;
        Results = [.. results.Select((type, i) => new Value(this, i, type))];
    }

    public OpDef Op { get; }

    public ImmutableArray<Value> Operands { get; }

    public Attributes Attributes { get; }

    public ImmutableArray<Value> Results { get; }

    /// <summary>The user's line it was lifted from; kept through every rewrite.</summary>
    public SourceLocation Location { get; }

    /// <summary>The only result.</summary>
    public Value Result => Results.Single();

    public override string ToString() => $"{Op.Name}({string.Join(", ", Operands.Select(o => o.Type))})";
}

/// <summary>What a graph input is.</summary>
public enum InputKind
{
    /// <summary>A tensor argument, parameter, buffer or other tensor read from outside.</summary>
    Tensor,

    /// <summary>A host number (rank 0, f64 or i64) read from outside.</summary>
    Scalar,
}

/// <summary>An input: its name is the path by which the front end reaches it, e.g. <c>x</c> or <c>this.fc1.weight</c>.</summary>
public sealed record GraphInput(string Name, InputKind Kind, Value Value);

/// <summary>A run-time condition between sizes that the graph relies on and that input shapes alone do not imply.</summary>
public enum ConstraintKind
{
    Equal,

    /// <summary>Left is at least Right.</summary>
    AtLeast,

    /// <summary>Right divides Left.</summary>
    Divisible,

    NotEqual,
}

/// <param name="Location">The op that needs it.</param>
public sealed record DimConstraint(ConstraintKind Kind, DimExpr Left, DimExpr Right, SourceLocation Location)
{
    public bool Holds(Func<string, long> valueOf) => (Left.Evaluate(valueOf), Right.Evaluate(valueOf)) is var (a, b) && Kind switch
    {
        ConstraintKind.Equal => a == b,
        ConstraintKind.AtLeast => a >= b,
        ConstraintKind.NotEqual => a != b,
        _ => b != 0 && a % b == 0,
    };

    public override string ToString() => Kind switch
    {
        ConstraintKind.Equal => $"{Left} == {Right}",
        ConstraintKind.AtLeast => $"{Left} >= {Right}",
        ConstraintKind.NotEqual => $"{Left} != {Right}",
        _ => $"{Left} % {Right} == 0",
    };
}

/// <summary>
/// A tensor program in SSA form. Nodes are in topological order; every operand is an input or a result of an earlier node.
/// Each symbol <c>N</c> is the size of some input dimension, or the scalar i64 input <c>N</c>, which is then not negative (the front end
/// guards it), or a size of an extern node's result, used only by nodes after that one; each symbol <c>$k</c> is the scalar i64 input <c>k</c>, whatever its sign.
/// </summary>
public sealed record Graph(
    string Name,
    ImmutableArray<GraphInput> Inputs,
    ImmutableArray<Node> Nodes,
    ImmutableArray<Value> Outputs,
    ImmutableArray<DimConstraint> Constraints)
{
    /// <summary>Sizes that are only known when an extern node has run, with that node: symbols that are the size of no input but of one of its results.</summary>
    public IReadOnlyDictionary<string, Node> LateSymbols
    {
        get
        {
            HashSet<string> known = [.. Inputs.SelectMany(i => i.Value.Shape).Select(d => d.SymbolName).OfType<string>(), .. Inputs.Where(i => i.Kind == InputKind.Scalar).SelectMany(i => new[] { i.Name, "$" + i.Name })];
            var late = new Dictionary<string, Node>(StringComparer.Ordinal);
            foreach (Node node in Nodes.Where(n => n.Op.Family == OpFamily.Extern))
            {
                foreach (string symbol in node.Results.SelectMany(r => r.Shape).Select(d => d.SymbolName).OfType<string>().Where(s => !known.Contains(s)))
                {
                    late.TryAdd(symbol, node);
                }
            }

            return late;
        }
    }

    /// <summary>Number of uses of each value, graph outputs included.</summary>
    public IReadOnlyDictionary<Value, int> UseCounts()
    {
        var counts = new Dictionary<Value, int>();
        foreach (Value v in Nodes.SelectMany(n => n.Operands).Concat(Outputs))
        {
            counts[v] = counts.GetValueOrDefault(v) + 1;
        }

        return counts;
    }

    /// <summary>The symbols of input shapes, node types and attributes, in order of first appearance.</summary>
    public IEnumerable<string> Symbols => Inputs.SelectMany(i => i.Value.Shape)
        .Concat(Nodes.SelectMany(n => n.Attributes.SelectMany(a => Attributes.DimsIn(a.Value)).Concat(n.Results.SelectMany(v => v.Shape))))
        .SelectMany(d => d.Symbols).Distinct();
}
