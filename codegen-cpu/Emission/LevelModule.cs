using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>The LLVM module of one instruction set level, its types, and the functions that several kernels share.</summary>
internal sealed class LevelModule : IDisposable
{
    private readonly LlvmSession session = new();
    private readonly Dictionary<string, LLVMValueRef> shared = new(StringComparer.Ordinal);

    public LevelModule(TargetPlatform platform, IsaLevel level)
    {
        Platform = platform;
        Level = level;
        Module = session.Context.CreateModuleWithName("dlaot" + level.Suffix);
        Pointer = Context.GetPointerType();
        Body = LLVMTypeRef.CreateFunction(Context.VoidType, [Pointer, I64, I64]);
        Region = LLVMTypeRef.CreateFunction(I32, [Pointer]);
    }

    public TargetPlatform Platform { get; }

    public IsaLevel Level { get; }

    public LLVMContextRef Context => session.Context;

    public LLVMModuleRef Module { get; }

    public LLVMTypeRef I1 => Context.Int1Type;

    public LLVMTypeRef I8 => Context.Int8Type;

    public LLVMTypeRef I16 => Context.Int16Type;

    public LLVMTypeRef I32 => Context.Int32Type;

    public LLVMTypeRef I64 => Context.Int64Type;

    public LLVMTypeRef F32 => Context.FloatType;

    public LLVMTypeRef F64 => Context.DoubleType;

    public LLVMTypeRef Pointer { get; }

    /// <summary><c>void body(RegionFrame*, i64 begin, i64 end)</c></summary>
    public LLVMTypeRef Body { get; }

    /// <summary><c>i32 region(RegionFrame*)</c></summary>
    public LLVMTypeRef Region { get; }

    /// <summary>The type that a value of this dtype is computed in: halves are f32 values that a half can represent, bool is i1.</summary>
    public LLVMTypeRef Computed(DType type) => type switch
    {
        DType.Bool => I1,
        DType.F16 or DType.BF16 or DType.F32 => F32,
        DType.F64 => F64,
        _ => Context.GetIntType((uint)type.Size() * 8),
    };

    /// <summary>The type that an element of this dtype has in memory.</summary>
    public LLVMTypeRef Stored(DType type) => type switch
    {
        DType.F32 => F32,
        DType.F64 => F64,
        _ => Context.GetIntType((uint)type.Size() * 8),
    };

    /// <summary>The type of <paramref name="lanes"/> values; 1 is the scalar itself.</summary>
    public static LLVMTypeRef Lanes(LLVMTypeRef element, int lanes) => lanes == 1 ? element : LLVMTypeRef.CreateVector(element, (uint)lanes);

    /// <summary>Sixteen zero bytes: where a load reads that its predicate turns off.</summary>
    public LLVMValueRef Zeros => Shared("dlaot_zeros", name =>
    {
        LLVMTypeRef type = LLVMTypeRef.CreateArray2(I64, 2);
        LLVMValueRef zeros = Module.AddGlobal(type, name);
        zeros.Initializer = LLVMValueRef.CreateConstNull(type);
        zeros.IsGlobalConstant = true;
        zeros.Linkage = LLVMLinkage.LLVMInternalLinkage;
        return zeros;
    });

    /// <summary>A function or constant of this module that is made when first asked for.</summary>
    public LLVMValueRef Shared(string name, Func<string, LLVMValueRef> make)
    {
        if (!shared.TryGetValue(name, out LLVMValueRef function))
        {
            shared[name] = function = make(name);
        }

        return function;
    }

    /// <summary>A function of another module of the library.</summary>
    public LLVMValueRef DeclareHidden(string name, LLVMTypeRef type)
    {
        LLVMValueRef function = Module.AddFunction(name, type);
        function.Visibility = LLVMVisibility.LLVMHiddenVisibility;
        return function;
    }

    public void Dispose()
    {
        Module.Dispose();
        session.Dispose();
    }
}
