using DlAot.CodeGen.Cpu.Analysis;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Contract;

/// <summary>An operand of a product that can be read where it lies: strides in elements along the result's dimension and along k.</summary>
internal sealed record ProductOperand(Expr.Load Load, DimExpr Across, DimExpr Along)
{
    /// <summary>Recognises a plain load that is linear in both variables and of the type that is accumulated.</summary>
    public static ProductOperand? Match(Expr operand, string across, DType accumulated)
    {
        if (operand is not Expr.Load { Predicate: null } load || load.Type != accumulated)
        {
            return null;
        }

        DimExpr? a = Affine.Stride(load.Index, across, e => e.Mentions(across));
        DimExpr? k = Affine.Stride(load.Index, "k", e => e.Mentions("k"));
        return a is null || k is null ? null : new(load, a, k);
    }
}
