using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;
using static LLVMSharp.Interop.LLVMRealPredicate;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>C's fmod, exact, lane by lane in f64: rare, so one shared scalar function.</summary>
internal static class RemainderCode
{
    public static LLVMValueRef Emit(Code code, LLVMValueRef x, LLVMValueRef y)
    {
        LLVMValueRef function = code.Unit.Shared("dlaot_fmod", name => Define(code.Unit, name));
        LLVMTypeRef type = x.TypeOf, wide = type.WithElement(code.Unit.F64);
        bool isDouble = type == wide;
        LLVMValueRef a = isDouble ? x : code.B.BuildFPExt(x, wide), b = isDouble ? y : code.B.BuildFPExt(y, wide);
        if (!type.IsVector())
        {
            LLVMValueRef one = code.Call(function, a, b);
            return isDouble ? one : code.B.BuildFPTrunc(one, type);
        }

        LLVMValueRef result = wide.Poison;
        for (int lane = 0; lane < type.LaneCount(); lane++)
        {
            LLVMValueRef index = code.I32(lane);
            LLVMValueRef value = code.Call(function, code.B.BuildExtractElement(a, index), code.B.BuildExtractElement(b, index));
            result = code.B.BuildInsertElement(result, value, index);
        }

        return isDouble ? result : code.B.BuildFPTrunc(result, type);
    }

    // Long division: subtract y * 2^k from the top down. Every step is exact because t <= r < 2t.
    private static LLVMValueRef Define(LevelModule unit, string name)
    {
        using Code code = new(unit, name, LLVMTypeRef.CreateFunction(unit.F64, [unit.F64, unit.F64]));
        LLVMBuilderRef b = code.B;
        LLVMValueRef x = code.Function.GetParam(0), y = b.BuildIntrinsic("llvm.fabs", code.Function.GetParam(1));
        LLVMValueRef magnitude = b.BuildIntrinsic("llvm.fabs", x);
        LLVMValueRef infinity = unit.F64.ConstReal(double.PositiveInfinity), half = unit.F64.ConstReal(0.5);
        LLVMValueRef valid = b.BuildAnd(
            b.BuildAnd(b.BuildFCmp(LLVMRealOLT, magnitude, infinity), b.BuildFCmp(LLVMRealOGT, y, unit.F64.ConstReal(0))),
            b.BuildFCmp(LLVMRealORD, y, y));
        code.ReturnIf(b.BuildNot(valid), unit.F64.ConstReal(double.NaN));
        code.ReturnIf(b.BuildFCmp(LLVMRealOEQ, y, infinity), x);
        LLVMValueRef rest = code.Local(unit.F64), step = code.Local(unit.F64);
        b.BuildStore(magnitude, rest);
        b.BuildStore(y, step);
        code.While(
            () =>
            {
                LLVMValueRef t = b.BuildLoad2(unit.F64, step);
                return b.BuildFCmp(LLVMRealOLE, b.BuildFAdd(t, t), magnitude);
            },
            () =>
            {
                LLVMValueRef t = b.BuildLoad2(unit.F64, step);
                b.BuildStore(b.BuildFAdd(t, t), step);
            });
        code.While(
            () => b.BuildFCmp(LLVMRealOGE, b.BuildLoad2(unit.F64, step), y),
            () =>
            {
                LLVMValueRef r = b.BuildLoad2(unit.F64, rest), t = b.BuildLoad2(unit.F64, step);
                b.BuildStore(b.BuildSelect(b.BuildFCmp(LLVMRealOGE, r, t), b.BuildFSub(r, t), r), rest);
                b.BuildStore(b.BuildFMul(t, half), step);
            });
        b.BuildRet(b.BuildIntrinsic("llvm.copysign", b.BuildLoad2(unit.F64, rest), x));
        return code.Function;
    }
}
