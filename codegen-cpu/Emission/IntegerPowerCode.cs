using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;
using static LLVMSharp.Interop.LLVMIntPredicate;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Integer powers by squaring, lane by lane: rare, so one shared scalar function instead of vectors.</summary>
internal static class IntegerPowerCode
{
    /// <summary>Wraps on overflow; a negative exponent gives 0 except for the bases 1 and -1, as torch.pow does.</summary>
    public static LLVMValueRef Emit(Code code, LLVMValueRef a, LLVMValueRef b, bool signed)
    {
        LLVMValueRef power = code.Unit.Shared("dlaot_pow_i64", name => Define(code.Unit, name));
        LLVMTypeRef type = a.TypeOf;
        int lanes = (int)type.LaneCount();
        LLVMValueRef result = type.Poison;
        for (int lane = 0; lane < lanes; lane++)
        {
            LLVMValueRef value = code.Call(power, Widen(code, a, lane, signed), Widen(code, b, lane, signed));
            value = type.ScalarType() == code.Unit.I64 ? value : code.B.BuildTrunc(value, type.ScalarType());
            result = lanes == 1 ? value : code.B.BuildInsertElement(result, value, code.I32(lane));
        }

        return result;
    }

    private static LLVMValueRef Widen(Code code, LLVMValueRef x, int lane, bool signed)
    {
        LLVMValueRef value = x.TypeOf.IsVector() ? code.B.BuildExtractElement(x, code.I32(lane)) : x;
        return value.TypeOf == code.Unit.I64 ? value : signed ? code.B.BuildSExt(value, code.Unit.I64) : code.B.BuildZExt(value, code.Unit.I64);
    }

    private static LLVMValueRef Define(LevelModule unit, string name)
    {
        using Code code = new(unit, name, LLVMTypeRef.CreateFunction(unit.I64, [unit.I64, unit.I64]));
        LLVMBuilderRef b = code.B;
        LLVMValueRef x = code.Function.GetParam(0), n = code.Function.GetParam(1);
        LLVMValueRef product = code.Local(unit.I64), square = code.Local(unit.I64);
        LLVMValueRef odd = b.BuildICmp(LLVMIntNE, b.BuildAnd(n, code.I64(1)), code.I64(0));
        LLVMValueRef minusOne = b.BuildSelect(odd, code.I64(-1), code.I64(1));
        LLVMValueRef inverse = b.BuildSelect(
            b.BuildICmp(LLVMIntEQ, x, code.I64(1)), code.I64(1),
            b.BuildSelect(b.BuildICmp(LLVMIntEQ, x, code.I64(-1)), minusOne, code.I64(0)));
        code.ReturnIf(b.BuildICmp(LLVMIntSLT, n, code.I64(0)), inverse);
        b.BuildStore(code.I64(1), product);
        b.BuildStore(x, square);
        // One step for each bit of the exponent.
        code.Loop(code.I64(0), code.I64(64), 1, bit =>
        {
            LLVMValueRef s = b.BuildLoad2(unit.I64, square), p = b.BuildLoad2(unit.I64, product);
            LLVMValueRef set = b.BuildAnd(b.BuildLShr(n, bit), code.I64(1));
            b.BuildStore(b.BuildSelect(b.BuildICmp(LLVMIntNE, set, code.I64(0)), b.BuildMul(p, s), p), product);
            b.BuildStore(b.BuildMul(s, s), square);
        });
        b.BuildRet(b.BuildLoad2(unit.I64, product));
        return code.Function;
    }
}
