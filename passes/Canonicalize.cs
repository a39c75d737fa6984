using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes;

/// <summary>One form for what can be written in several: axes are not negative, reduced axes sorted, constants stand right.</summary>
internal static class Canonicalize
{
    // The comparison with its operands exchanged.
    private static readonly ImmutableDictionary<OpDef, OpDef> Mirrored = new (OpDef From, OpDef To)[]
    {
        (Op.Eq, Op.Eq), (Op.Ne, Op.Ne), (Op.Lt, Op.Gt), (Op.Le, Op.Ge), (Op.Gt, Op.Lt), (Op.Ge, Op.Le),
        (Op.Add, Op.Add), (Op.Mul, Op.Mul), (Op.Maximum, Op.Maximum), (Op.Minimum, Op.Minimum), (Op.And, Op.And), (Op.Or, Op.Or), (Op.Xor, Op.Xor),
    }.ToImmutableDictionary(p => p.From, p => p.To);

    public static bool IsCommutative(OpDef op) => Mirrored.TryGetValue(op, out OpDef? mirrored) && mirrored == op;

    public static PassState Run(PassState state, PassOptions options) => GraphEditor.Rewrite(state, Rewrite);

    private static ImmutableArray<Value>? Rewrite(Node node, GraphEditor editor)
    {
        // add(c, x) => add(x, c), gt(c, x) => lt(x, c)
        if (node.Operands is [var left, var right] && Mirrored.TryGetValue(node.Op, out OpDef? op) && left.IsFull(out _) && !right.IsFull(out _))
        {
            return [editor.Add(op, node.Attributes, node.Location, right, left)];
        }

        Attributes attributes = WithPlainAxes(node);
        if (attributes == node.Attributes)
        {
            return null;
        }

        var rewritten = new Node(node.Op, node.Operands, attributes, [.. node.Results.Select(r => r.Type)], node.Location);
        editor.Append(rewritten);
        return rewritten.Results;
    }

    private static Attributes WithPlainAxes(Node node)
    {
        Attributes a = node.Attributes;
        if (node.Op == Op.Permute || node.Operands.IsEmpty || node.Op.Family == OpFamily.Extern)
        {
            return a;
        }

        int rank = node.Operands[0].Rank;
        if (a.Has("dim") && a.Int("dim") < 0)
        {
            a = a.With("dim", a.Int("dim") + rank);
        }

        if (a.Has("dims") && a.Ints("dims") is var dims && (dims.Any(d => d < 0) || !dims.SequenceEqual(dims.Order())))
        {
            a = a.With("dims", dims.Select(d => d < 0 ? d + rank : d).Order().ToImmutableArray());
        }

        return a;
    }
}
