using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;
using static LLVMSharp.Interop.LLVMRealPredicate;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// atan2 in f64: the smaller over the larger magnitude, moved once more by pi/4 above 0.66, then Moshier's rational approximation
/// (Cephes, atan.c), then the quadrant. Error under 2 ulp.
/// </summary>
internal static class ArcTangentCode
{
    private static readonly double[] P = [-64.85021904942026, -122.88666844901361, -75.00855792314705, -16.157537187333652, -0.8750608600031904];
    private static readonly double[] Q = [194.5506571482614, 485.3903996359137, 432.88106049129027, 165.02700983169885, 24.858464901423062, 1];

    public static LLVMValueRef Emit(Code code, LLVMValueRef y, LLVMValueRef x)
    {
        LLVMBuilderRef b = code.B;
        LLVMTypeRef type = x.TypeOf, real = type.WithElement(code.Unit.F64);
        if (type != real)
        {
            return b.BuildFPTrunc(Emit(code, b.BuildFPExt(y, real), b.BuildFPExt(x, real)), type);
        }

        LLVMValueRef zero = real.ConstReal(0), one = real.ConstReal(1);
        LLVMValueRef ax = b.BuildIntrinsic("llvm.fabs", x), ay = b.BuildIntrinsic("llvm.fabs", y);
        LLVMValueRef steep = b.BuildFCmp(LLVMRealOGT, ay, ax);
        LLVMValueRef large = b.BuildSelect(steep, ay, ax), small = b.BuildSelect(steep, ax, ay);
        LLVMValueRef t = b.BuildFDiv(small, large);
        t = b.BuildSelect(b.BuildFCmp(LLVMRealOEQ, large, zero), zero, t);
        t = b.BuildSelect(b.BuildFCmp(LLVMRealOEQ, small, real.ConstReal(double.PositiveInfinity)), one, t);
        LLVMValueRef upper = b.BuildFCmp(LLVMRealOGT, t, real.ConstReal(0.66));
        LLVMValueRef r = b.BuildSelect(upper, b.BuildFDiv(b.BuildFSub(t, one), b.BuildFAdd(t, one)), t);
        LLVMValueRef z = b.BuildFMul(r, r);
        LLVMValueRef fraction = b.BuildFDiv(b.BuildFMul(z, Polynomial(code, z, P)), Polynomial(code, z, Q));
        LLVMValueRef angle = b.BuildFAdd(r, b.BuildFMul(r, fraction));
        LLVMValueRef moved = b.BuildFAdd(b.BuildFAdd(angle, real.ConstReal(3.061616997868383e-17)), real.ConstReal(Math.PI / 4));
        angle = b.BuildSelect(upper, moved, angle);
        LLVMValueRef turned = b.BuildFAdd(b.BuildFSub(real.ConstReal(Math.PI / 2), angle), real.ConstReal(6.123233995736766e-17));
        angle = b.BuildSelect(steep, turned, angle);
        // The sign bit decides, so that -0 is on the left.
        LLVMValueRef left = b.BuildFCmp(LLVMRealOLT, b.BuildIntrinsic("llvm.copysign", one, x), zero);
        LLVMValueRef opposite = b.BuildFAdd(b.BuildFSub(real.ConstReal(Math.PI), angle), real.ConstReal(1.2246467991473532e-16));
        angle = b.BuildSelect(left, opposite, angle);
        LLVMValueRef isNan = b.BuildFCmp(LLVMRealUNO, x, y);
        return b.BuildSelect(isNan, b.BuildFAdd(x, y), b.BuildIntrinsic("llvm.copysign", angle, y));
    }

    private static LLVMValueRef Polynomial(Code code, LLVMValueRef z, double[] coefficients)
    {
        LLVMValueRef sum = z.TypeOf.ConstReal(coefficients[^1]);
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            sum = code.B.BuildFMulAdd(sum, z, z.TypeOf.ConstReal(coefficients[i]));
        }

        return sum;
    }
}
