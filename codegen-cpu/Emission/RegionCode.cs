using System.Collections.Immutable;
using DlAot.CodeGen.Cpu.Analysis;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// A region: its kernels one after the other. Each sees a frame in which buffers and symbols are its own, so that equal kernels are one
/// function. The kernels come in a table, so that all levels share the region.
/// <code>
/// i32 region(frame, kernels):
///   own = copy of frame with room for the buffers and symbols of one kernel
///   for each call: own.buffers[i] = ...; own.symbols[i] = ...; if (kernels[k](own)) return 1
///   return 0
/// </code>
/// </summary>
internal static class RegionCode
{
    /// <summary><c>i32 region(RegionFrame*, kernels*)</c></summary>
    public static LLVMValueRef Define(LevelModule unit, int region, Plan plan, ImmutableArray<BoundKernel> calls) => unit.Shared(NameOf(region), name =>
    {
        using Code code = new(unit, name, TypeOf(unit), isInternal: false);
        Frame frame = new(code, code.Function.GetParam(0), plan);
        LLVMValueRef kernels = code.Function.GetParam(1);
        LLVMValueRef buffers = Room(code, unit.Pointer, calls.Max(c => c.Buffers.Length));
        LLVMValueRef symbols = Room(code, unit.I64, calls.Max(c => c.Symbols.Length + c.Scalars.Length));
        LLVMValueRef own = frame.CopyWith(buffers, symbols);
        foreach (BoundKernel call in calls)
        {
            Fill(code, buffers, unit.Pointer, call.Buffers.Select(frame.Buffer));
            Fill(code, symbols, unit.I64, call.Symbols.Select(frame.Symbol).Concat(call.Scalars.Select(frame.ScalarBits)));
            LLVMValueRef kernel = code.B.BuildLoad2(unit.Pointer, code.B.BuildGEP2(unit.Pointer, kernels, [code.I64(call.Kernel)]));
            LLVMValueRef status = code.B.BuildCall2(unit.Region, kernel, [own]);
            code.ReturnIf(code.B.BuildICmp(LLVMIntPredicate.LLVMIntNE, status, code.I32(0)), code.I32(1));
        }

        code.B.BuildRet(code.I32(0));
        return code.Function;
    });

    /// <summary><c>i32 region(RegionFrame*)</c> with the kernels of one level.</summary>
    public static LLVMValueRef DefineEntry(LevelModule unit, int region, LLVMValueRef kernels)
    {
        using Code code = new(unit, NameOf(region) + unit.Level.Suffix, unit.Region);
        code.B.BuildRet(code.B.BuildCall2(TypeOf(unit), Declare(unit, region), [code.Function.GetParam(0), kernels]));
        return code.Function;
    }

    private static LLVMValueRef Declare(LevelModule unit, int region) => unit.Shared(NameOf(region), name => unit.DeclareHidden(name, TypeOf(unit)));

    private static string NameOf(int region) => $"dlaot_r{region}";

    private static LLVMTypeRef TypeOf(LevelModule unit) => LLVMTypeRef.CreateFunction(unit.I32, [unit.Pointer, unit.Pointer]);

    private static LLVMValueRef Room(Code code, LLVMTypeRef type, int count) => code.Local(LLVMTypeRef.CreateArray2(type, (ulong)Math.Max(1, count)), 8);

    private static void Fill(Code code, LLVMValueRef array, LLVMTypeRef type, IEnumerable<LLVMValueRef> values)
    {
        foreach ((int i, LLVMValueRef value) in values.ToArray().Index())
        {
            code.B.BuildStore(value, code.B.BuildGEP2(type, array, [code.I64(i)]));
        }
    }
}
