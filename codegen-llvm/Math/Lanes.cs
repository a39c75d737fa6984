using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>
/// A scalar or vector value with the builder that computes on it, so that vector math reads like math. Each operator
/// emits one instruction; a plain number is a constant in every lane; a mask is lanes of i1.
/// </summary>
internal readonly record struct Lanes(LLVMBuilderRef B, LLVMValueRef Value)
{
    public LLVMTypeRef Type => Value.TypeOf;
    public LLVMTypeRef Element => Type.ScalarType();
    public uint Count => Type.LaneCount();
    public bool IsDouble => Element.Kind == LLVMTypeKind.LLVMDoubleTypeKind;

    private LLVMTypeRef IntType => Type.WithElement(Type.Context.GetIntType(IsDouble ? 64u : 32u));

    private Lanes With(LLVMValueRef value) => new(B, value);
    public Lanes Const(double value) => With(Type.ConstReal(value));
    public Lanes ConstInt(long value) => With(Type.ConstInt(value));

    public static Lanes operator +(Lanes x, Lanes y) => x.With(x.B.BuildFAdd(x.Value, y.Value));
    public static Lanes operator +(Lanes x, double y) => x + x.Const(y);
    public static Lanes operator +(double x, Lanes y) => y.Const(x) + y;
    public static Lanes operator -(Lanes x, Lanes y) => x.With(x.B.BuildFSub(x.Value, y.Value));
    public static Lanes operator -(Lanes x, double y) => x - x.Const(y);
    public static Lanes operator -(double x, Lanes y) => y.Const(x) - y;
    public static Lanes operator -(Lanes x) => x.With(x.B.BuildFNeg(x.Value));
    public static Lanes operator *(Lanes x, Lanes y) => x.With(x.B.BuildFMul(x.Value, y.Value));
    public static Lanes operator *(Lanes x, double y) => x * x.Const(y);
    public static Lanes operator *(double x, Lanes y) => y.Const(x) * y;
    public static Lanes operator /(Lanes x, Lanes y) => x.With(x.B.BuildFDiv(x.Value, y.Value));
    public static Lanes operator /(double x, Lanes y) => y.Const(x) / y;

    /// <summary><c>this * y + z</c>, fused where the target does that at full speed.</summary>
    public Lanes MulAdd(Lanes y, Lanes z) => With(B.BuildFMulAdd(Value, y.Value, z.Value));
    public Lanes MulAdd(Lanes y, double z) => MulAdd(y, Const(z));
    public Lanes MulAdd(double y, Lanes z) => MulAdd(Const(y), z);
    public Lanes MulAdd(double y, double z) => MulAdd(Const(y), Const(z));

    /// <summary><c>c[0] + x c[1] + x² c[2] + ...</c> by Horner's rule.</summary>
    public Lanes Polynomial(params ReadOnlySpan<double> c)
    {
        Lanes sum = Const(c[^1]);
        for (int i = c.Length - 2; i >= 0; i--)
            sum = sum.MulAdd(this, c[i]);
        return sum;
    }

    /// <summary>The larger of this and a bound; NaN stays NaN (in the operand order that is one instruction on x86).</summary>
    public Lanes AtLeast(double bound) => Select(Const(bound).Greater(this), Const(bound), this);

    /// <summary>The smaller of this and a bound; NaN stays NaN.</summary>
    public Lanes AtMost(double bound) => Select(Const(bound).Less(this), Const(bound), this);

    public Lanes Less(Lanes y) => Compare(LLVMRealPredicate.LLVMRealOLT, y);
    public Lanes Less(double y) => Less(Const(y));
    public Lanes Greater(Lanes y) => Compare(LLVMRealPredicate.LLVMRealOGT, y);
    public Lanes Greater(double y) => Greater(Const(y));
    public Lanes AtMostMask(double y) => Compare(LLVMRealPredicate.LLVMRealOLE, Const(y));
    public Lanes EqualTo(Lanes y) => Compare(LLVMRealPredicate.LLVMRealOEQ, y);
    public Lanes EqualTo(double y) => EqualTo(Const(y));
    public Lanes UnequalTo(Lanes y) => Compare(LLVMRealPredicate.LLVMRealUNE, y);
    private Lanes Compare(LLVMRealPredicate predicate, Lanes y) => With(B.BuildFCmp(predicate, Value, y.Value));

    public static Lanes Select(Lanes mask, Lanes then, Lanes otherwise) => then.With(then.B.BuildSelect(mask.Value, then.Value, otherwise.Value));

    public Lanes Abs() => Intrinsic("llvm.fabs");
    public Lanes Floor() => Intrinsic("llvm.floor");
    public Lanes CopySign(Lanes sign) => With(B.BuildIntrinsic("llvm.copysign", Value, sign.Value));
    public Lanes Intrinsic(string name) => With(B.BuildIntrinsic(name, Value));

    /// <summary>The IEEE bits as integers of the same width, and back.</summary>
    public Lanes Bits() => With(B.BuildBitCast(Value, IntType));
    public Lanes FromBits(Lanes floatLike) => With(B.BuildBitCast(Value, floatLike.Type));

    /// <summary>Minus the absolute value: one instruction.</summary>
    public Lanes NegativeAbs() => Bits().Or(IsDouble ? long.MinValue : int.MinValue).FromBits(this);

    public Lanes IntAdd(Lanes y) => With(B.BuildAdd(Value, y.Value));
    public Lanes IntAdd(long y) => IntAdd(ConstInt(y));
    public Lanes IntSub(Lanes y) => With(B.BuildSub(Value, y.Value));
    public Lanes And(long y) => With(B.BuildAnd(Value, Type.ConstInt(y)));
    public Lanes And(Lanes y) => With(B.BuildAnd(Value, y.Value));
    public Lanes Or(long y) => With(B.BuildOr(Value, Type.ConstInt(y)));
    public Lanes Or(Lanes y) => With(B.BuildOr(Value, y.Value));
    public Lanes Xor(Lanes y) => With(B.BuildXor(Value, y.Value));
    public Lanes ShiftLeft(int bits) => With(B.BuildShl(Value, Type.ConstInt(bits)));
    public Lanes ShiftRight(int bits) => With(B.BuildLShr(Value, Type.ConstInt(bits)));
    public Lanes ShiftRightSigned(int bits) => With(B.BuildAShr(Value, Type.ConstInt(bits)));
    public Lanes IsNegativeInt() => With(B.BuildICmp(LLVMIntPredicate.LLVMIntSLT, Value, Type.ConstInt(0)));
    public Lanes IsNonZero() => With(B.BuildICmp(LLVMIntPredicate.LLVMIntNE, Value, Type.ConstInt(0)));

    public Lanes ToDouble() => With(B.BuildFPExt(Value, Type.WithElement(Type.Context.DoubleType)));
    public Lanes ToFloat() => With(B.BuildFPTrunc(Value, Type.WithElement(Type.Context.FloatType)));
    public Lanes ToInt32() => With(B.BuildTrunc(Value, Type.WithElement(Type.Context.Int32Type)));
    public Lanes SignedToFloat(Lanes floatLike) => With(B.BuildSIToFP(Value, floatLike.Type));
}
