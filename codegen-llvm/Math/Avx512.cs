using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>
/// The AVX-512 instructions that split and join exponents, for any lane count: others than 128, 256 and 512 bits are padded
/// or cut, so that a lane has the same result whatever vector it is in.
/// </summary>
internal static class Avx512
{
    // getmant: mantissa in [3/4, 3/2), NaN for negative numbers. Intel SDM, VGETMANTPS.
    private const int MantissaAroundOne = 0b10_11;
    private const int CurrentRounding = 4;

    /// <summary><c>x 2^floor(n)</c>, rounded once, with overflow and denormal results.</summary>
    internal static Lanes Scale(Lanes x, Lanes n) => Call(x, "llvm.x86.avx512.mask.scalef", x.Value, n.Value, x.Value);

    /// <summary>The exponent of x as a floating-point integer: -inf for 0, inf for inf, correct for denormal numbers.</summary>
    internal static Lanes Exponent(Lanes x) => Call(x, "llvm.x86.avx512.mask.getexp", x.Value, x.Value);

    /// <summary>x with the exponent that brings it into [3/4, 3/2); 1 for 0 and inf; NaN for negative numbers.</summary>
    internal static Lanes Mantissa(Lanes x) =>
        Call(x, "llvm.x86.avx512.mask.getmant", x.Value, LLVMValueRef.CreateConstInt(x.Type.Context.Int32Type, MantissaAroundOne), x.Value);

    /// <summary>1 / x to 14 bits.</summary>
    internal static Lanes Reciprocal(Lanes x) => Call(x, "llvm.x86.avx512.rcp14", rounding: false, x.Value, x.Value);

    private static uint Width(Lanes x) => x.IsDouble ? 64u : 32u;

    private static Lanes Call(Lanes x, string name, params LLVMValueRef[] arguments) => Call(x, name, rounding: true, arguments);

    private static Lanes Call(Lanes x, string name, bool rounding, params LLVMValueRef[] arguments)
    {
        uint most = 512 / Width(x), lanes = System.Math.Max(128 / Width(x), System.Numerics.BitOperations.RoundUpToPowerOf2(x.Count));
        if (x.Count == lanes && lanes <= most)
            return CallRegister(x, name, rounding, arguments);
        lanes = System.Math.Min(lanes, most);
        LLVMValueRef result = x.Type.Poison;
        for (uint first = 0; first < x.Count; first += lanes)
        {
            Lanes part = CallRegister(Slice(x, x.Value, first, lanes), name, rounding, [.. arguments.Select(a => IsLanes(a) ? Slice(x, a, first, lanes).Value : a)]);
            result = Insert(x, result, part, first);
        }
        return new(x.B, result);

        bool IsLanes(LLVMValueRef argument) => argument.TypeOf == x.Type;
    }

    // Only the 512-bit forms can override the rounding mode, and have an operand for it.
    private static Lanes CallRegister(Lanes x, string name, bool rounding, LLVMValueRef[] arguments)
    {
        LLVMContextRef context = x.Type.Context;
        uint bits = x.Count * Width(x);
        LLVMValueRef allLanes = LLVMValueRef.CreateConstAllOnes(context.GetIntType(System.Math.Max(8, x.Count)));
        List<LLVMValueRef> operands = [.. arguments, allLanes];
        if (rounding && bits == 512)
            operands.Add(LLVMValueRef.CreateConstInt(context.Int32Type, CurrentRounding));
        return new(x.B, x.B.BuildIntrinsic($"{name}.{(x.IsDouble ? "pd" : "ps")}.{bits}", [], operands.ToArray()));
    }

    private static Lanes Slice(Lanes x, LLVMValueRef value, uint first, uint lanes)
    {
        LLVMTypeRef i32 = x.Type.Context.Int32Type, type = LLVMTypeRef.CreateVector(x.Element, lanes);
        if (x.Count == 1)
            return new(x.B, x.B.BuildInsertElement(type.Poison, value, i32.ConstInt(0)));
        LLVMValueRef[] mask = [.. Enumerable.Range(0, (int)lanes).Select(i => first + i < x.Count ? i32.ConstInt(first + i) : i32.Poison)];
        return new(x.B, x.B.BuildShuffleVector(value, x.Type.Poison, LLVMValueRef.CreateConstVector(mask)));
    }

    private static LLVMValueRef Insert(Lanes x, LLVMValueRef whole, Lanes part, uint first)
    {
        LLVMTypeRef i32 = x.Type.Context.Int32Type;
        if (x.Count == 1)
            return x.B.BuildExtractElement(part.Value, i32.ConstInt(0));
        // The part in a vector of the whole's length, then the lanes of both.
        LLVMValueRef[] spread = [.. Enumerable.Range(0, (int)x.Count).Select(i => i >= first && i < first + part.Count ? i32.ConstInt(i - first) : i32.Poison)];
        LLVMValueRef wide = x.B.BuildShuffleVector(part.Value, part.Type.Poison, LLVMValueRef.CreateConstVector(spread));
        LLVMValueRef[] merge = [.. Enumerable.Range(0, (int)x.Count).Select(i => i32.ConstInt(i >= first && i < first + part.Count ? i + x.Count : i))];
        return x.B.BuildShuffleVector(whole, wide, LLVMValueRef.CreateConstVector(merge));
    }
}
