using System.Text;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>What the emitters need beside the plain binding: intrinsics, attributes, splats, aligned access, metadata.</summary>
public static unsafe class LlvmExtensions
{
    /// <summary>True for a vector type.</summary>
    public static bool IsVector(this LLVMTypeRef type) => type.Kind == LLVMTypeKind.LLVMVectorTypeKind;

    /// <summary>The element type of a vector, or the type itself.</summary>
    public static LLVMTypeRef ScalarType(this LLVMTypeRef type) => type.IsVector() ? type.ElementType : type;

    /// <summary>The lanes of a vector, 1 for a scalar.</summary>
    public static uint LaneCount(this LLVMTypeRef type) => type.IsVector() ? type.VectorSize : 1;

    /// <summary>A type with the lanes of this one and another element type.</summary>
    public static LLVMTypeRef WithElement(this LLVMTypeRef type, LLVMTypeRef element) =>
        type.IsVector() ? LLVMTypeRef.CreateVector(element, type.VectorSize) : element;

    /// <summary>A constant in every lane; integers are sign-extended from 64 bits.</summary>
    public static LLVMValueRef ConstInt(this LLVMTypeRef type, long value) =>
        Splat(type, LLVMValueRef.CreateConstInt(type.ScalarType(), (ulong)value, SignExtend: true));

    /// <summary>A constant in every lane, rounded to the element type.</summary>
    public static LLVMValueRef ConstReal(this LLVMTypeRef type, double value) => Splat(type, LLVMValueRef.CreateConstReal(type.ScalarType(), value));

    private static LLVMValueRef Splat(LLVMTypeRef type, LLVMValueRef constant)
    {
        if (!type.IsVector())
            return constant;
        LLVMValueRef[] lanes = new LLVMValueRef[type.VectorSize];
        Array.Fill(lanes, constant);
        return LLVMValueRef.CreateConstVector(lanes);
    }

    /// <summary>A scalar in every lane of a vector of <paramref name="lanes"/>; 1 gives the scalar back.</summary>
    public static LLVMValueRef BuildSplat(this LLVMBuilderRef b, LLVMValueRef scalar, uint lanes)
    {
        if (lanes == 1)
            return scalar;
        LLVMTypeRef type = LLVMTypeRef.CreateVector(scalar.TypeOf, lanes);
        LLVMTypeRef i32 = scalar.TypeOf.Context.Int32Type;
        LLVMValueRef first = b.BuildInsertElement(type.Poison, scalar, LLVMValueRef.CreateConstInt(i32, 0));
        return b.BuildShuffleVector(first, type.Poison, LLVMValueRef.CreateConstNull(LLVMTypeRef.CreateVector(i32, lanes)));
    }

    public static LLVMModuleRef CurrentModule(this LLVMBuilderRef b) => b.InsertBlock.Parent.GlobalParent;

    /// <summary>The declaration of an intrinsic in a module, and its function type.</summary>
    /// <param name="overloads">The overloaded types of its name, in order (<c>llvm.fma.v8f32</c>: one, <c>&lt;8 x float&gt;</c>).</param>
    /// <exception cref="LlvmException">LLVM has no intrinsic of that name.</exception>
    public static (LLVMValueRef Function, LLVMTypeRef Type) GetIntrinsic(this LLVMModuleRef module, string name, params ReadOnlySpan<LLVMTypeRef> overloads)
    {
        uint id = Native.LLVMLookupIntrinsicID(name, (nuint)Encoding.UTF8.GetByteCount(name));
        if (id == 0)
            throw new LlvmException("declare an intrinsic", $"there is no intrinsic '{name}'");
        fixed (LLVMTypeRef* p = overloads)
            return (Native.LLVMGetIntrinsicDeclaration(module, id, p, (nuint)overloads.Length),
                    Native.LLVMIntrinsicGetType(module.Context, id, p, (nuint)overloads.Length));
    }

    /// <summary>Calls an intrinsic with the given overloaded types.</summary>
    public static LLVMValueRef BuildIntrinsic(this LLVMBuilderRef b, string name, ReadOnlySpan<LLVMTypeRef> overloads, params ReadOnlySpan<LLVMValueRef> arguments)
    {
        (LLVMValueRef function, LLVMTypeRef type) = b.CurrentModule().GetIntrinsic(name, overloads);
        return b.BuildCall2(type, function, arguments);
    }

    /// <summary>Calls an intrinsic that is overloaded on the type of its first operand only (<c>llvm.sqrt</c>, <c>llvm.fma</c>).</summary>
    public static LLVMValueRef BuildIntrinsic(this LLVMBuilderRef b, string name, params ReadOnlySpan<LLVMValueRef> arguments) =>
        b.BuildIntrinsic(name, [arguments[0].TypeOf], arguments);

    /// <summary><c>x * y + z</c>, rounded once where the target has a fast FMA and twice where it has not.</summary>
    public static LLVMValueRef BuildFMulAdd(this LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y, LLVMValueRef z) => b.BuildIntrinsic("llvm.fmuladd", x, y, z);

    /// <summary><c>x * y + z</c>, rounded once on every target: a libm call without FMA hardware, so only for levels that have it.</summary>
    public static LLVMValueRef BuildFma(this LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y, LLVMValueRef z) => b.BuildIntrinsic("llvm.fma", x, y, z);

    /// <summary>Sets fast-math flags where the instruction can have them; nothing has any by default.</summary>
    public static LLVMValueRef WithFastMath(this LLVMValueRef value, LLVMFastMathFlags flags)
    {
        if (value.IsAInstruction && Native.LLVMCanValueUseFastMathFlags(value) != 0)
            Native.LLVMSetFastMathFlags(value, flags);
        return value;
    }

    public static LLVMValueRef BuildAlignedLoad(this LLVMBuilderRef b, LLVMTypeRef type, LLVMValueRef pointer, uint alignment)
    {
        LLVMValueRef load = b.BuildLoad2(type, pointer);
        load.Alignment = alignment;
        return load;
    }

    public static LLVMValueRef BuildAlignedStore(this LLVMBuilderRef b, LLVMValueRef value, LLVMValueRef pointer, uint alignment)
    {
        LLVMValueRef store = b.BuildStore(value, pointer);
        store.Alignment = alignment;
        return store;
    }

    /// <summary>Loads the lanes whose <paramref name="mask"/> (a vector of i1) is set; the others are <paramref name="otherwise"/> and touch no memory.</summary>
    public static LLVMValueRef BuildMaskedLoad(this LLVMBuilderRef b, LLVMValueRef pointer, uint alignment, LLVMValueRef mask, LLVMValueRef otherwise) =>
        b.BuildIntrinsic("llvm.masked.load", [otherwise.TypeOf, pointer.TypeOf], pointer, Int32(pointer, alignment), mask, otherwise);

    /// <summary>Stores the lanes whose <paramref name="mask"/> is set; the others touch no memory.</summary>
    public static LLVMValueRef BuildMaskedStore(this LLVMBuilderRef b, LLVMValueRef value, LLVMValueRef pointer, uint alignment, LLVMValueRef mask) =>
        b.BuildIntrinsic("llvm.masked.store", [value.TypeOf, pointer.TypeOf], value, pointer, Int32(pointer, alignment), mask);

    /// <summary>Loads each lane from its own pointer where <paramref name="mask"/> is set.</summary>
    public static LLVMValueRef BuildMaskedGather(this LLVMBuilderRef b, LLVMValueRef pointers, uint alignment, LLVMValueRef mask, LLVMValueRef otherwise) =>
        b.BuildIntrinsic("llvm.masked.gather", [otherwise.TypeOf, pointers.TypeOf], pointers, Int32(pointers, alignment), mask, otherwise);

    private static LLVMValueRef Int32(LLVMValueRef any, uint value) => LLVMValueRef.CreateConstInt(any.TypeOf.Context.Int32Type, value);

    /// <summary>Adds an attribute of LLVM's own (<c>nounwind</c>, <c>noinline</c>, <c>alwaysinline</c>, <c>memory</c>...) to a function.</summary>
    public static void AddFunctionAttribute(this LLVMValueRef function, string name, ulong value = 0) =>
        function.AddAttributeAtIndex(LLVMAttributeIndex.LLVMAttributeFunctionIndex, EnumAttribute(function, name, value));

    /// <summary>Adds a textual attribute (<c>target-cpu</c>, <c>target-features</c>, <c>no-builtins</c>...) to a function.</summary>
    public static void AddFunctionAttribute(this LLVMValueRef function, string key, string value) =>
        function.AddAttributeAtIndex(LLVMAttributeIndex.LLVMAttributeFunctionIndex, function.TypeOf.Context.CreateStringAttribute(key, value));

    /// <summary>Adds an attribute (<c>noalias</c>, <c>nonnull</c>, <c>readonly</c>, <c>align</c>, <c>dereferenceable</c>...) to a parameter.</summary>
    public static void AddParameterAttribute(this LLVMValueRef function, uint parameter, string name, ulong value = 0) =>
        function.AddAttributeAtIndex(LLVMAttributeIndex.LLVMAttributeFirstParamIndex + parameter, EnumAttribute(function, name, value));

    private static LLVMAttributeRef EnumAttribute(LLVMValueRef function, string name, ulong value)
    {
        uint kind = Native.LLVMGetEnumAttributeKindForName(name, (nuint)Encoding.UTF8.GetByteCount(name));
        return kind != 0
            ? function.TypeOf.Context.CreateEnumAttribute(kind, value)
            : throw new LlvmException("add an attribute", $"there is no attribute '{name}'");
    }
}
