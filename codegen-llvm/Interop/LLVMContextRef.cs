using System.Text;

namespace LLVMSharp.Interop;

public readonly unsafe record struct LLVMContextRef(nint Handle) : IDisposable
{
    public static LLVMContextRef Create() => Native.LLVMContextCreate();

    public LLVMTypeRef VoidType => Native.LLVMVoidTypeInContext(this);
    public LLVMTypeRef Int1Type => GetIntType(1);
    public LLVMTypeRef Int8Type => GetIntType(8);
    public LLVMTypeRef Int16Type => GetIntType(16);
    public LLVMTypeRef Int32Type => GetIntType(32);
    public LLVMTypeRef Int64Type => GetIntType(64);
    public LLVMTypeRef HalfType => Native.LLVMHalfTypeInContext(this);
    public LLVMTypeRef BFloatType => Native.LLVMBFloatTypeInContext(this);
    public LLVMTypeRef FloatType => Native.LLVMFloatTypeInContext(this);
    public LLVMTypeRef DoubleType => Native.LLVMDoubleTypeInContext(this);
    public LLVMTypeRef MetadataType => Native.LLVMMetadataTypeInContext(this);

    public LLVMTypeRef GetIntType(uint NumBits) => Native.LLVMIntTypeInContext(this, NumBits);
    public LLVMTypeRef GetPointerType(uint AddressSpace = 0) => Native.LLVMPointerTypeInContext(this, AddressSpace);

    public LLVMTypeRef GetStructType(ReadOnlySpan<LLVMTypeRef> ElementTypes, bool Packed)
    {
        fixed (LLVMTypeRef* p = ElementTypes)
            return Native.LLVMStructTypeInContext(this, p, (uint)ElementTypes.Length, Packed ? 1 : 0);
    }

    public LLVMModuleRef CreateModuleWithName(string ModuleID) => Native.LLVMModuleCreateWithNameInContext(ModuleID, this);
    public LLVMBuilderRef CreateBuilder() => Native.LLVMCreateBuilderInContext(this);
    public LLVMBasicBlockRef AppendBasicBlock(LLVMValueRef Fn, string Name) => Native.LLVMAppendBasicBlockInContext(this, Fn, Name);

    public LLVMValueRef GetConstString(string Str, bool DontNullTerminate)
    {
        byte[] text = Encoding.UTF8.GetBytes(Str);
        fixed (byte* p = text)
            return Native.LLVMConstStringInContext2(this, p, (nuint)text.Length, DontNullTerminate ? 1 : 0);
    }

    public LLVMValueRef GetConstStruct(ReadOnlySpan<LLVMValueRef> ConstantVals, bool Packed)
    {
        fixed (LLVMValueRef* p = ConstantVals)
            return Native.LLVMConstStructInContext(this, p, (uint)ConstantVals.Length, Packed ? 1 : 0);
    }

    public LLVMAttributeRef CreateEnumAttribute(uint KindId, ulong Val) => Native.LLVMCreateEnumAttribute(this, KindId, Val);

    public LLVMAttributeRef CreateStringAttribute(string Key, string Value) => Native.LLVMCreateStringAttribute(
        this, Key, (uint)Encoding.UTF8.GetByteCount(Key), Value, (uint)Encoding.UTF8.GetByteCount(Value));

    public uint GetMDKindID(string Name) => Native.LLVMGetMDKindIDInContext(this, Name, (uint)Encoding.UTF8.GetByteCount(Name));
    public LLVMMetadataRef GetMDString(string Str) => Native.LLVMMDStringInContext2(this, Str, (nuint)Encoding.UTF8.GetByteCount(Str));

    public LLVMMetadataRef GetMDNode(ReadOnlySpan<LLVMMetadataRef> MDs)
    {
        fixed (LLVMMetadataRef* p = MDs)
            return Native.LLVMMDNodeInContext2(this, p, (nuint)MDs.Length);
    }

    public LLVMValueRef MetadataAsValue(LLVMMetadataRef MD) => Native.LLVMMetadataAsValue(this, MD);

    /// <summary>Parses textual IR or bitcode.</summary>
    /// <exception cref="DlAot.CodeGen.Llvm.LlvmException">The text is not valid IR.</exception>
    public LLVMModuleRef ParseIR(string Text, string Name = "text")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Text);
        fixed (byte* p = bytes)
        {
            LLVMMemoryBufferRef buffer = Native.LLVMCreateMemoryBufferWithMemoryRangeCopy(p, (nuint)bytes.Length, Name);
            if (Native.LLVMParseIRInContext(this, buffer, out LLVMModuleRef module, out byte* message) != 0) // takes the buffer
                throw new DlAot.CodeGen.Llvm.LlvmException("parse IR", NativeText.TakeMessage(message));
            return module;
        }
    }

    public void Dispose() => Native.LLVMContextDispose(this);
}
