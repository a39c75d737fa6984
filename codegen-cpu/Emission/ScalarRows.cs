using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using LLVMSharp.Interop;
using static LLVMSharp.Interop.LLVMIntPredicate;
using static LLVMSharp.Interop.LLVMRealPredicate;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>One operation on operands of one type: on lanes or on a scalar, by the type of the values.</summary>
internal delegate LLVMValueRef EmitLanes(LaneCode c, LLVMValueRef[] x);

/// <summary>The emission of one <see cref="ScalarOp"/>, by the category of its operands; null where the op is not defined.</summary>
internal sealed record ScalarRow(ScalarOp Op, EmitLanes? Float, EmitLanes? Integer, EmitLanes? Bool);

/// <summary>One row per member of <see cref="ScalarOp"/> except Select and Cast, which <see cref="LaneCode"/> does for any type.</summary>
internal static class ScalarRows
{
    private static readonly Dictionary<ScalarOp, ScalarRow> ByOp = new ScalarRow[]
    {
        Real(ScalarOp.Exp, (c, x) => c.Math.Exp(x[0])),
        Real(ScalarOp.Expm1, (c, x) => c.Math.Expm1(x[0])),
        Real(ScalarOp.Log, (c, x) => c.Math.Log(x[0])),
        Real(ScalarOp.Log1p, (c, x) => c.Math.Log1p(x[0])),
        Real(ScalarOp.Sqrt, (c, x) => c.B.BuildIntrinsic("llvm.sqrt", x[0])),
        Real(ScalarOp.Rsqrt, (c, x) => c.B.BuildFDiv(x[0].TypeOf.ConstReal(1), c.B.BuildIntrinsic("llvm.sqrt", x[0]))),
        Real(ScalarOp.Sin, (c, x) => c.Math.Sin(x[0])),
        Real(ScalarOp.Cos, (c, x) => c.Math.Cos(x[0])),
        Real(ScalarOp.Tanh, (c, x) => c.Math.Tanh(x[0])),
        Real(ScalarOp.Erf, (c, x) => c.Math.Erf(x[0])),
        Real(ScalarOp.Sigmoid, (c, x) => c.Math.Sigmoid(x[0])),
        Real(ScalarOp.Floor, (c, x) => c.B.BuildIntrinsic("llvm.floor", x[0])),
        Real(ScalarOp.Ceil, (c, x) => c.B.BuildIntrinsic("llvm.ceil", x[0])),
        Real(ScalarOp.Round, (c, x) => c.B.BuildIntrinsic("llvm.roundeven", x[0])),
        Real(ScalarOp.Trunc, (c, x) => c.B.BuildIntrinsic("llvm.trunc", x[0])),
        new(ScalarOp.Neg, (c, x) => c.B.BuildFNeg(x[0]), (c, x) => c.B.BuildNeg(x[0]), (_, x) => x[0]),
        new(ScalarOp.Abs, (c, x) => c.B.BuildIntrinsic("llvm.fabs", x[0]), (c, x) => c.IntegerAbs(x[0]), (_, x) => x[0]),
        new(ScalarOp.Sign, (c, x) => c.FloatSign(x[0]), (c, x) => c.IntegerSign(x[0]), (_, x) => x[0]),
        new(ScalarOp.Not, null, (c, x) => c.B.BuildNot(x[0]), (c, x) => c.B.BuildNot(x[0])),
        new(ScalarOp.IsNan, (c, x) => c.B.BuildFCmp(LLVMRealUNO, x[0], x[0]), (c, x) => c.Never(x[0]), (c, x) => c.Never(x[0])),
        new(ScalarOp.Add, (c, x) => c.Fusable(c.B.BuildFAdd(x[0], x[1])), (c, x) => c.B.BuildAdd(x[0], x[1]), (c, x) => c.B.BuildOr(x[0], x[1])),
        new(ScalarOp.Sub, (c, x) => c.Fusable(c.B.BuildFSub(x[0], x[1])), (c, x) => c.B.BuildSub(x[0], x[1]), (c, x) => c.B.BuildXor(x[0], x[1])),
        new(ScalarOp.Mul, (c, x) => c.Fusable(c.B.BuildFMul(x[0], x[1])), (c, x) => c.B.BuildMul(x[0], x[1]), (c, x) => c.B.BuildAnd(x[0], x[1])),
        new(ScalarOp.Div, (c, x) => c.B.BuildFDiv(x[0], x[1]), (c, x) => c.IntegerDivide(x[0], x[1]), (c, x) => c.B.BuildAnd(x[0], x[1])),
        new(ScalarOp.FloorDiv, (c, x) => c.FloatFloorDivide(x[0], x[1]), (c, x) => c.IntegerFloorDivide(x[0], x[1]), (c, x) => c.B.BuildAnd(x[0], x[1])),
        new(ScalarOp.Rem, (c, x) => c.FloatRemainder(x[0], x[1]), (c, x) => c.IntegerRemainder(x[0], x[1]), (c, x) => c.Never(x[0])),
        new(ScalarOp.Pow, (c, x) => c.Math.Pow(x[0], x[1]), (c, x) => c.IntegerPower(x[0], x[1]), (c, x) => c.B.BuildOr(x[0], c.B.BuildNot(x[1]))),
        new(ScalarOp.Max, (c, x) => c.FloatExtreme(x[0], x[1], LLVMRealOGT), (c, x) => c.B.BuildIntrinsic(c.Signed ? "llvm.smax" : "llvm.umax", x), (c, x) => c.B.BuildOr(x[0], x[1])),
        new(ScalarOp.Min, (c, x) => c.FloatExtreme(x[0], x[1], LLVMRealOLT), (c, x) => c.B.BuildIntrinsic(c.Signed ? "llvm.smin" : "llvm.umin", x), (c, x) => c.B.BuildAnd(x[0], x[1])),
        Real(ScalarOp.Atan2, (c, x) => c.Math.Atan2(x[0], x[1])),
        Bits(ScalarOp.And, (c, x) => c.B.BuildAnd(x[0], x[1])),
        Bits(ScalarOp.Or, (c, x) => c.B.BuildOr(x[0], x[1])),
        Bits(ScalarOp.Xor, (c, x) => c.B.BuildXor(x[0], x[1])),
        Compare(ScalarOp.Eq, LLVMRealOEQ, LLVMIntEQ, LLVMIntEQ),
        Compare(ScalarOp.Ne, LLVMRealUNE, LLVMIntNE, LLVMIntNE),
        Compare(ScalarOp.Lt, LLVMRealOLT, LLVMIntSLT, LLVMIntULT),
        Compare(ScalarOp.Le, LLVMRealOLE, LLVMIntSLE, LLVMIntULE),
        Compare(ScalarOp.Gt, LLVMRealOGT, LLVMIntSGT, LLVMIntUGT),
        Compare(ScalarOp.Ge, LLVMRealOGE, LLVMIntSGE, LLVMIntUGE),
    }.ToDictionary(row => row.Op);

    /// <summary>The ops that have a row.</summary>
    public static IEnumerable<ScalarOp> Covered => ByOp.Keys.Append(ScalarOp.Select).Append(ScalarOp.Cast);

    /// <summary>The emission for operands of a category, or null when the op is not defined there.</summary>
    public static EmitLanes? Find(ScalarOp op, DTypeCategory category) => !ByOp.TryGetValue(op, out ScalarRow? row) ? null : category switch
    {
        DTypeCategory.Float => row.Float,
        DTypeCategory.Integer => row.Integer,
        _ => row.Bool,
    };

    private static ScalarRow Real(ScalarOp op, EmitLanes emit) => new(op, emit, null, null);

    private static ScalarRow Bits(ScalarOp op, EmitLanes emit) => new(op, null, emit, emit);

    private static ScalarRow Compare(ScalarOp op, LLVMRealPredicate real, LLVMIntPredicate signed, LLVMIntPredicate unsigned) => new(
        op,
        (c, x) => c.B.BuildFCmp(real, x[0], x[1]),
        (c, x) => c.B.BuildICmp(c.Signed ? signed : unsigned, x[0], x[1]),
        (c, x) => c.B.BuildICmp(unsigned, x[0], x[1]));
}
