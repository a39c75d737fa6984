using System.Collections.Immutable;

namespace DlAot.Ir.Reference;

/// <summary>
/// Runs an extern node: attributes and result types of the node are concrete. The results must have the node's result types.
/// </summary>
public delegate ImmutableArray<NdArray> ExternCall(Node node, ImmutableArray<NdArray> operands);

/// <summary>
/// Evaluates a graph on concrete inputs, node by node: the definition of the ops. A primitive has a rule in
/// <see cref="PrimitiveRules"/>; a composite is what its decomposition says. Slow and obvious.
/// </summary>
public sealed class Evaluator(ExternCall? callExtern = null)
{
    /// <summary>True when the op is a primitive that the evaluator defines.</summary>
    public static bool HasRule(OpDef op) => PrimitiveRules.ByName.ContainsKey(op.Name);

    /// <summary>The graph's outputs for inputs in the order of <see cref="Graph.Inputs"/> (scalar inputs are rank-0 arrays).</summary>
    /// <exception cref="EvaluationException">
    /// An input does not fit, a constraint does not hold, an index is out of range, an extern node has no callback, or a node's
    /// type is not what it evaluates to.
    /// </exception>
    public ImmutableArray<NdArray> Run(Graph graph, params IReadOnlyList<NdArray> inputs)
    {
        Func<string, long> valueOf = SymbolBinding.Lookup(SymbolBinding.Bind(graph.Inputs, inputs));
        foreach (DimConstraint constraint in graph.Constraints)
        {
            if (!constraint.Holds(valueOf))
            {
                throw new EvaluationException($"{graph.Name} requires {constraint} ({constraint.Location})");
            }
        }

        return RunNodes(graph, inputs, valueOf);
    }

    /// <summary>One op on concrete operands.</summary>
    /// <param name="attributes">With constant sizes.</param>
    public ImmutableArray<NdArray> Apply(OpDef op, Attributes attributes, params ImmutableArray<NdArray> operands)
    {
        var facts = new DimFacts();
        ImmutableArray<TensorType> operandTypes = [.. operands.Select(o => o.ToTensorType())];
        ImmutableArray<TensorType> types;
        try
        {
            types = op.InferTypes(new TypeRuleContext(op, operandTypes, attributes, facts));
        }
        catch (TypeRuleException e)
        {
            throw new EvaluationException(e.Message, e);
        }

        if (op.Decompose is not null)
        {
            return Decompose(op, attributes, operands, operandTypes, types);
        }

        if (op.Family == OpFamily.Extern)
        {
            var node = new Node(op, [.. operandTypes.Select((t, i) => new Value(null, i, t))], attributes, types, SourceLocation.None);
            return callExtern?.Invoke(node, operands) ?? throw new EvaluationException($"no one can run the extern call {attributes.Get("callee", "?")}");
        }

        try
        {
            return [PrimitiveRules.ByName[op.Name](attributes, operands, new NdArray(types[0].DType, types[0].Shape.Evaluate(Constant)))];
        }
        catch (DivideByZeroException e)
        {
            throw new EvaluationException($"{op.Name}: integer division by zero", e);
        }
    }

    private static long Constant(string symbol) => throw new EvaluationException($"the size symbol {symbol} has no value");

    private ImmutableArray<NdArray> RunNodes(Graph graph, IReadOnlyList<NdArray> inputs, Func<string, long> valueOf)
    {
        var values = new Dictionary<Value, NdArray>();
        foreach ((GraphInput input, NdArray array) in graph.Inputs.Zip(inputs))
        {
            values[input.Value] = array;
        }

        foreach (Node node in graph.Nodes)
        {
            Attributes attributes = node.Attributes.MapDims(d => d.Evaluate(valueOf));
            ImmutableArray<NdArray> results = Apply(node.Op, attributes, [.. node.Operands.Select(o => values[o])]);
            foreach ((Value value, NdArray array) in node.Results.Zip(results))
            {
                if (array.Type != value.DType || !array.Shape.SequenceEqual(value.Shape.Evaluate(valueOf)))
                {
                    throw new EvaluationException($"{node} ({node.Location}) is typed {value.Type} but evaluates to {array}");
                }

                values[value] = array;
            }
        }

        return [.. graph.Outputs.Select(o => values[o])];
    }

    // The decomposition on these very sizes; conditions that its simpler ops add are not this op's conditions.
    private ImmutableArray<NdArray> Decompose(
        OpDef op, Attributes attributes, ImmutableArray<NdArray> operands, ImmutableArray<TensorType> operandTypes, ImmutableArray<TensorType> types)
    {
        var builder = new GraphBuilder(op.Name);
        ImmutableArray<Value> inputs = [.. operandTypes.Select((t, i) => builder.Input($"x{i}", t))];
        ImmutableArray<Value> outputs = op.Decompose!(builder, new Node(op, inputs, attributes, types, SourceLocation.None), inputs);
        return RunNodes(builder.Finish(outputs.AsSpan()), operands, Constant);
    }
}
