using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Simplification;

/// <summary>Conditions, selections, and bounds that are there already.</summary>
internal static class LogicRules
{
    public static ImmutableArray<(OpDef Op, Rule Rule)> Rows { get; } =
    [
        // not(not(x)) => x
        (Op.Not, (n, _) => n.Operands[0] is { Op.Name: "not" } inner ? inner.Node!.Operands[0] : null),

        // x and x => x, x or x => x
        (Op.And, (n, _) => n.Operands[0] == n.Operands[1] ? n.Operands[0] : null),
        (Op.Or, (n, _) => n.Operands[0] == n.Operands[1] ? n.Operands[0] : null),

        // where(c, x, x) => x
        (Op.Where, (n, _) => n.Operands[1] == n.Operands[2] && n.Operands[1].Type == n.Result.Type ? n.Operands[1] : null),

        // where(true, x, y) => x, where(false, x, y) => y
        (Op.Where, (n, _) => n.Operands[0].IsFull(out double c) && n.Operands[c != 0 ? 1 : 2] is var taken && taken.Type == n.Result.Type ? taken : null),

        // where(not c, x, y) => where(c, y, x)
        (Op.Where, (n, e) => n.Operands[0] is { Op.Name: "not", DType: DType.Bool } c
            ? e.Add(Op.Where, n.Attributes, n.Location, c.Node!.Operands[0], n.Operands[2], n.Operands[1])
            : null),

        // relu(relu(x)) => relu(x)
        (Op.Relu, (n, _) => n.Operands[0] is { Op.Name: "relu" } inner ? inner : null),

        // max(max(x, c), c) => max(x, c), min likewise
        (Op.Maximum, (n, _) => RepeatsBound(n) ? n.Operands[0] : null),
        (Op.Minimum, (n, _) => RepeatsBound(n) ? n.Operands[0] : null),
    ];

    private static bool RepeatsBound(Node n) =>
        n.Operands[0].Op == n.Op && n.Operands[0].Type == n.Result.Type && n.Operands[0].Node!.Operands[1] is var bound
        && (bound == n.Operands[1] || (bound.IsFull(out double inner) && n.Operands[1].IsFull(out double outer) && inner.Equals(outer)));
}
