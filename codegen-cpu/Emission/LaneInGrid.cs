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
    public static void Emit(Code code, Frame frame, KernelCall call, KernelSpace space, LLVMValueRef begin, LLVMValueRef end)
    {
        Values values = new(code, frame, call);
        LoopCode loops = new(code, values, call.Kernel);
        (string lane, DimExpr width) = space.Dims[^1];
        IReadOnlyList<LanePiece> pieces = space.OneByOne
            ? LaneWidth.OneByOne
            : LaneWidth.Pieces(code.Unit.Level, [.. space.Phases.SelectMany(ExprWalk.Roots)], call.Kernel.Schedule, space.Dims.Length == 1 ? null : width.Constant);
        code.If(code.B.BuildICmp(LLVMIntPredicate.LLVMIntSLT, begin, end), () =>
        {
            if (space.Dims.Length == 1)
            {
                values.Floor = code.Current;
                loops.OverLanes(lane, begin, end, pieces, _ => Point());
                return;
            }

            LLVMValueRef w = values.Dim(width);
            code.Loop(code.B.BuildUDiv(begin, w), code.CeilDiv(end, w), 1, row =>
            {
                space.BindCoordinates(code, values, row, space.Dims.Length - 1);
                values.Floor = code.Current;
                LLVMValueRef start = code.B.BuildNSWMul(row, w);
                LLVMValueRef from = code.Max(code.B.BuildNSWSub(begin, start), code.I64(0)), to = code.Min(code.B.BuildNSWSub(end, start), w);
                loops.OverLanes(lane, from, to, pieces, _ => Point());
            });
        });

        void Point()
        {
            foreach (Phase phase in space.Phases)
            {
                loops.Phase((LoopPhase)phase, lanesOfGrid: true);
            }
        }
    }
}
