namespace LLVMSharp.Interop;

public readonly unsafe record struct LLVMTypeRef(nint Handle)
{
    public LLVMContextRef Context => Native.LLVMGetTypeContext(this);
    public LLVMTypeKind Kind => Native.LLVMGetTypeKind(this);
    public uint IntWidth => Native.LLVMGetIntTypeWidth(this);
    public LLVMTypeRef ElementType => Native.LLVMGetElementType(this);
    public LLVMTypeRef ReturnType => Native.LLVMGetReturnType(this);
    public uint VectorSize => Native.LLVMGetVectorSize(this);
    public ulong ArrayLength => Native.LLVMGetArrayLength2(this);
    public LLVMValueRef Undef => Native.LLVMGetUndef(this);
    public LLVMValueRef Poison => Native.LLVMGetPoison(this);

    public static LLVMTypeRef CreateFunction(LLVMTypeRef ReturnType, ReadOnlySpan<LLVMTypeRef> ParamTypes, bool IsVarArg = false)
    {
        fixed (LLVMTypeRef* p = ParamTypes)
            return Native.LLVMFunctionType(ReturnType, p, (uint)ParamTypes.Length, IsVarArg ? 1 : 0);
    }

    public static LLVMTypeRef CreateVector(LLVMTypeRef ElementType, uint ElementCount) => Native.LLVMVectorType(ElementType, ElementCount);
    public static LLVMTypeRef CreateArray2(LLVMTypeRef ElementType, ulong ElementCount) => Native.LLVMArrayType2(ElementType, ElementCount);

    public override string ToString() => Handle == 0 ? "" : NativeText.TakeMessage(Native.LLVMPrintTypeToString(this));
}
