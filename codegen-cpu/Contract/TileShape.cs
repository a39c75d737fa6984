using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Contract;

/// <summary>Sizes of a product's blocks for one level and element type.</summary>
/// <param name="Lanes">Elements of one register.</param>
/// <param name="Rows">Rows of the outer form's register tile.</param>
/// <param name="Vectors">Registers across that tile: a panel has <c>Vectors * Lanes</c> columns.</param>
/// <param name="DotRows">Rows of A in the dot form's tile.</param>
/// <param name="DotColumns">Columns of B in it, a power of two.</param>
internal sealed record TileShape(int Lanes, int Rows, int Vectors, int DotRows, int DotColumns)
{
    /// <summary>Columns of a panel.</summary>
    public int Width => Lanes * Vectors;

    /// <summary>Depth of a panel of B: with its width at most 32 KB, so that it stays in L1 while the rows pass.</summary>
    public const int Depth = 256;

    /// <summary>Rows of a block: what one task computes across a panel.</summary>
    public const int BlockRows = 128;

    /// <summary>Rows of a block whose A is computed into scratch memory first.</summary>
    public const int ComputedRows = 32;

    /// <summary>Chooses by the registers of the level: the tile's accumulators, one row of B and one element of A must fit.</summary>
    public static TileShape For(IsaLevel level, DType type, Schedule schedule)
    {
        int lanes = level.Lanes(Math.Max(4, type.Size()));
        TileShape shape = level.VectorRegisters >= 32 ? new(lanes, 8, 2, 3, 8) : new(lanes, 6, 2, 3, 4);
        return shape with
        {
            Rows = schedule.MicroM > 0 ? Math.Min(schedule.MicroM, 14) : shape.Rows,
            Vectors = schedule.MicroN > 0 ? Math.Min(schedule.MicroN, 4) : shape.Vectors,
        };
    }
}
