using System.Collections.Immutable;
using System.Globalization;
using DlAot.Ir;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes;

/// <summary>Pure nodes with equal op, attributes and operands are computed once; a + b and b + a are equal.</summary>
internal static class RemoveDuplicates
{
    public static PassState Run(PassState state, PassOptions options)
    {
        var ids = new Dictionary<Value, int>();
        var known = new Dictionary<string, Node>(StringComparer.Ordinal);
        return GraphEditor.Rewrite(state, (node, _) =>
        {
            if (!node.IsPure() || node.Op.Family == OpFamily.Extern)
            {
                return null;
            }

            string key = Key(node, v => ids.TryGetValue(v, out int id) ? id : ids[v] = ids.Count);
            if (known.TryAdd(key, node))
            {
                return null;
            }

            return known[key].Results;
        });
    }

    private static string Key(Node node, Func<Value, int> idOf)
    {
        IEnumerable<int> operands = node.Operands.Select(idOf);
        if (Canonicalize.IsCommutative(node.Op))
        {
            operands = operands.Order();
        }

        return $"{node.Op.Name}({string.Join(",", operands)}){string.Join(";", node.Attributes.Select(a => $"{a.Key}={Text(a.Value)}"))}";
    }

    private static string Text(object value) => value switch
    {
        double d => BitConverter.DoubleToInt64Bits(d).ToString("x", CultureInfo.InvariantCulture),
        ImmutableArray<long> list => string.Join(",", list),
        ImmutableArray<DimExpr> list => string.Join(",", list),
        ImmutableArray<TensorType> list => string.Join(",", list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
