using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>16-bit floats to and from f32, to nearest even, in integer arithmetic where there is no instruction (LLVM would call a library).</summary>
internal static class HalfCode
{
    public static LLVMValueRef ToFloat(LevelModule unit, LLVMBuilderRef b, DType type, LLVMValueRef bits)
    {
        LLVMTypeRef i32 = bits.TypeOf.WithElement(unit.I32), f32 = bits.TypeOf.WithElement(unit.F32);
        if (type == DType.BF16)
        {
            return b.BuildBitCast(b.BuildShl(b.BuildZExt(bits, i32), i32.ConstInt(16)), f32);
        }

        if (HasInstruction(unit))
        {
            return b.BuildFPExt(b.BuildBitCast(bits, bits.TypeOf.WithElement(unit.Context.HalfType)), f32);
        }

        LLVMValueRef wide = b.BuildZExt(bits, i32);
        LLVMValueRef sign = b.BuildShl(b.BuildAnd(wide, i32.ConstInt(0x8000)), i32.ConstInt(16));
        LLVMValueRef shifted = b.BuildShl(b.BuildAnd(wide, i32.ConstInt(0x7fff)), i32.ConstInt(13));
        // The exponent bias differs by 112; the product also normalises subnormals.
        LLVMValueRef finite = b.BuildBitCast(b.BuildFMul(b.BuildBitCast(shifted, f32), f32.ConstReal(Math.Pow(2, 112))), i32);
        LLVMValueRef special = b.BuildOr(shifted, i32.ConstInt(0x7f800000));
        LLVMValueRef isSpecial = b.BuildICmp(LLVMIntPredicate.LLVMIntUGE, shifted, i32.ConstInt(0x7c00 << 13));
        return b.BuildBitCast(b.BuildOr(sign, b.BuildSelect(isSpecial, special, finite)), f32);
    }

    public static LLVMValueRef FromFloat(LevelModule unit, LLVMBuilderRef b, DType type, LLVMValueRef value)
    {
        LLVMTypeRef i16 = value.TypeOf.WithElement(unit.I16), i32 = value.TypeOf.WithElement(unit.I32), f32 = value.TypeOf;
        LLVMValueRef bits = b.BuildBitCast(value, i32);
        LLVMValueRef isNan = b.BuildFCmp(LLVMRealPredicate.LLVMRealUNO, value, value);
        if (type == DType.BF16)
        {
            LLVMValueRef odd = b.BuildAnd(b.BuildLShr(bits, i32.ConstInt(16)), i32.ConstInt(1));
            LLVMValueRef rounded = b.BuildLShr(b.BuildAdd(bits, b.BuildAdd(odd, i32.ConstInt(0x7fff))), i32.ConstInt(16));
            return b.BuildTrunc(b.BuildSelect(isNan, i32.ConstInt(0x7fc0), rounded), i16);
        }

        if (HasInstruction(unit))
        {
            return b.BuildBitCast(b.BuildFPTrunc(value, value.TypeOf.WithElement(unit.Context.HalfType)), i16);
        }

        LLVMValueRef magnitude = b.BuildAnd(bits, i32.ConstInt(0x7fffffff));
        LLVMValueRef sign = b.BuildAnd(b.BuildLShr(bits, i32.ConstInt(16)), i32.ConstInt(0x8000));
        // Below 2^-14 the sum with one half leaves the subnormal's bits, rounded, at the bottom.
        LLVMValueRef small = b.BuildSub(
            b.BuildBitCast(b.BuildFAdd(b.BuildBitCast(magnitude, f32), f32.ConstReal(0.5)), i32), i32.ConstInt(0x3f000000));
        LLVMValueRef oddBit = b.BuildAnd(b.BuildLShr(magnitude, i32.ConstInt(13)), i32.ConstInt(1));
        LLVMValueRef normal = b.BuildLShr(
            b.BuildSub(b.BuildAdd(magnitude, b.BuildAdd(oddBit, i32.ConstInt(0xfff))), i32.ConstInt(0x38000000)), i32.ConstInt(13));
        LLVMValueRef result = b.BuildSelect(b.BuildICmp(LLVMIntPredicate.LLVMIntULT, magnitude, i32.ConstInt(0x38800000)), small, normal);
        result = b.BuildSelect(b.BuildICmp(LLVMIntPredicate.LLVMIntUGE, magnitude, i32.ConstInt(0x477ff000)), i32.ConstInt(0x7c00), result);
        result = b.BuildSelect(isNan, i32.ConstInt(0x7e00), result);
        return b.BuildTrunc(b.BuildOr(result, sign), i16);
    }

    // Both levels with fast FMA have F16C or its equivalent.
    private static bool HasInstruction(LevelModule unit) => unit.Level.Math.Fma;
}
