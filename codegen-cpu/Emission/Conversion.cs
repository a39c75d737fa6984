using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using LLVMSharp.Interop;
using static LLVMSharp.Interop.LLVMRealPredicate;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Between dtypes, and between the form a value is computed in and the form it has in memory.</summary>
internal static class Conversion
{
    public static LLVMValueRef Emit(Code code, LLVMValueRef x, DType from, DType to)
    {
        LLVMBuilderRef b = code.B;
        LLVMTypeRef target = x.TypeOf.WithElement(code.Unit.Computed(to));
        bool signed = from is not (DType.U8 or DType.Bool);
        switch (from.Category(), to.Category())
        {
            case (DTypeCategory.Bool, DTypeCategory.Bool):
                return x;
            case (DTypeCategory.Float, DTypeCategory.Bool):
                return b.BuildFCmp(LLVMRealUNE, x, x.TypeOf.ConstReal(0));
            case (DTypeCategory.Integer, DTypeCategory.Bool):
                return b.BuildICmp(LLVMIntPredicate.LLVMIntNE, x, x.TypeOf.ConstInt(0));
            case (DTypeCategory.Float, DTypeCategory.Float):
                LLVMValueRef real = (x.TypeOf.ScalarType() == code.Unit.F64, target.ScalarType() == code.Unit.F64) switch
                {
                    (true, false) => b.BuildFPTrunc(x, target),
                    (false, true) => b.BuildFPExt(x, target),
                    _ => x,
                };
                return to < from ? Round(code, to, real) : to == DType.BF16 && from == DType.F16 ? Round(code, to, real) : real;
            case (DTypeCategory.Float, DTypeCategory.Integer):
                return ToInteger(code, x, to, target);
            case (_, DTypeCategory.Float):
                return Round(code, to, signed ? b.BuildSIToFP(x, target) : b.BuildUIToFP(x, target));
            default:
                return from.Size() == to.Size() && from != DType.Bool ? x
                    : from.Size() > to.Size() ? b.BuildTrunc(x, target)
                    : signed ? b.BuildSExt(x, target) : b.BuildZExt(x, target);
        }
    }

    /// <summary>Rounds a value computed in f32 to the half type it stands for.</summary>
    public static LLVMValueRef Round(Code code, DType type, LLVMValueRef x) =>
        type is DType.F16 or DType.BF16 && x.TypeOf.ScalarType() == code.Unit.F32
            ? HalfCode.ToFloat(code.Unit, code.B, type, HalfCode.FromFloat(code.Unit, code.B, type, x))
            : x;

    /// <summary>The computed form of what was read from memory.</summary>
    public static LLVMValueRef FromMemory(Code code, DType type, LLVMValueRef x) => type switch
    {
        DType.Bool => code.B.BuildICmp(LLVMIntPredicate.LLVMIntNE, x, x.TypeOf.ConstInt(0)),
        DType.F16 or DType.BF16 => HalfCode.ToFloat(code.Unit, code.B, type, x),
        _ => x,
    };

    /// <summary>The form in memory of a computed value.</summary>
    public static LLVMValueRef ToMemory(Code code, DType type, LLVMValueRef x) => type switch
    {
        DType.Bool => code.B.BuildZExt(x, x.TypeOf.WithElement(code.Unit.I8)),
        DType.F16 or DType.BF16 => HalfCode.FromFloat(code.Unit, code.B, type, x),
        _ => x,
    };

    // What the processor's truncating conversion gives, as in libtorch on x86: the smallest number when the value does not fit
    // 32 bits (64 for i64), and the low bits of that for narrower types.
    private static LLVMValueRef ToInteger(Code code, LLVMValueRef x, DType to, LLVMTypeRef target)
    {
        LLVMBuilderRef b = code.B;
        int bits = to == DType.I64 ? 64 : 32;
        LLVMTypeRef wide = x.TypeOf.WithElement(code.Unit.Context.GetIntType((uint)bits));
        double limit = Math.Pow(2, bits - 1);
        LLVMValueRef low = b.BuildFCmp(bits == 32 && x.TypeOf.ScalarType() == code.Unit.F64 ? LLVMRealOGT : LLVMRealOGE, x, x.TypeOf.ConstReal(bits == 32 && x.TypeOf.ScalarType() == code.Unit.F64 ? -limit - 1 : -limit));
        LLVMValueRef fits = b.BuildAnd(low, b.BuildFCmp(LLVMRealOLT, x, x.TypeOf.ConstReal(limit)));
        LLVMValueRef smallest = wide.ConstInt(bits == 32 ? int.MinValue : long.MinValue);
        LLVMValueRef value = b.BuildSelect(fits, b.BuildFPToSI(x, wide), smallest);
        return to.Size() * 8 == bits ? value : b.BuildTrunc(value, target);
    }
}
