using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Simplification;

/// <summary>Concatenations, borders and reductions that do nothing.</summary>
internal static class MovementRules
{
    public static ImmutableArray<(OpDef Op, Rule Rule)> Rows { get; } =
    [
        // concat(x) => x
        (Op.Concat, (n, _) => n.Operands.Length == 1 ? n.Operands[0] : null),

        // pad(x, 0, 0) => x
        (Op.Pad, (n, _) => n.Attributes.Dims("low").Concat(n.Attributes.Dims("high")).All(d => d.IsZero) ? n.Operands[0] : null),

        // reduced over no dimension => x
        (Op.Sum, (n, _) => Nothing(n)),
        (Op.Prod, (n, _) => Nothing(n)),
        (Op.AMax, (n, _) => Nothing(n)),
        (Op.AMin, (n, _) => Nothing(n)),
    ];

    private static Value? Nothing(Node n) => n.Attributes.Ints("dims").IsEmpty && n.Operands[0].Type == n.Result.Type ? n.Operands[0] : null;
}
