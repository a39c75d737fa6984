using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes.Planning;

/// <summary>
/// Makes every output share storage with what it shares it with in eager, and with nothing else, and have eager's strides: what is a
/// view there becomes a view made by the tensor library; what is new there becomes a tensor of its own.
/// </summary>
internal static class LayoutOutputs
{
    public static PassState Run(PassState state, PassOptions options)
    {
        var editor = new OutputEditor(state, options);
        return editor.Run();
    }

    private sealed class OutputEditor(PassState state, PassOptions options)
    {
        private readonly EagerLayout before = new(state.Source), now = new(state.Graph);
        private readonly List<Node> added = [];
        private readonly HashSet<Node> views = [];
        private readonly Dictionary<Value, Value> bases = [];

        public PassState Run()
        {
            ImmutableArray<Value> outputs = [.. state.Graph.Outputs.Select((o, i) => Place(o, state.Source.Outputs[i]))];
            foreach (Node node in state.Graph.Nodes.Where(options.IsExtern))
            {
                foreach (Value operand in node.Operands)
                {
                    // A view of what the library holds anyway is cheap there; of ours, a kernel writes it out in order.
                    (Value origin, List<Node> chain) = now.Origin(operand, anyReshape: true);
                    if (chain.Count > 0 && (origin.Node is null || options.IsExtern(origin.Node)))
                    {
                        views.UnionWith(chain);
                    }
                }
            }

            if (views.Count == 0 && added.Count == 0)
            {
                return state;
            }

            return state with
            {
                Graph = state.Graph with { Nodes = [.. state.Graph.Nodes, .. added], Outputs = outputs },
                ExternViews = [.. views],
            };
        }

        private Value Place(Value output, Value source)
        {
            (Value origin, List<Node> chain) = now.Origin(output);
            (Value sourceOrigin, List<Node> sourceChain) = before.Origin(source);

            // Two outputs that eager computes apart may have become one value, and a new one the same as an input.
            bool isShared = origin.Node is null ? sourceOrigin.Node is null : !bases.TryGetValue(origin, out Value? first) || first == sourceOrigin;
            if (!isShared)
            {
                return Add(Op.Reshape, ("shape", output.Shape), output);
            }

            if (origin.Node is null)
            {
                if (chain.Count == 0 && sourceChain.Count > 0)
                {
                    Value alias = Add(Op.Reshape, ("shape", output.Shape), output);
                    views.Add(alias.Node!);
                    return alias;
                }

                views.UnionWith(chain);
                return output;
            }

            bool isAlone = state.Graph.Outputs.Count(o => now.Origin(o).Origin == origin) == 1 && !options.IsExtern(origin.Node);
            bases[origin] = sourceOrigin;
            bool isPermuted = now.Order(origin) is { } order;
            if (!isPermuted && isAlone && chain.All(n => n.Op == Op.Reshape))
            {
                return output;
            }

            if (!isPermuted)
            {
                views.UnionWith(chain);
                return output;
            }

            return Permuted(origin, chain, now.Order(origin)!.Value);
        }

        // Storage in eager's order of dimensions, seen through a permutation.
        private Value Permuted(Value origin, List<Node> chain, ImmutableArray<long> order)
        {
            Value stored = Add(Op.Permute, ("dims", order), origin);
            Value value = Add(Op.Permute, ("dims", Enumerable.Range(0, order.Length).Select(d => (long)order.IndexOf(d)).ToImmutableArray()), stored);
            views.Add(value.Node!);
            foreach (Node view in Enumerable.Reverse(chain))
            {
                var copy = new Node(view.Op, [value], view.Attributes, [view.Result.Type], view.Location);
                added.Add(copy);
                views.Add(copy);
                value = copy.Result;
            }

            return value;
        }

        private Value Add(OpDef op, (string Name, object Value) attribute, Value operand)
        {
            Attributes attributes = Attributes.Of(attribute);
            ImmutableArray<TensorType> types = op.InferTypes(new TypeRuleContext(op, [operand.Type], attributes, new DimFacts()));
            var node = new Node(op, [operand], attributes, types, operand.Node?.Location ?? SourceLocation.None);
            added.Add(node);
            return node.Result;
        }
    }
}
