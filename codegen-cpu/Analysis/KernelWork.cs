using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>What kernels compute, for estimates outside of code generation.</summary>
public static class KernelWork
{
    /// <summary>Cycles for a vector of points of a loop, or of the elements that a product stores.</summary>
    public static int VectorCycles(Phase phase) => phase is ContractPhase contract ? Cost.PerVector(ExprWalk.Roots(contract.Stores)) : Cost.PerVector(ExprWalk.Roots(phase));
}
