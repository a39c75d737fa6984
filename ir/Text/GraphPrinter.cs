using System.Text;

namespace DlAot.Ir.Text;

/// <summary>The text form of a graph. See <see cref="GraphText"/>.</summary>
internal static class GraphPrinter
{
    public static string Print(Graph graph)
    {
        var names = new Dictionary<Value, string>(ReferenceEqualityComparer.Instance);
        var text = new StringBuilder($"graph {Names.Write(graph.Name)}(");
        text.AppendJoin(", ", graph.Inputs.Select(i =>
        {
            names[i.Value] = "%" + Names.Write(i.Name);
            bool isScalar = i.Kind == InputKind.Scalar;
            return $"{(isScalar ? "scalar " : "")}{names[i.Value]}: {(isScalar && i.Value.Rank == 0 ? i.Value.DType.Name() : i.Value.Type)}";
        }));
        text.Append(") {\n");
        int count = 0;
        foreach (Node node in graph.Nodes)
        {
            string operands = string.Join(", ", node.Operands.Select(o => names.GetValueOrDefault(o, "%?")));
            foreach (Value result in node.Results)
            {
                names[result] = $"%{count++}";
            }

            string results = string.Join(", ", node.Results.Select(r => names[r]));
            text.Append($"  {results}{(results.Length > 0 ? " = " : "")}{node.Op.Name}({operands})");
            if (node.Attributes.Count > 0)
            {
                text.Append($" {{{string.Join(", ", node.Attributes.Select(a => $"{a.Key}={AttributeText.Write(a.Value)}"))}}}");
            }

            text.Append(node.Results.IsEmpty ? "" : $" : {string.Join(", ", node.Results.Select(r => r.Type))}");
            text.Append(At(node.Location)).Append('\n');
        }

        foreach (DimConstraint constraint in graph.Constraints)
        {
            text.Append($"  require {constraint}{At(constraint.Location)}\n");
        }

        return text.Append($"  return {string.Join(", ", graph.Outputs.Select(o => names.GetValueOrDefault(o, "%?")))}".TrimEnd()).Append("\n}\n").ToString();
    }

    private static string At(SourceLocation location) => location.ToString() is var at and not "?" ? $" @ {at}" : "";
}
