using DlAot.CodeGen.Cpu.Contract;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// A kernel whose phases each spread their last extent over lanes: row reductions, softmax, normalisation, products inside a grid point.
/// <code>
/// for p in [begin, end) of the flattened grid
///   for each phase: its loops, the innermost in vectors
/// </code>
/// </summary>
internal static class LaneInPhase
{
    public static void Emit(Code code, Frame frame, KernelCall call, KernelSpace space, LLVMValueRef begin, LLVMValueRef end)
    {
        Values values = new(code, frame, call);
        LoopCode loops = new(code, values, call.Kernel);
        code.Loop(begin, end, 1, point =>
        {
            space.BindCoordinates(code, values, point, space.Dims.Length);
            values.Floor = code.Current;
            foreach (Phase phase in space.Phases)
            {
                switch (phase)
                {
                    case LoopPhase loop:
                        loops.Phase(loop, lanesOfGrid: false);
                        break;
                    case ContractPhase contract:
                        ContractCode.Whole(code, values, loops, call, contract);
                        break;
                }
            }
        });
    }
}
