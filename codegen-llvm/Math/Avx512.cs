using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>The AVX-512 instructions that split and join exponents, for vectors of 128, 256 and 512 bits.</summary>
internal static class Avx512
{
    // getmant: mantissa in [3/4, 3/2), NaN for negative numbers. Intel SDM, VGETMANTPS.
    private const int MantissaAroundOne = 0b10_11;
    private const int CurrentRounding = 4;

    internal static bool Covers(Lanes x) => Bits(x) is 128 or 256 or 512;

    /// <summary><c>x 2^floor(n)</c>, rounded once, with overflow and denormal results.</summary>
    internal static Lanes Scale(Lanes x, Lanes n) => Call(x, "llvm.x86.avx512.mask.scalef", x.Value, n.Value, x.Value);

    /// <summary>The exponent of x as a floating-point integer: -inf for 0, inf for inf, correct for denormal numbers.</summary>
    internal static Lanes Exponent(Lanes x) => Call(x, "llvm.x86.avx512.mask.getexp", x.Value, x.Value);

    /// <summary>x with the exponent that brings it into [3/4, 3/2); 1 for 0 and inf; NaN for negative numbers.</summary>
    internal static Lanes Mantissa(Lanes x) =>
        Call(x, "llvm.x86.avx512.mask.getmant", x.Value, LLVMValueRef.CreateConstInt(x.Type.Context.Int32Type, MantissaAroundOne), x.Value);

    /// <summary>1 / x to 14 bits.</summary>
    internal static Lanes Reciprocal(Lanes x) => Call(x, "llvm.x86.avx512.rcp14", rounding: false, x.Value, x.Value);

    private static int Bits(Lanes x) => (int)x.Count * (x.IsDouble ? 64 : 32);

    private static Lanes Call(Lanes x, string name, params LLVMValueRef[] arguments) => Call(x, name, rounding: true, arguments);

    // Only the 512-bit forms can override the rounding mode, and have an operand for it.
    private static Lanes Call(Lanes x, string name, bool rounding, params LLVMValueRef[] arguments)
    {
        LLVMContextRef context = x.Type.Context;
        LLVMValueRef allLanes = LLVMValueRef.CreateConstAllOnes(context.GetIntType(System.Math.Max(8, x.Count)));
        List<LLVMValueRef> operands = [.. arguments, allLanes];
        if (rounding && Bits(x) == 512)
            operands.Add(LLVMValueRef.CreateConstInt(context.Int32Type, CurrentRounding));
        return new(x.B, x.B.BuildIntrinsic($"{name}.{(x.IsDouble ? "pd" : "ps")}.{Bits(x)}", [], operands.ToArray()));
    }
}
