using DlAot.CodeGen.Cpu.Analysis;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// A kernel whose last parallel dimension is spread over lanes: elementwise kernels, and reductions along outer dimensions.
/// <code>
/// for each row that [begin, end) of the flattened grid touches
///   for the part of it inside, in vectors: all phases
/// </code>
/// </summary>
internal static class LaneInGrid
{
    // A line of 16 f32 serves as many rows; few enough columns that their lines stay, also where they share a cache set.
    private const int BlockRows = 16;
    private const int BlockColumns = 32;

    public static void Emit(Code code, Frame frame, KernelCall call, KernelSpace space, LLVMValueRef begin, LLVMValueRef end)
    {
        Values values = new(code, frame, call);
        LoopCode loops = new(code, values, call.Kernel);
        (string lane, DimExpr width) = space.Dims[^1];
        bool crosses = space.Dims.Length > 1 && Crosses(space);
        IReadOnlyList<LanePiece> pieces = space.OneByOne
            ? LaneWidth.OneByOne
            : LaneWidth.Pieces(code.Unit.Level, [.. space.Phases.SelectMany(ExprWalk.Roots)], call.Kernel.Schedule, space.Dims.Length == 1 ? null : width.Constant, crosses ? 1 : null);
        code.If(code.B.BuildICmp(LLVMIntPredicate.LLVMIntSLT, begin, end), () =>
        {
            if (space.Dims.Length == 1)
            {
                values.Floor = code.Current;
                loops.OverLanes(lane, begin, end, pieces, _ => Point());
                return;
            }

            LLVMValueRef w = values.Dim(width);
            LLVMValueRef firstRow = code.B.BuildUDiv(begin, w), lastRow = code.CeilDiv(end, w);
            if (crosses)
            {
                code.Loop(firstRow, lastRow, BlockRows, block => code.Loop(code.I64(0), w, BlockColumns, chunk =>
                    Rows(w, block, code.Min(code.B.BuildAdd(block, code.I64(BlockRows)), lastRow), chunk, code.Min(code.B.BuildAdd(chunk, code.I64(BlockColumns)), w))));
            }
            else
            {
                Rows(w, firstRow, lastRow, code.I64(0), w);
            }
        });

        void Rows(LLVMValueRef w, LLVMValueRef first, LLVMValueRef last, LLVMValueRef left, LLVMValueRef right) => code.Loop(first, last, 1, row =>
        {
            space.BindCoordinates(code, values, row, space.Dims.Length - 1);
            values.Floor = code.Current;
            LLVMValueRef start = code.B.BuildNSWMul(row, w);
            LLVMValueRef from = code.Max(code.B.BuildNSWSub(begin, start), left), to = code.Min(code.B.BuildNSWSub(end, start), right);
            loops.OverLanes(lane, from, to, pieces, _ => Point());
        });

        void Point()
        {
            foreach (Phase phase in space.Phases)
            {
                loops.Phase((LoopPhase)phase, lanesOfGrid: true);
            }
        }
    }

    /// <summary>
    /// True when some access runs along the rows where the lanes run along the columns (a transposition): then neighbouring rows share
    /// its cache lines, and go together over a few columns at a time.
    /// </summary>
    private static bool Crosses(KernelSpace space)
    {
        (string lane, string row) = (space.Dims[^1].Variable, space.Dims[^2].Variable);
        IEnumerable<Expr> indices = ExprWalk.All(space.Phases.SelectMany(p => p.Roots)).OfType<Expr.Load>().Select(l => l.Index)
            .Concat(space.Phases.Cast<LoopPhase>().SelectMany(p => p.Stores).Select(s => s.Index));
        return indices.Any(index =>
            Affine.Stride(index, row, e => e.Mentions(row)) is { IsOne: true }
            && Affine.Stride(index, lane, e => e.Mentions(lane)) is { IsZero: false, IsOne: false });
    }
}
