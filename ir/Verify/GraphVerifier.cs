using System.Collections.Immutable;

namespace DlAot.Ir.Verify;

/// <summary>
/// Checks a graph. Its invariants:
/// <list type="number">
/// <item>Input names are unique; input i has index i and no node; a scalar input has rank 0 and is f64 or i64.</item>
/// <item>Every operand is an input of this graph or a result of an earlier node of it; a node stands in the graph once.</item>
/// <item>Every output is an input or a result of a node of this graph.</item>
/// <item>The number of operands is one that the op's row allows.</item>
/// <item>Every attribute is in the op's row and has its type; every one that is not optional is there.</item>
/// <item>Result types are those of the op's type rule, without any new equality between sizes; and what the rule relies on is
/// proved or is one of the graph's constraints.</item>
/// <item>Every symbol N is itself a dimension of an input, an i64 scalar input N, or a dimension of a result of this or an earlier extern node; every symbol $k is an i64 scalar input k. No size is
/// a negative constant.</item>
/// <item>No constraint is false for all sizes.</item>
/// </list>
/// </summary>
public static class GraphVerifier
{
    /// <exception cref="VerificationException">An invariant does not hold; all findings are in it.</exception>
    public static void Verify(Graph graph) => VerificationException.ThrowIfAny($"graph {graph.Name}", Findings(graph));

    /// <summary>What is wrong with the graph; empty when nothing is.</summary>
    public static ImmutableArray<string> Findings(Graph graph)
    {
        var findings = ImmutableArray.CreateBuilder<string>();
        var defined = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        findings.AddRange(InputFindings(graph));
        defined.UnionWith(graph.Inputs.Select(i => i.Value));
        HashSet<string> symbols = [.. graph.Inputs.SelectMany(i => i.Value.Shape).Select(d => d.SymbolName).OfType<string>(), .. HostNumbers(graph)];
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            Node node = graph.Nodes[i];
            string where = $"node {i} {node.Op.Name}{(node.Location == SourceLocation.None ? "" : $" ({node.Location})")}";
            findings.AddRange(node.Operands.Where(o => !defined.Contains(o)).Select(o => $"{where}: operand {o} is not defined before it"));
            findings.AddRange(NodeFindings(node, graph.Constraints).Select(f => $"{where}: {f}"));
            findings.AddRange(node.Results.Where(r => !defined.Add(r)).Select(_ => $"{where}: stands in the graph twice"));
            if (node.Op.Family == OpFamily.Extern)
            {
                symbols.UnionWith(node.Results.SelectMany(r => r.Shape).Select(d => d.SymbolName).OfType<string>());
            }

            findings.AddRange(SizeFindings(SizesOf(node), symbols).Select(f => $"{where}: {f}"));
        }

        findings.AddRange(graph.Outputs.Where(o => !defined.Contains(o)).Select(o => $"output {o} is not defined in the graph"));
        foreach (DimConstraint c in graph.Constraints)
        {
            findings.AddRange(SizeFindings([c.Left, c.Right], symbols, allowNegative: true).Select(f => $"require {c}: {f}"));
            if (c.Left.Constant is not null && c.Right.Constant is not null && !c.Holds(_ => 0))
            {
                findings.Add($"require {c}: never holds");
            }
        }

        return findings.ToImmutable();
    }

    private static IEnumerable<string> InputFindings(Graph graph)
    {
        foreach (var group in graph.Inputs.GroupBy(i => i.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return $"input {group.Key} stands there {group.Count()} times";
        }

        for (int i = 0; i < graph.Inputs.Length; i++)
        {
            GraphInput input = graph.Inputs[i];
            if (input.Value.Node is not null || input.Value.Index != i)
            {
                yield return $"input {i} {input.Name} is {input.Value}";
            }

            if (input.Kind == InputKind.Scalar && (input.Value.Rank != 0 || input.Value.DType is not (DType.F64 or DType.I64)))
            {
                yield return $"scalar input {input.Name} is {input.Value.Type}, not f64 or i64";
            }
        }

        HashSet<string> symbols = [.. graph.Inputs.SelectMany(i => i.Value.Shape).Select(d => d.SymbolName).OfType<string>(), .. HostNumbers(graph)];
        foreach (string finding in SizeFindings(graph.Inputs.SelectMany(i => i.Value.Shape), symbols))
        {
            yield return $"inputs: {finding}";
        }
    }

    private static IEnumerable<string> NodeFindings(Node node, ImmutableArray<DimConstraint> required)
    {
        if (node.Operands.Length < node.Op.MinOperands || node.Operands.Length > node.Op.MaxOperands)
        {
            return [$"has {node.Operands.Length} operands"];
        }

        string[] wrong =
        [
            .. node.Op.Attributes.Where(a => !a.Optional && !node.Attributes.Has(a.Name)).Select(a => $"lacks attribute {a.Name}"),
            .. node.Attributes.Where(a => node.Op.Attributes.FirstOrDefault(d => d.Name == a.Key)?.Type != a.Value.GetType())
                .Select(a => $"has an attribute {a.Key} of type {a.Value.GetType().Name}"),
        ];
        return wrong.Length > 0 ? wrong : TypeFindings(node, required);
    }

    private static IEnumerable<string> TypeFindings(Node node, ImmutableArray<DimConstraint> required)
    {
        var facts = new DimFacts(keepSymbols: true);
        ImmutableArray<TensorType> types;
        try
        {
            types = node.Op.InferTypes(new TypeRuleContext(node.Op, [.. node.Operands.Select(o => o.Type)], node.Attributes, facts));
        }
        catch (TypeRuleException e)
        {
            return [e.Message];
        }

        ImmutableArray<TensorType> declared = [.. node.Results.Select(r => r.Type)];
        return types.SequenceEqual(declared)
            ? facts.Constraints.Where(c => !required.Any(r => Implies(r, c))).Select(c => $"relies on {c}, which the graph does not require")
            : [$"is typed {string.Join(", ", declared)} but the rule gives {string.Join(", ", types)}"];
    }

    private static bool Implies(DimConstraint required, DimConstraint wanted) => (required.Kind, wanted.Kind) switch
    {
        (ConstraintKind.AtLeast or ConstraintKind.Equal, ConstraintKind.AtLeast) =>
            DimExpr.AtLeast(wanted.Left - wanted.Right, required.Left - required.Right) ||
            (required.Kind == ConstraintKind.Equal && DimExpr.AtLeast(wanted.Left - wanted.Right, required.Right - required.Left)),
        (ConstraintKind.Equal, ConstraintKind.Equal) or (ConstraintKind.NotEqual, ConstraintKind.NotEqual) =>
            (required.Left - required.Right) is var d && (d == wanted.Left - wanted.Right || d == wanted.Right - wanted.Left),
        _ => required with { Location = wanted.Location } == wanted,
    };

    private static IEnumerable<DimExpr> SizesOf(Node node) => node.Attributes.SelectMany(a => Attributes.DimsIn(a.Value)).Concat(node.Results.SelectMany(r => r.Shape));

    private static IEnumerable<string> SizeFindings(IEnumerable<DimExpr> sizes, HashSet<string> symbols, bool allowNegative = false)
    {
        DimExpr[] all = [.. sizes];
        return all.SelectMany(d => d.Symbols).Distinct().Where(s => !symbols.Contains(s)).Select(s => $"symbol {s} is the size of no input")
            .Concat(all.Where(d => d.Constant < 0 && !allowNegative).Select(d => $"size {d} is negative"));
    }

    private static IEnumerable<string> HostNumbers(Graph graph) =>
        graph.Inputs.Where(i => i.Kind == InputKind.Scalar && i.Value.DType == DType.I64).SelectMany(i => new[] { i.Name, "$" + i.Name });
}
