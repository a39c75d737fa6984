using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Parts of vectors.</summary>
internal static class Shuffles
{
    /// <summary>Lanes [start, start + count).</summary>
    public static LLVMValueRef Slice(Code code, LLVMValueRef x, int start, int count) =>
        count == 1
            ? code.B.BuildExtractElement(x, code.I32(start))
            : code.B.BuildShuffleVector(x, x.TypeOf.Poison, Mask(code, Enumerable.Range(start, count)));

    /// <summary>Vectors of equal length after each other; their number is a power of two.</summary>
    public static LLVMValueRef Concat(Code code, IReadOnlyList<LLVMValueRef> parts)
    {
        while (parts.Count > 1)
        {
            int lanes = (int)parts[0].TypeOf.LaneCount();
            parts = [.. parts.Chunk(2).Select(p => code.B.BuildShuffleVector(p[0], p[1], Mask(code, Enumerable.Range(0, lanes * 2))))];
        }

        return parts[0];
    }

    /// <summary>Lanes of two vectors by number, those of <paramref name="b"/> after those of <paramref name="a"/>.</summary>
    public static LLVMValueRef Pick(Code code, LLVMValueRef a, LLVMValueRef b, IEnumerable<int> lanes) => code.B.BuildShuffleVector(a, b, Mask(code, lanes));

    /// <summary>Folds lanes by halves until <paramref name="left"/> are left.</summary>
    public static LLVMValueRef Fold(Code code, LLVMValueRef x, Func<LLVMValueRef, LLVMValueRef, LLVMValueRef> combine, int left = 1)
    {
        for (int lanes = (int)x.TypeOf.LaneCount(); lanes > left; lanes /= 2)
        {
            x = combine(Slice(code, x, 0, lanes / 2), Slice(code, x, lanes / 2, lanes / 2));
        }

        return x;
    }

    private static LLVMValueRef Mask(Code code, IEnumerable<int> lanes) => LLVMValueRef.CreateConstVector([.. lanes.Select(i => code.I32(i))]);
}
