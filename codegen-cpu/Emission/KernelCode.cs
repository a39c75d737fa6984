using DlAot.CodeGen.Cpu.Analysis;
using DlAot.CodeGen.Cpu.Contract;
using DlAot.CodeGen.Llvm;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// A kernel of the library: a body over a flattened index, and an entry that runs it at once or through the pool.
/// <code>
/// i32 kernel(frame):
///   if (check(frame)) return 1;
///   small ? body(frame, 0, count) : frame.parallel_for(frame, body, count, grain)
///   return 0
/// </code>
/// </summary>
internal static class KernelCode
{
    // Waking the pool costs a few microseconds; less work than this stays on the calling thread.
    private const long ParallelPicoseconds = 12_000_000;

    // What one claimed range should last at least.
    private const long GrainPicoseconds = 5_000_000;

    /// <summary><c>i32 kernel(RegionFrame*)</c> with the kernel's own buffers, symbols and scalars in the frame.</summary>
    public static LLVMValueRef Define(LevelModule unit, LibraryKernel kernel) => unit.Shared(NameOf(kernel, unit.Level), name =>
    {
        Work work = DefineBody(unit, name + "_body", kernel.Plan, kernel.Call);
        using Code code = new(unit, name, unit.Region, isInternal: false);
        Frame frame = new(code, code.Function.GetParam(0), kernel.Plan);
        if (!kernel.Kernel.Checks.IsEmpty)
        {
            LLVMValueRef check = CheckCode.Define(unit, name + "_check", kernel.Plan, kernel.Call);
            code.ReturnIf(code.B.BuildICmp(LLVMIntPredicate.LLVMIntNE, code.Call(check, frame.Pointer), code.I32(0)), code.I32(1));
        }

        Launch(code, frame, work);
        code.B.BuildRet(code.I32(0));
        return code.Function;
    });

    /// <summary>The entry as seen from a module that calls it.</summary>
    public static LLVMValueRef Declare(LevelModule unit, LibraryKernel kernel) => unit.Shared(NameOf(kernel, unit.Level), name => unit.DeclareHidden(name, unit.Region));

    private static string NameOf(LibraryKernel kernel, IsaLevel level) => $"dlaot{level.Suffix}_{kernel.Name}";

    private static Work DefineBody(LevelModule unit, string name, Plan plan, KernelCall call)
    {
        KernelSpace space = KernelSpace.Of(call.Kernel, unit.Level);
        using Code code = new(unit, name, unit.Body);
        Frame frame = new(code, code.Function.GetParam(0), plan);
        LLVMValueRef begin = code.Function.GetParam(1), end = code.Function.GetParam(2);
        Work work;
        switch (space.Walk)
        {
            case Walk.LaneInGrid:
                LaneInGrid.Emit(code, frame, call, space, begin, end);
                // Ranges end on whole cache lines.
                work = new(code.Function, call.Kernel, c => c.Dims.Emit(space.Points), c => c.Dims.Emit(PhaseCost.OfPoint(space, unit.Level)), Multiple: 64);
                break;
            case Walk.LaneInPhase:
                LaneInPhase.Emit(code, frame, call, space, begin, end);
                work = new(code.Function, call.Kernel, c => c.Dims.Emit(space.Points), c => c.Dims.Emit(PhaseCost.OfPoint(space, unit.Level)), Multiple: 1);
                break;
            default:
                work = ContractCode.Tiles(code, frame, call, space, begin, end);
                break;
        }

        code.B.BuildRetVoid();
        return work;
    }

    private static void Launch(Code code, Frame frame, Work work)
    {
        LLVMBuilderRef b = code.B;
        LLVMValueRef count = work.Count(frame);
        if (!work.Kernel.Schedule.Parallel)
        {
            code.Call(work.Body, frame.Pointer, code.I64(0), count);
            return;
        }

        LLVMValueRef each = code.Max(work.Picoseconds(frame), code.I64(1));
        LLVMValueRef grain = code.CeilDiv(code.I64(GrainPicoseconds), each);
        if (work.Multiple > 1)
        {
            grain = b.BuildAnd(b.BuildAdd(grain, code.I64(work.Multiple - 1)), code.I64(-work.Multiple));
        }

        LLVMValueRef large = b.BuildICmp(LLVMIntPredicate.LLVMIntSGT, b.BuildMul(count, each), code.I64(ParallelPicoseconds));
        LLVMValueRef splits = b.BuildICmp(LLVMIntPredicate.LLVMIntSGT, count, grain);
        LLVMValueRef several = b.BuildICmp(LLVMIntPredicate.LLVMIntSGT, frame.Threads, code.I32(1));
        code.If(
            b.BuildAnd(several, b.BuildAnd(large, splits)),
            () =>
            {
                LLVMTypeRef type = LLVMTypeRef.CreateFunction(code.Unit.Context.VoidType, [code.Unit.Pointer, code.Unit.Pointer, code.Unit.I64, code.Unit.I64]);
                b.BuildCall2(type, frame.ParallelFor, [frame.Pointer, work.Body, count, grain]);
            },
            () => code.Call(work.Body, frame.Pointer, code.I64(0), count));
    }
}

/// <summary>A kernel body and how much of it there is.</summary>
/// <param name="Count">Points of the flattened parallel index.</param>
/// <param name="Picoseconds">Estimate for one point.</param>
/// <param name="Multiple">Ranges begin at multiples of this, a power of two.</param>
internal sealed record Work(LLVMValueRef Body, Kernel Kernel, Func<Frame, LLVMValueRef> Count, Func<Frame, LLVMValueRef> Picoseconds, int Multiple);
