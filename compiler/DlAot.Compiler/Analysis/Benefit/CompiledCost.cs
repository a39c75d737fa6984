using DlAot.CodeGen.Cpu.Analysis;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>What a compiled version costs: its checks, its results, the kernels of its plan, and the calls that stay calls.</summary>
internal static class CompiledCost
{
    // Lanes of a float vector: kernels' cycles are those of vectors of eight.
    private const double Lanes = 8, FewRows = 4;

    public static IEnumerable<CostTerm> Of(LiftedVersion version, Plan plan, SizeValues sizes)
    {
        yield return new(CostRates.Entry, 1);
        yield return new(CostRates.Guard, version.Guards.Count(g => !g.Proved) + version.Graph.Constraints.Length + version.Graph.Inputs.Count(i => i.Kind == InputKind.Scalar));
        yield return new(CostRates.Input, plan.Buffers.Count(b => b.Kind == BufferKind.Input));
        yield return new(CostRates.Result, plan.Outputs.Distinct().Count(o => plan.Buffers[o].Kind != BufferKind.Extern)); // a kept call makes its own
        yield return new(CostRates.Temporary, plan.Buffers.Count(b => b.Kind is BufferKind.Tensor or BufferKind.Extern && !plan.Outputs.Contains(b.Id)));
        foreach (PlanStep step in plan.Steps)
        {
            foreach (CostTerm term in step switch
            {
                RegionStep region => region.Kernels.SelectMany(k => OfKernel(k.Kernel, sizes)).Prepend(new(CostRates.Region, 1)),
                ExternStep kept => EagerCost.Work(kept.Node, sizes).Concat([new(kept.Node.Op.Family == OpFamily.View ? CostRates.View : CostRates.Call, 1), new(CostRates.KeptCall, 1)]),
                _ => [],
            })
            {
                yield return term;
            }
        }
    }

    private static IEnumerable<CostTerm> OfKernel(Kernel kernel, SizeValues sizes)
    {
        double grid = sizes[DimExpr.Product(kernel.Grid)];
        yield return new(CostRates.Kernel, 1);
        yield return new(CostRates.KernelMoved, kernel.Buffers.Sum(b => sizes[b.Elements] * b.Type.Size()) / 1e6);
        if (kernel.Phases is not [LoopPhase { Reductions.IsEmpty: true }])
        {
            yield return new(CostRates.Point, grid * kernel.Phases.Length / 1e6);
        }

        foreach (Phase phase in kernel.Phases)
        {
            switch (phase)
            {
                case LoopPhase loop:
                    yield return new(CostRates.KernelLane, grid * sizes[DimExpr.Product(loop.Extents)] * KernelWork.VectorCycles(loop) / Lanes / 1e6);
                    break;
                case ContractPhase c:
                    (double m, double n, double k) = (sizes[c.M], sizes[c.N], sizes[c.K]);
                    yield return new(Math.Min(m, n) < FewRows ? CostRates.ThinProduct : CostRates.KernelProduct, 2 * grid * m * n * k / 1e6);
                    yield return new(CostRates.KernelLane, grid * m * n * KernelWork.VectorCycles(c) / Lanes / 1e6);
                    break;
            }
        }
    }
}
