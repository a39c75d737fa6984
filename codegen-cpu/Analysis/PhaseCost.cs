using DlAot.CodeGen.Cpu.Emission;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>How long one parallel point takes, as an expression over the sizes.</summary>
internal static class PhaseCost
{
    // Threads see whole rows: loop control and folding of lanes.
    private const long PicosecondsPerPhase = 3000;

    public static DimExpr OfPoint(KernelSpace space, IsaLevel level)
    {
        DimExpr sum = space.Walk == Walk.LaneInGrid ? 0 : PicosecondsPerPhase;
        foreach (Phase phase in space.Phases)
        {
            sum += phase switch
            {
                LoopPhase loop => DimExpr.Product(loop.Extents) * OfElement(loop, level),
                ContractPhase contract => contract.M * contract.N * (contract.K * MultiplyAdd(level) + OfStores(contract, level)),
                _ => 0,
            };
        }

        return sum;
    }

    /// <summary>Picoseconds of one multiply-add inside a product.</summary>
    public static long MultiplyAdd(IsaLevel level) => level.VectorBytes switch
    {
        >= 64 => 12,
        >= 32 => 22,
        _ => 80,
    };

    public static long OfStores(ContractPhase contract, IsaLevel level)
    {
        Expr[] roots = [.. ExprWalk.Roots(contract.Stores)];
        return Cost.PicosecondsPerElement(roots, contract.Stores.Length, level.Lanes(4));
    }

    private static long OfElement(LoopPhase phase, IsaLevel level)
    {
        Expr[] roots = [.. ExprWalk.Roots(phase)];
        return Cost.PicosecondsPerElement(roots, phase.Stores.Length, LaneWidth.Register(level, roots));
    }
}
