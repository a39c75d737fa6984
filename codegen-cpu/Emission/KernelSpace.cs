using System.Collections.Immutable;
using DlAot.CodeGen.Cpu.Analysis;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>How a kernel's iteration space is walked.</summary>
internal enum Walk
{
    LaneInGrid,
    LaneInPhase,
    Tiles,
}

/// <summary>The parallel dimensions of a kernel, outermost first, and the phases that run at each of their points.</summary>
/// <param name="OneByOne">Lanes may not run side by side.</param>
internal sealed record KernelSpace(Walk Walk, ImmutableArray<(string Variable, DimExpr Extent)> Dims, ImmutableArray<Phase> Phases, bool OneByOne = false)
{
    public DimExpr Points => DimExpr.Product(Dims.Select(d => d.Extent));

    /// <summary>Chooses the walk, and makes the loops of a phase parallel where nothing is carried over them.</summary>
    public static KernelSpace Of(Kernel kernel, IsaLevel level)
    {
        ImmutableArray<(string, DimExpr)> grid = [.. kernel.Grid.Select((extent, i) => ($"g{i}", extent))];
        if (kernel.Phases is [LoopPhase { Reductions.IsEmpty: true } only] && (grid.Length > 0 || !only.Extents.IsEmpty))
        {
            ImmutableArray<(string Variable, DimExpr Extent)> dims = [.. grid, .. only.Extents.Select((extent, i) => ($"i{i}", extent))];
            LoopPhase point = only with { Extents = [] };
            bool ordered = dims.Any(d => only.Stores.Any(s => d.Extent.Constant != 1 && !s.Index.Mentions(d.Variable)));
            // An element written from several points keeps the order of the loops only on one thread, one by one.
            return !ordered ? Collapse.Dims(new(Walk.LaneInGrid, dims, [point])) : new(Walk.LaneInPhase, grid, kernel.Phases);
        }

        if (kernel.Phases is [ContractPhase])
        {
            return new(Walk.Tiles, grid, kernel.Phases);
        }

        bool lanesOfGrid = grid.Length > 0 && kernel.Phases.All(p => p is LoopPhase) && LaneChoice.PrefersGrid(kernel, level);
        return new(lanesOfGrid ? Walk.LaneInGrid : Walk.LaneInPhase, grid, kernel.Phases);
    }

    /// <summary>Gives the first <paramref name="count"/> dimensions their positions, from their flattened number.</summary>
    public void BindCoordinates(Code code, Values values, LLVMValueRef flat, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            if (i == 0)
            {
                values.Bind(Dims[i].Variable, flat);
                break;
            }

            LLVMValueRef extent = values.Dim(Dims[i].Extent);
            LLVMValueRef quotient = code.B.BuildUDiv(flat, extent);
            values.Bind(Dims[i].Variable, code.B.BuildSub(flat, code.B.BuildMul(quotient, extent)));
            flat = quotient;
        }
    }
}
