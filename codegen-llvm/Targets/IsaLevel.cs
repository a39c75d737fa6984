using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>What the emitters may assume of the processor beyond plain vectors.</summary>
/// <param name="Fma">Fused multiply-add is one fast instruction.</param>
/// <param name="Avx512">AVX-512 F/VL/DQ/BW: scalef, getexp, getmant, mask registers.</param>
public readonly record struct MathFeatures(bool Fma, bool Avx512)
{
    /// <summary>One lane a thread on an NVIDIA GPU.</summary>
    public static MathFeatures Nvptx => new(Fma: true, Avx512: false);
}

/// <summary>One instruction set level that a kernel library holds code for. The loader picks the highest that the processor has.</summary>
/// <param name="Name">Its public name.</param>
/// <param name="Suffix">Appended to the symbol of each kernel.</param>
/// <param name="Architecture">First part of the target triple.</param>
/// <param name="VectorBytes">Width of the widest vector register.</param>
/// <param name="VectorRegisters">Architectural vector registers.</param>
/// <param name="Cpu">LLVM's processor name.</param>
/// <param name="Features">LLVM's feature string.</param>
/// <param name="Math">What vector math may use.</param>
public sealed record IsaLevel(string Name, string Suffix, string Architecture, int VectorBytes, int VectorRegisters, string Cpu, string Features, MathFeatures Math)
{
    public static readonly IsaLevel X64V2 = new("x86-64-v2", "_v2", "x86_64", 16, 16, "x86-64-v2", "", new(Fma: false, Avx512: false));
    public static readonly IsaLevel X64V3 = new("x86-64-v3", "_v3", "x86_64", 32, 16, "x86-64-v3", "", new(Fma: true, Avx512: false));
    // LLVM tunes x86-64-v4 for the first AVX-512 processors, whose clock dropped with 512-bit vectors.
    public static readonly IsaLevel X64V4 = new("x86-64-v4", "_v4", "x86_64", 64, 32, "x86-64-v4", "-prefer-256-bit", new(Fma: true, Avx512: true));
    public static readonly IsaLevel Arm64 = new("armv8-a", "_neon", "aarch64", 16, 32, "generic", "+neon,+fp-armv8", new(Fma: true, Avx512: false));

    /// <summary>All levels; of one architecture, the lowest first.</summary>
    public static IReadOnlyList<IsaLevel> All { get; } = [X64V2, X64V3, X64V4, Arm64];

    /// <summary>Lanes of a full vector register for an element of that many bytes.</summary>
    public int Lanes(int elementBytes) => VectorBytes / elementBytes;

    /// <summary>Marks a function as code of this level: processor, freestanding, never unwinding.</summary>
    public void ApplyTo(LLVMValueRef function)
    {
        function.AddFunctionAttribute("target-cpu", Cpu);
        if (Features.Length > 0)
            function.AddFunctionAttribute("target-features", Features);
        function.AddFunctionAttribute("no-builtins", ""); // no loop may become a call of memset
        function.AddFunctionAttribute("no-stack-arg-probe", ""); // no __chkstk on Windows
        function.AddFunctionAttribute("nounwind");
    }
}
