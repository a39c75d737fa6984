using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>Makes a failing case smaller while it still fails at the same stage: fewer outputs, nodes replaced by inputs or by their operands, fewer and smaller sizes.</summary>
internal static class Minimiser
{
    public static FuzzCase Minimise(FuzzCase test, Func<FuzzCase, bool> stillFails, TimeSpan limit)
    {
        long start = Environment.TickCount64;
        bool isSmaller = true;
        while (isSmaller && Environment.TickCount64 - start < limit.TotalMilliseconds)
        {
            isSmaller = false;
            foreach (FuzzCase candidate in Candidates(test))
            {
                if (Environment.TickCount64 - start > limit.TotalMilliseconds)
                {
                    break;
                }

                if (HasAllSymbols(candidate.Graph) && stillFails(candidate))
                {
                    (test, isSmaller) = (candidate, true);
                    break;
                }
            }
        }

        return test;
    }

    private static IEnumerable<FuzzCase> Candidates(FuzzCase test)
    {
        Graph graph = test.Graph;
        IEnumerable<FuzzCase> smaller =
        [
            .. test.Sizes.Length > 1 ? test.Sizes.Select(s => test with { Sizes = [s] }) : [],
            .. test.Large is not null ? [test with { Large = null }, test with { Sizes = [] }] : Array.Empty<FuzzCase>(),
            .. graph.Outputs.Length > 1 ? graph.Outputs.Select(o => test with { Graph = Rebuild(graph, [o], null, null) }) : [],
        ];
        foreach (FuzzCase candidate in smaller)
        {
            yield return candidate;
        }

        foreach (Node node in graph.Nodes.Reverse().Where(n => n.Results.Length == 1))
        {
            if (TryRebuild(graph, node, null) is { } cut)
            {
                yield return test with { Graph = cut };
            }

            foreach (Value operand in node.Operands.Where(o => o.Type.Equals(node.Result.Type)).Distinct())
            {
                if (TryRebuild(graph, node, operand) is { } bypassed)
                {
                    yield return test with { Graph = bypassed };
                }
            }
        }

        foreach (var sizes in test.Sizes.Length == 1 ? test.Sizes : [])
        {
            foreach ((string symbol, long value) in sizes)
            {
                foreach (long smallerValue in new long[] { 0, 1, 2, 3, value / 2, value - 1 }.Where(v => v >= 0 && v < value).Distinct())
                {
                    yield return test with { Sizes = [sizes.SetItem(symbol, smallerValue)] };
                }
            }
        }
    }

    private static bool HasAllSymbols(Graph graph) => !graph.Symbols.Where(s => !DimExpr.IsHostNumber(s))
        .Except(graph.Inputs.SelectMany(i => i.Value.Shape.Select(d => d.SymbolName).Append(i.Kind == InputKind.Scalar ? i.Name : null))).Any();

    private static Graph? TryRebuild(Graph graph, Node node, Value? replacement)
    {
        try
        {
            return Rebuild(graph, graph.Outputs, node, replacement);
        }
        catch (TypeRuleException)
        {
            return null;
        }
    }

    // The graph with one node replaced by another value (null: by a new input), without what is not used then.
    private static Graph Rebuild(Graph graph, ImmutableArray<Value> outputs, Node? replaced, Value? replacement)
    {
        HashSet<Value> used = [.. outputs];
        if (replaced is not null && replacement is not null && used.Contains(replaced.Result))
        {
            used.Add(replacement);
        }

        foreach (Node node in graph.Nodes.Reverse().Where(n => n.Results.Any(used.Contains)))
        {
            used.UnionWith(node != replaced ? node.Operands : replacement is null ? [] : [replacement]);
        }

        GraphBuilder builder = new(graph.Name);
        Dictionary<Value, Value> map = [];
        foreach (GraphInput input in graph.Inputs.Where(i => used.Contains(i.Value)))
        {
            map[input.Value] = builder.Input(input.Name, input.Value.Type, input.Kind);
        }

        foreach (Node node in graph.Nodes.Where(n => n.Results.Any(used.Contains)))
        {
            if (node == replaced)
            {
                DType type = node.Result.DType;
                string name = $"{(type.IsFloat() ? 'x' : type == DType.Bool ? 'm' : 'i')}{builder.Inputs.Count}_{node.Op.Name}";
                map[node.Result] = replacement is null ? builder.Input(name, node.Result.Type) : map[replacement];
                continue;
            }

            Value[] operands = [.. node.Operands.Select(o => map[o])];
            foreach ((Value before, Value after) in node.Results.Zip(builder.AddAll(node.Op, node.Attributes, operands)))
            {
                map[before] = after;
            }
        }

        Value[] results = [.. outputs.Select(o => map[o])];
        return builder.Finish(results);
    }
}
