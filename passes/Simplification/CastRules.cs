using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Simplification;

/// <summary>Conversions.</summary>
internal static class CastRules
{
    public static ImmutableArray<(OpDef Op, Rule Rule)> Rows { get; } =
    [
        // cast(x, type of x) => x
        (Op.Cast, (n, _) => n.Operands[0].DType == n.Result.DType ? n.Operands[0] : null),

        // cast(cast(x, wider), t) => cast(x, t)
        (Op.Cast, (n, e) => n.Operands[0] is { Op.Name: "cast" } inner && inner.Node!.Operands[0] is var x && IsLossless(x.DType, inner.DType)
            ? e.Add(Op.Cast, n.Attributes, n.Location, x)
            : null),
    ];

    // Every value of a is a value of b. Bool is left out: not-zero and 0 or 1 meet there.
    private static bool IsLossless(DType a, DType b) => (a, b) switch
    {
        (DType.F16 or DType.BF16, DType.F32 or DType.F64) or (DType.F32, DType.F64) => true,
        (DType.U8, DType.I16 or DType.I32 or DType.I64) => true,
        (DType.I8, DType.I16 or DType.I32 or DType.I64) or (DType.I16, DType.I32 or DType.I64) or (DType.I32, DType.I64) => true,
        (DType.U8 or DType.I8 or DType.I16, DType.F32 or DType.F64) or (DType.I32, DType.F64) => true,
        _ => false,
    };
}
