using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Elementary functions on vectors of any lane count, cut into registers because that is what the instruction sequences are made for.</summary>
internal readonly struct LaneMath(Code code)
{
    private VectorMath Math => new(code.B, code.Unit.Level.Math);

    public LLVMValueRef Exp(LLVMValueRef x) => ByRegister(Math.Exp, x);

    public LLVMValueRef Expm1(LLVMValueRef x) => ByRegister(Math.Expm1, x);

    public LLVMValueRef Log(LLVMValueRef x) => ByRegister(Math.Log, x);

    public LLVMValueRef Log1p(LLVMValueRef x) => ByRegister(Math.Log1p, x);

    public LLVMValueRef Sin(LLVMValueRef x) => ByRegister(Math.Sin, x);

    public LLVMValueRef Cos(LLVMValueRef x) => ByRegister(Math.Cos, x);

    public LLVMValueRef Tanh(LLVMValueRef x) => ByRegister(Math.Tanh, x);

    public LLVMValueRef Erf(LLVMValueRef x) => ByRegister(Math.Erf, x);

    public LLVMValueRef Sigmoid(LLVMValueRef x) => ByRegister(Math.Sigmoid, x);

    public LLVMValueRef Pow(LLVMValueRef x, LLVMValueRef y)
    {
        VectorMath math = Math;
        return ByRegister((a, b) => math.Pow(a, b), x, y);
    }

    public LLVMValueRef Atan2(LLVMValueRef y, LLVMValueRef x) => ArcTangentCode.Emit(code, y, x);

    public LLVMValueRef Fmod(LLVMValueRef x, LLVMValueRef y) => RemainderCode.Emit(code, x, y);

    private LLVMValueRef ByRegister(Func<LLVMValueRef, LLVMValueRef> function, LLVMValueRef x) => ByRegister((a, _) => function(a), x, x);

    private LLVMValueRef ByRegister(Func<LLVMValueRef, LLVMValueRef, LLVMValueRef> function, LLVMValueRef x, LLVMValueRef y)
    {
        int lanes = (int)x.TypeOf.LaneCount();
        int register = code.Unit.Level.Lanes(x.TypeOf.ScalarType() == code.Unit.F64 ? 8 : 4);
        if (lanes <= register)
        {
            return function(x, y);
        }

        LLVMValueRef[] parts = new LLVMValueRef[lanes / register];
        for (int i = 0; i < parts.Length; i++)
        {
            LLVMValueRef a = Shuffles.Slice(code, x, i * register, register);
            parts[i] = function(a, x == y ? a : Shuffles.Slice(code, y, i * register, register));
        }

        return Shuffles.Concat(code, parts);
    }
}
