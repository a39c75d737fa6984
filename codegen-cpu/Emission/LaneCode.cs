using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using LLVMSharp.Interop;
using static LLVMSharp.Interop.LLVMIntPredicate;
using static LLVMSharp.Interop.LLVMRealPredicate;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Scalar operations for one operand type, on vectors of any lane count and on scalars.</summary>
/// <param name="type">The operands' dtype.</param>
/// <param name="exact">No fused multiply-add.</param>
internal readonly struct LaneCode(Code code, DType type, bool exact)
{
    public LLVMBuilderRef B => code.B;

    public bool Signed => type is not (DType.U8 or DType.Bool);

    public LaneMath Math => new(code);

    private LevelModule Unit => code.Unit;

    /// <summary>Emits an op of the result type <paramref name="result"/>.</summary>
    /// <exception cref="InvalidOperationException">The op is not defined on the operands' dtype.</exception>
    public static LLVMValueRef Emit(Code code, Expr.Op op, LLVMValueRef[] x, bool exact)
    {
        if (op.Code == ScalarOp.Cast)
        {
            return Conversion.Emit(code, x[0], op.Operands[0].Type, op.Type);
        }

        if (op.Code == ScalarOp.Select)
        {
            return code.B.BuildSelect(x[0], x[1], x[2]);
        }

        DType operand = op.Operands[0].Type;
        EmitLanes emit = ScalarRows.Find(op.Code, operand.Category())
            ?? throw new InvalidOperationException($"{op.Code} is not defined on {operand.Name()}");
        return Conversion.Round(code, op.Type, emit(new LaneCode(code, operand, exact), x));
    }

    /// <summary>Allows a product and a sum to become one instruction with one rounding.</summary>
    public LLVMValueRef Fusable(LLVMValueRef value) =>
        exact || type is DType.F16 or DType.BF16 ? value : value.WithFastMath(LLVMFastMathFlags.LLVMFastMathAllowContract);

    public LLVMValueRef Never(LLVMValueRef like) => LLVMValueRef.CreateConstNull(like.TypeOf.WithElement(Unit.I1));

    public LLVMValueRef IntegerAbs(LLVMValueRef x) =>
        Signed ? B.BuildIntrinsic("llvm.abs", [x.TypeOf], x, LLVMValueRef.CreateConstInt(Unit.I1, 0)) : x;

    public LLVMValueRef IntegerSign(LLVMValueRef x)
    {
        LLVMValueRef zero = x.TypeOf.ConstInt(0);
        LLVMValueRef positive = B.BuildZExt(B.BuildICmp(Signed ? LLVMIntSGT : LLVMIntUGT, x, zero), x.TypeOf);
        return Signed ? B.BuildOr(positive, B.BuildAShr(x, x.TypeOf.ConstInt(type.Size() * 8 - 1))) : positive;
    }

    /// <summary>NaN has no sign and gives 0.</summary>
    public LLVMValueRef FloatSign(LLVMValueRef x)
    {
        LLVMValueRef zero = x.TypeOf.ConstReal(0);
        LLVMValueRef negative = B.BuildSelect(B.BuildFCmp(LLVMRealOLT, x, zero), x.TypeOf.ConstReal(-1), zero);
        return B.BuildSelect(B.BuildFCmp(LLVMRealOGT, x, zero), x.TypeOf.ConstReal(1), negative);
    }

    /// <summary>The operand that compares, or the first NaN.</summary>
    public LLVMValueRef FloatExtreme(LLVMValueRef a, LLVMValueRef b, LLVMRealPredicate better)
    {
        // select(a > b, a, b) is one instruction and b when either is NaN.
        LLVMValueRef extreme = B.BuildSelect(B.BuildFCmp(better, a, b), a, b);
        return B.BuildSelect(B.BuildFCmp(LLVMRealUNO, a, a), a, extreme);
    }

    public LLVMValueRef IntegerDivide(LLVMValueRef a, LLVMValueRef b) => IntegerCode.Truncate(B, a, b, Signed);

    public LLVMValueRef IntegerFloorDivide(LLVMValueRef a, LLVMValueRef b) => IntegerCode.FloorDivide(B, a, b, Signed);

    public LLVMValueRef IntegerRemainder(LLVMValueRef a, LLVMValueRef b) => IntegerCode.FloorRemainder(B, a, b, Signed);

    /// <summary>fmod with the sign of the divisor (c10::div_floor and torch.remainder).</summary>
    public LLVMValueRef FloatRemainder(LLVMValueRef a, LLVMValueRef b)
    {
        LLVMValueRef rest = Math.Fmod(a, b);
        return B.BuildSelect(WrongSign(rest, b), B.BuildFAdd(rest, b), rest);
    }

    /// <summary>As c10::div_floor_floating: exact where a - fmod(a, b) is a multiple of b.</summary>
    public LLVMValueRef FloatFloorDivide(LLVMValueRef a, LLVMValueRef b)
    {
        LLVMTypeRef real = a.TypeOf;
        LLVMValueRef zero = real.ConstReal(0), one = real.ConstReal(1);
        LLVMValueRef rest = Math.Fmod(a, b), plain = B.BuildFDiv(a, b);
        LLVMValueRef quotient = B.BuildFDiv(B.BuildFSub(a, rest), b);
        quotient = B.BuildSelect(WrongSign(rest, b), B.BuildFSub(quotient, one), quotient);
        LLVMValueRef floor = B.BuildIntrinsic("llvm.floor", quotient);
        LLVMValueRef far = B.BuildFCmp(LLVMRealOGT, B.BuildFSub(quotient, floor), real.ConstReal(0.5));
        floor = B.BuildSelect(far, B.BuildFAdd(floor, one), floor);
        floor = B.BuildSelect(B.BuildFCmp(LLVMRealOEQ, quotient, zero), B.BuildIntrinsic("llvm.copysign", zero, plain), floor);
        return B.BuildSelect(B.BuildFCmp(LLVMRealOEQ, b, zero), plain, floor);
    }

    public LLVMValueRef IntegerPower(LLVMValueRef a, LLVMValueRef b) => IntegerPowerCode.Emit(code, a, b, Signed);

    private LLVMValueRef WrongSign(LLVMValueRef rest, LLVMValueRef divisor)
    {
        LLVMValueRef zero = rest.TypeOf.ConstReal(0);
        LLVMValueRef differ = B.BuildXor(B.BuildFCmp(LLVMRealOLT, divisor, zero), B.BuildFCmp(LLVMRealOLT, rest, zero));
        return B.BuildAnd(B.BuildFCmp(LLVMRealUNE, rest, zero), differ);
    }
}
