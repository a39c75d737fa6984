using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// What a function sees of its call through the frame:
/// <code>struct RegionFrame { void** buffers; i64* symbols; void* arena; fn* parallel_for; void* pool; i32 threads; i32 status; }</code>
/// </summary>
internal sealed class Frame(Code code, LLVMValueRef pointer, Plan plan)
{
    private readonly Dictionary<int, LLVMValueRef> buffers = [];
    private readonly Dictionary<int, LLVMValueRef> symbols = [];
    private DimCode? dims;

    public LLVMValueRef Pointer { get; } = pointer;

    public DimCode Dims => dims ??= new DimCode(code, Symbol);

    public LLVMValueRef ParallelFor => Field(24, code.Unit.Pointer);

    public LLVMValueRef Threads => Field(40, code.Unit.I32);

    /// <summary>A host scalar in its computed form.</summary>
    public LLVMValueRef Scalar(int index, DType type)
    {
        LLVMValueRef bits = Slot(plan.Symbols.Length + index);
        return code.At(code.Entry, () =>
        {
            DType passed = plan.Scalars[index];
            LLVMValueRef value = passed.IsFloat() ? code.B.BuildBitCast(bits, code.Unit.F64) : bits;
            return Conversion.Emit(code, value, passed.IsFloat() ? DType.F64 : DType.I64, type);
        });
    }

    /// <summary>The data of a plan buffer.</summary>
    public LLVMValueRef Buffer(int id)
    {
        if (!buffers.TryGetValue(id, out LLVMValueRef data))
        {
            PlanBuffer buffer = plan.Buffers[id];
            buffers[id] = data = code.At(code.Entry, () => buffer.Kind == BufferKind.Arena
                ? code.B.BuildGEP2(code.Unit.I8, Field(16, code.Unit.Pointer), [Dims.Emit(buffer.Offset!)])
                : code.B.BuildLoad2(code.Unit.Pointer, code.B.BuildGEP2(code.Unit.Pointer, Field(0, code.Unit.Pointer), [code.I64(id)])));
        }

        return data;
    }

    private LLVMValueRef Symbol(string name)
    {
        int index = plan.Symbols.IndexOf(name);
        return index >= 0 ? Slot(index) : throw new InvalidOperationException($"plan {plan.Name} has no symbol {name}");
    }

    private LLVMValueRef Slot(int index)
    {
        if (!symbols.TryGetValue(index, out LLVMValueRef value))
        {
            symbols[index] = value = code.At(code.Entry, () =>
                code.B.BuildLoad2(code.Unit.I64, code.B.BuildGEP2(code.Unit.I64, Field(8, code.Unit.Pointer), [code.I64(index)])));
        }

        return value;
    }

    private LLVMValueRef Field(long offset, LLVMTypeRef type) =>
        code.B.BuildLoad2(type, code.B.BuildGEP2(code.Unit.I8, Pointer, [code.I64(offset)]));
}
