using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>How an index expression moves with one iteration variable.</summary>
internal static class Affine
{
    /// <summary>
    /// The stride of <paramref name="index"/> in <paramref name="variable"/>: 0 when it does not depend on it, null when the
    /// dependence is not linear. <paramref name="varies"/> says which temps and loads depend on the variable.
    /// </summary>
    public static DimExpr? Stride(Expr index, string variable, Func<Expr, bool> varies)
    {
        switch (index)
        {
            case Expr.Var v:
                return v.Name == variable ? DimExpr.One : DimExpr.Zero;
            case Expr.Op { Code: ScalarOp.Add or ScalarOp.Sub, Type: DType.I64 } op:
                return Stride(op.Operands[0], variable, varies) is { } a && Stride(op.Operands[1], variable, varies) is { } b
                    ? op.Code == ScalarOp.Add ? a + b : a - b
                    : null;
            case Expr.Op { Code: ScalarOp.Mul, Type: DType.I64 } op:
                return Product(op.Operands[0], op.Operands[1], variable, varies);
            default:
                return varies(index) ? null : DimExpr.Zero;
        }
    }

    /// <summary>The size expression that an index factor is, or null.</summary>
    public static DimExpr? AsDim(Expr e) => e switch
    {
        Expr.Const { Type: DType.I64 } c => c.Integer,
        Expr.Dim d => d.Value,
        _ => null,
    };

    /// <summary>True when the value is proved not negative: iteration variables, sizes, and what keeps them so.</summary>
    public static bool IsNonNegative(Expr e) => e switch
    {
        Expr.Var => true,
        Expr.Const c => c.Integer >= 0,
        Expr.Dim d => DimExpr.AtLeast(d.Value, 0),
        Expr.Op { Code: ScalarOp.Add or ScalarOp.Mul or ScalarOp.FloorDiv or ScalarOp.Min } op => op.Operands.All(IsNonNegative),
        Expr.Op { Code: ScalarOp.Max } op => op.Operands.Any(IsNonNegative),
        Expr.Op { Code: ScalarOp.Rem } op => IsNonNegative(op.Operands[1]),
        _ => false,
    };

    private static DimExpr? Product(Expr a, Expr b, string variable, Func<Expr, bool> varies) =>
        (Stride(a, variable, varies), Stride(b, variable, varies)) switch
        {
            ({ IsZero: true }, { IsZero: true }) => DimExpr.Zero,
            ({ IsZero: true }, { } s) when AsDim(a) is { } factor => factor * s,
            ({ } s, { IsZero: true }) when AsDim(b) is { } factor => s * factor,
            _ => null,
        };
}
