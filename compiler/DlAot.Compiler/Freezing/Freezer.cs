using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Verification;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Passes;

namespace DlAot.Compiler.Freezing;

/// <summary>
/// Divides a version for <c>Freeze = true</c>. To see that parameters have not changed takes reading them, so only what takes more than that is kept:
/// products, reductions and functions such as exp. What is handed out to the caller or to the library is computed anew.
/// </summary>
public static class Freezer
{
    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "tanh", "sigmoid", "silu", "gelu", "erf", "pow", "sin", "cos", "tan", "sinh", "cosh", "asin", "acos", "atan", "atan2",
    };

    /// <summary>The plan of the rest and the part; null when nothing is worth keeping.</summary>
    public static (Plan Plan, FrozenPart Part)? Divide(LiftedVersion version, PassOptions options)
    {
        Graph graph = version.Graph;
        HashSet<Value> known = [.. graph.Inputs.Zip(version.Inputs).Where(i => i.First.Kind == InputKind.Tensor && LiveAccess.Root(i.Second) == 0 && !version.After.ContainsKey(i.Second.Key)).Select(i => i.First.Value)];
        HashSet<Value> fixedValues = [], heavy = [], excluded = [.. graph.Outputs];
        foreach (Node n in graph.Nodes.Where(n => n.Op is { Effect: EffectClass.Pure, Family: not OpFamily.Extern } && !options.IsExtern(n) && n.Operands.All(o => known.Contains(o) || fixedValues.Contains(o))))
        {
            fixedValues.UnionWith(n.Results);
            bool isHeavy = n.Operands.Any(o => heavy.Contains(o)) || (n.Operands.Any(o => o.Rank > 0 && (known.Contains(o) || o.Op?.Family != OpFamily.Creation)) && IsHeavy(n));
            heavy.UnionWith(isHeavy ? n.Results : []);
        }

        // Each round takes back what turned out to be handed out.
        while (Boundary(graph, v => heavy.Contains(v) && !excluded.Contains(v) && v.Op!.Family != OpFamily.View) is { Length: > 0 } kept)
        {
            (Graph rest, Graph part) = (Without(graph, kept), Only(graph, kept));
            Plan plan = Pipeline.Run(rest, options);
            PlanBuffer[] handedOut = [.. plan.Steps.OfType<ExternStep>().SelectMany(s => s.Operands).Concat(plan.Outputs).Where(o => o >= 0).Select(o => plan.Buffers[o]).Where(b => b.Input >= graph.Inputs.Length)];
            if (handedOut.Length > 0)
            {
                excluded.UnionWith(handedOut.Select(b => kept[b.Input - graph.Inputs.Length]));
                continue;
            }

            Plan frozen = Pipeline.Run(part, options);
            return IsOneRegion(frozen) && IsBound(part) ? (plan, new FrozenPart(Version(version, part), frozen)) : null;
        }

        return null;
    }

    private static bool IsHeavy(Node n) => n.Op.Family is OpFamily.Contraction or OpFamily.Reduction or OpFamily.Composite || Functions.Contains(n.Op.Name);

    // Values at which the way back from the outputs ends, in the order of the graph.
    private static ImmutableArray<Value> Boundary(Graph graph, Func<Value, bool> isKept)
    {
        HashSet<Value> needed = [.. graph.Outputs], boundary = [];
        foreach (Node n in graph.Nodes.Reverse().Where(n => n.Results.Any(needed.Contains) || n.Op.Effect != EffectClass.Pure))
        {
            if (n.Results.Where(needed.Contains).All(isKept) && n.Op.Effect == EffectClass.Pure)
            {
                boundary.UnionWith(n.Results.Where(needed.Contains));
            }
            else
            {
                needed.UnionWith(n.Operands);
            }
        }

        return [.. graph.Nodes.SelectMany(n => n.Results).Where(boundary.Contains)];
    }

    private static Graph Without(Graph graph, ImmutableArray<Value> kept)
    {
        var (builder, map) = Start(graph);
        for (int i = 0; i < kept.Length; i++)
        {
            map[kept[i]] = builder.Input($"kept.{i}", kept[i].Type);
        }

        return Finish(graph, builder, map, graph.Outputs);
    }

    private static Graph Only(Graph graph, ImmutableArray<Value> kept)
    {
        HashSet<Value> needed = [.. kept];
        foreach (Node n in graph.Nodes.Reverse().Where(n => n.Results.Any(needed.Contains)))
        {
            needed.UnionWith(n.Operands);
        }

        Graph part = graph with { Name = graph.Name + ".frozen", Inputs = [.. graph.Inputs.Where(i => needed.Contains(i.Value))], Constraints = [] };
        var (builder, map) = Start(part);
        return Finish(part, builder, map, kept);
    }

    private static (GraphBuilder Builder, Dictionary<Value, Value> Map) Start(Graph graph)
    {
        var builder = new GraphBuilder(graph.Name);
        return (builder, graph.Inputs.ToDictionary(i => i.Value, i => builder.Input(i.Name, i.Value.Type, i.Kind)));
    }

    // Nodes whose operands are all there and whose results are not.
    private static Graph Finish(Graph graph, GraphBuilder builder, Dictionary<Value, Value> map, ImmutableArray<Value> outputs)
    {
        var nodes = ImmutableArray.CreateBuilder<Node>();
        foreach (Node n in graph.Nodes.Where(n => n.Operands.All(map.ContainsKey) && !n.Results.All(map.ContainsKey)))
        {
            var copy = new Node(n.Op, [.. n.Operands.Select(o => map[o])], n.Attributes, [.. n.Results.Select(r => r.Type)], n.Location);
            nodes.Add(copy);
            foreach ((Value before, Value after) in n.Results.Zip(copy.Results))
            {
                map.TryAdd(before, after);
            }
        }

        return new Graph(graph.Name, [.. builder.Inputs], nodes.ToImmutable(), [.. outputs.Select(o => map[o])], graph.Constraints);
    }

    private static LiftedVersion Version(LiftedVersion version, Graph part) => new(
        part, [.. part.Inputs.Select(i => version.Inputs[version.Graph.Inputs.IndexOf(version.Graph.Inputs.Single(o => o.Name == i.Name))])], [], new OutputTree.Null(), version.Externs, []);

    private static bool IsOneRegion(Plan plan) => plan.Steps is [RegionStep] && plan.Outputs.Distinct().Count() == plan.Outputs.Length
        && plan.Outputs.All(o => plan.Buffers[o] is { Kind: BufferKind.Tensor, Strides.IsDefaultOrEmpty: true }) && plan.Buffers.Count(b => b.Kind == BufferKind.Tensor) == plan.Outputs.Length;

    // By sizes of its own inputs.
    private static bool IsBound(Graph part) =>
        part.Inputs.SelectMany(i => i.Value.Shape).Select(d => d.SymbolName).OfType<string>().ToHashSet(StringComparer.Ordinal) is var bound && part.Inputs.All(i => i.Kind == InputKind.Tensor) && part.Symbols.All(bound.Contains);
}
