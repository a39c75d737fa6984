using System.Text;

namespace LLVMSharp.Interop;

public readonly unsafe record struct LLVMValueRef(nint Handle)
{
    public LLVMTypeRef TypeOf => Native.LLVMTypeOf(this);
    public LLVMValueKind Kind => Native.LLVMGetValueKind(this);
    public bool IsConstant => Native.LLVMIsConstant(this) != 0;
    public bool IsDeclaration => Native.LLVMIsDeclaration(this) != 0;
    public bool IsAInstruction => Native.LLVMIsAInstruction(this).Handle != 0;
    public uint IntrinsicID => Native.LLVMGetIntrinsicID(this);
    public LLVMModuleRef GlobalParent => Native.LLVMGetGlobalParent(this);
    public LLVMTypeRef GlobalValueType => Native.LLVMGlobalGetValueType(this);
    public LLVMBasicBlockRef EntryBasicBlock => Native.LLVMGetEntryBasicBlock(this);
    public LLVMValueRef NextFunction => Native.LLVMGetNextFunction(this);
    public uint ParamsCount => Native.LLVMCountParams(this);
    public uint OperandCount => Native.LLVMGetNumOperands(this);

    public string Name
    {
        get => NativeText.Borrow(Native.LLVMGetValueName2(this, out _));
        set => Native.LLVMSetValueName2(this, value, (nuint)Encoding.UTF8.GetByteCount(value));
    }

    public LLVMLinkage Linkage
    {
        get => Native.LLVMGetLinkage(this);
        set => Native.LLVMSetLinkage(this, value);
    }

    public LLVMVisibility Visibility
    {
        get => Native.LLVMGetVisibility(this);
        set => Native.LLVMSetVisibility(this, value);
    }

    public LLVMUnnamedAddr UnnamedAddr { set => Native.LLVMSetUnnamedAddress(this, value); }
    public LLVMDLLStorageClass DLLStorageClass { set => Native.LLVMSetDLLStorageClass(this, value); }
    public string Section { set => Native.LLVMSetSection(this, value); }
    public uint FunctionCallConv { set => Native.LLVMSetFunctionCallConv(this, value); }

    public LLVMValueRef Initializer
    {
        get => Native.LLVMGetInitializer(this);
        set => Native.LLVMSetInitializer(this, value);
    }

    public bool IsGlobalConstant
    {
        get => Native.LLVMIsGlobalConstant(this) != 0;
        set => Native.LLVMSetGlobalConstant(this, value ? 1 : 0);
    }

    public uint Alignment
    {
        get => Native.LLVMGetAlignment(this);
        set => Native.LLVMSetAlignment(this, value);
    }

    public bool Volatile { set => Native.LLVMSetVolatile(this, value ? 1 : 0); }

    public static LLVMValueRef CreateConstNull(LLVMTypeRef Ty) => Native.LLVMConstNull(Ty);
    public static LLVMValueRef CreateConstAllOnes(LLVMTypeRef Ty) => Native.LLVMConstAllOnes(Ty);
    public static LLVMValueRef CreateConstInt(LLVMTypeRef IntTy, ulong N, bool SignExtend = false) => Native.LLVMConstInt(IntTy, N, SignExtend ? 1 : 0);

    public static LLVMValueRef CreateConstIntOfArbitraryPrecision(LLVMTypeRef IntTy, ReadOnlySpan<ulong> Words)
    {
        fixed (ulong* p = Words)
            return Native.LLVMConstIntOfArbitraryPrecision(IntTy, (uint)Words.Length, p);
    }

    public static LLVMValueRef CreateConstReal(LLVMTypeRef RealTy, double N) => Native.LLVMConstReal(RealTy, N);
    public static LLVMValueRef CreateConstBitCast(LLVMValueRef ConstantVal, LLVMTypeRef ToType) => Native.LLVMConstBitCast(ConstantVal, ToType);

    public static LLVMValueRef CreateConstVector(ReadOnlySpan<LLVMValueRef> ScalarConstantVals)
    {
        fixed (LLVMValueRef* p = ScalarConstantVals)
            return Native.LLVMConstVector(p, (uint)ScalarConstantVals.Length);
    }

    public static LLVMValueRef CreateConstArray(LLVMTypeRef ElementTy, ReadOnlySpan<LLVMValueRef> ConstantVals)
    {
        fixed (LLVMValueRef* p = ConstantVals)
            return Native.LLVMConstArray2(ElementTy, p, (ulong)ConstantVals.Length);
    }

    public LLVMValueRef GetParam(uint Index) => Native.LLVMGetParam(this, Index);
    public LLVMValueRef GetOperand(uint Index) => Native.LLVMGetOperand(this, Index);
    public LLVMBasicBlockRef AppendBasicBlock(string Name) => Native.LLVMAppendBasicBlockInContext(TypeOf.Context, this, Name);

    public void AddIncoming(ReadOnlySpan<LLVMValueRef> IncomingValues, ReadOnlySpan<LLVMBasicBlockRef> IncomingBlocks, uint Count)
    {
        fixed (LLVMValueRef* values = IncomingValues)
        fixed (LLVMBasicBlockRef* blocks = IncomingBlocks)
            Native.LLVMAddIncoming(this, values, blocks, Count);
    }

    public void AddCase(LLVMValueRef OnVal, LLVMBasicBlockRef Dest) => Native.LLVMAddCase(this, OnVal, Dest);
    public void AddAttributeAtIndex(LLVMAttributeIndex Idx, LLVMAttributeRef A) => Native.LLVMAddAttributeAtIndex(this, Idx, A);

    public LLVMAttributeRef[] GetAttributesAtIndex(LLVMAttributeIndex Idx)
    {
        LLVMAttributeRef[] attributes = new LLVMAttributeRef[Native.LLVMGetAttributeCountAtIndex(this, Idx)];
        fixed (LLVMAttributeRef* p = attributes)
            Native.LLVMGetAttributesAtIndex(this, Idx, p);
        return attributes;
    }

    public void AddCallSiteAttribute(LLVMAttributeIndex Idx, LLVMAttributeRef A) => Native.LLVMAddCallSiteAttribute(this, Idx, A);
    public void SetMetadata(uint KindID, LLVMValueRef Node) => Native.LLVMSetMetadata(this, KindID, Node);
    public void ReplaceAllUsesWith(LLVMValueRef NewVal) => Native.LLVMReplaceAllUsesWith(this, NewVal);
    public bool VerifyFunction(LLVMVerifierFailureAction Action) => Native.LLVMVerifyFunction(this, Action) == 0;
    public LLVMMetadataRef ValueAsMetadata() => Native.LLVMValueAsMetadata(this);

    public override string ToString() => Handle == 0 ? "" : NativeText.TakeMessage(Native.LLVMPrintValueToString(this));
}
