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
    private const int Bytes = 48;

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
        LLVMValueRef bits = ScalarBits(index);
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

    /// <summary>A host scalar as it was passed.</summary>
    public LLVMValueRef ScalarBits(int index) => Slot(plan.Symbols.Length + index);

    /// <summary>A frame of the function's own, for calls: the same threads, other buffers and symbols, no arena.</summary>
    public LLVMValueRef CopyWith(LLVMValueRef ownBuffers, LLVMValueRef ownSymbols)
    {
        LLVMValueRef copy = code.Local(LLVMTypeRef.CreateArray2(code.Unit.I64, Bytes / 8), 8);
        Store(0, ownBuffers);
        Store(8, ownSymbols);
        Store(16, LLVMValueRef.CreateConstNull(code.Unit.Pointer));
        for (int offset = 24; offset < Bytes; offset += 8)
        {
            Store(offset, Field(offset, code.Unit.I64));
        }

        return copy;

        void Store(long offset, LLVMValueRef value) => code.B.BuildStore(value, code.B.BuildGEP2(code.Unit.I8, copy, [code.I64(offset)]));
    }

    /// <summary>The value of a size symbol.</summary>
    public LLVMValueRef Symbol(string name)
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
