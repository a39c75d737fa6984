using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Integer division that never traps: x / 0 is 0, x rem 0 is 0, and the smallest number / -1 wraps.</summary>
internal static class IntegerCode
{
    public static LLVMValueRef Truncate(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y, bool signed)
    {
        (LLVMValueRef n, LLVMValueRef d, LLVMValueRef fix, LLVMValueRef instead) = Guard(b, x, y, signed);
        return b.BuildSelect(fix, instead, signed ? b.BuildSDiv(n, d) : b.BuildUDiv(n, d));
    }

    public static LLVMValueRef FloorDivide(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y, bool signed = true, long? constant = null)
    {
        if (!signed)
        {
            return Truncate(b, x, y, signed: false);
        }

        if (PowerOfTwo(constant) is int shift)
        {
            return b.BuildAShr(x, x.TypeOf.ConstInt(shift));
        }

        (LLVMValueRef n, LLVMValueRef d, LLVMValueRef fix, LLVMValueRef instead) = Guard(b, x, y, signed: true);
        LLVMValueRef quotient = b.BuildSDiv(n, d);
        LLVMValueRef rest = b.BuildSub(n, b.BuildMul(quotient, d));
        LLVMValueRef one = b.BuildSExt(OppositeSigns(b, rest, d), x.TypeOf);
        return b.BuildSelect(fix, instead, b.BuildAdd(quotient, one));
    }

    public static LLVMValueRef FloorRemainder(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y, bool signed = true, long? constant = null)
    {
        if (PowerOfTwo(constant) is int shift)
        {
            return b.BuildAnd(x, x.TypeOf.ConstInt((1L << shift) - 1));
        }

        LLVMValueRef zero = x.TypeOf.ConstInt(0);
        (LLVMValueRef n, LLVMValueRef d, LLVMValueRef fix, _) = Guard(b, x, y, signed);
        LLVMValueRef rest = signed ? b.BuildSRem(n, d) : b.BuildURem(n, d);
        if (signed)
        {
            rest = b.BuildAdd(rest, b.BuildSelect(OppositeSigns(b, rest, d), d, zero));
        }

        return b.BuildSelect(fix, zero, rest);
    }

    /// <summary>
    /// x / y for 0 &lt;= x &lt; 2^52 and 0 &lt; y in vectors, through f64: the quotient of two such integers never rounds up to an integer.
    /// </summary>
    public static LLVMValueRef DivideSmall(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y)
    {
        LLVMTypeRef real = x.TypeOf.WithElement(x.TypeOf.Context.DoubleType);
        LLVMValueRef quotient = b.BuildFDiv(b.BuildSIToFP(x, real), b.BuildSIToFP(y, real));
        // A zero divisor gives inf or NaN; the conversion of those is poison, so send them to 0.
        LLVMValueRef fits = b.BuildFCmp(LLVMRealPredicate.LLVMRealOLT, quotient, real.ConstReal(4503599627370496.0));
        return b.BuildFPToSI(b.BuildSelect(fits, quotient, real.ConstReal(0)), x.TypeOf);
    }

    private static (LLVMValueRef N, LLVMValueRef D, LLVMValueRef Fix, LLVMValueRef Instead) Guard(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y, bool signed)
    {
        LLVMValueRef zero = x.TypeOf.ConstInt(0), one = x.TypeOf.ConstInt(1);
        LLVMValueRef isZero = b.BuildICmp(LLVMIntPredicate.LLVMIntEQ, y, zero);
        if (!signed)
        {
            return (x, b.BuildSelect(isZero, one, y), isZero, zero);
        }

        LLVMValueRef isMinusOne = b.BuildICmp(LLVMIntPredicate.LLVMIntEQ, y, x.TypeOf.ConstInt(-1));
        LLVMValueRef fix = b.BuildOr(isZero, isMinusOne);
        return (x, b.BuildSelect(fix, one, y), fix, b.BuildSelect(isZero, zero, b.BuildNeg(x)));
    }

    private static LLVMValueRef OppositeSigns(LLVMBuilderRef b, LLVMValueRef rest, LLVMValueRef divisor)
    {
        LLVMValueRef zero = rest.TypeOf.ConstInt(0);
        return b.BuildAnd(
            b.BuildICmp(LLVMIntPredicate.LLVMIntNE, rest, zero),
            b.BuildICmp(LLVMIntPredicate.LLVMIntSLT, b.BuildXor(rest, divisor), zero));
    }

    private static int? PowerOfTwo(long? n) => n is long value and > 0 && (value & (value - 1)) == 0 ? System.Numerics.BitOperations.TrailingZeroCount(value) : null;
}
