namespace LLVMSharp.Interop;

public readonly unsafe partial record struct LLVMBuilderRef(nint Handle) : IDisposable
{
    public LLVMBasicBlockRef InsertBlock => Native.LLVMGetInsertBlock(this);

    public void PositionAtEnd(LLVMBasicBlockRef Block) => Native.LLVMPositionBuilderAtEnd(this, Block);
    public void PositionBefore(LLVMValueRef Instr) => Native.LLVMPositionBuilderBefore(this, Instr);

    public LLVMValueRef BuildRetVoid() => Native.LLVMBuildRetVoid(this);
    public LLVMValueRef BuildRet(LLVMValueRef V) => Native.LLVMBuildRet(this, V);
    public LLVMValueRef BuildBr(LLVMBasicBlockRef Dest) => Native.LLVMBuildBr(this, Dest);
    public LLVMValueRef BuildCondBr(LLVMValueRef If, LLVMBasicBlockRef Then, LLVMBasicBlockRef Else) => Native.LLVMBuildCondBr(this, If, Then, Else);
    public LLVMValueRef BuildSwitch(LLVMValueRef V, LLVMBasicBlockRef Else, uint NumCases) => Native.LLVMBuildSwitch(this, V, Else, NumCases);
    public LLVMValueRef BuildUnreachable() => Native.LLVMBuildUnreachable(this);

    public LLVMValueRef BuildICmp(LLVMIntPredicate Op, LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildICmp(this, Op, LHS, RHS, Name);
    public LLVMValueRef BuildFCmp(LLVMRealPredicate Op, LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildFCmp(this, Op, LHS, RHS, Name);
    public LLVMValueRef BuildSelect(LLVMValueRef If, LLVMValueRef Then, LLVMValueRef Else, string Name = "") => Native.LLVMBuildSelect(this, If, Then, Else, Name);
    public LLVMValueRef BuildPhi(LLVMTypeRef Ty, string Name = "") => Native.LLVMBuildPhi(this, Ty, Name);

    public LLVMValueRef BuildAlloca(LLVMTypeRef Ty, string Name = "") => Native.LLVMBuildAlloca(this, Ty, Name);
    public LLVMValueRef BuildArrayAlloca(LLVMTypeRef Ty, LLVMValueRef Val, string Name = "") => Native.LLVMBuildArrayAlloca(this, Ty, Val, Name);
    public LLVMValueRef BuildLoad2(LLVMTypeRef Ty, LLVMValueRef PointerVal, string Name = "") => Native.LLVMBuildLoad2(this, Ty, PointerVal, Name);
    public LLVMValueRef BuildStore(LLVMValueRef Val, LLVMValueRef Ptr) => Native.LLVMBuildStore(this, Val, Ptr);

    public LLVMValueRef BuildAtomicRMW(LLVMAtomicRMWBinOp op, LLVMValueRef PTR, LLVMValueRef Val, LLVMAtomicOrdering ordering, bool singleThread) =>
        Native.LLVMBuildAtomicRMW(this, op, PTR, Val, ordering, singleThread ? 1 : 0);

    public LLVMValueRef BuildGEP2(LLVMTypeRef Ty, LLVMValueRef Pointer, ReadOnlySpan<LLVMValueRef> Indices, string Name = "")
    {
        fixed (LLVMValueRef* p = Indices)
            return Native.LLVMBuildGEP2(this, Ty, Pointer, p, (uint)Indices.Length, Name);
    }

    public LLVMValueRef BuildInBoundsGEP2(LLVMTypeRef Ty, LLVMValueRef Pointer, ReadOnlySpan<LLVMValueRef> Indices, string Name = "")
    {
        fixed (LLVMValueRef* p = Indices)
            return Native.LLVMBuildInBoundsGEP2(this, Ty, Pointer, p, (uint)Indices.Length, Name);
    }

    public LLVMValueRef BuildStructGEP2(LLVMTypeRef Ty, LLVMValueRef Pointer, uint Idx, string Name = "") => Native.LLVMBuildStructGEP2(this, Ty, Pointer, Idx, Name);

    public LLVMValueRef BuildCall2(LLVMTypeRef Ty, LLVMValueRef Fn, ReadOnlySpan<LLVMValueRef> Args, string Name = "")
    {
        fixed (LLVMValueRef* p = Args)
            return Native.LLVMBuildCall2(this, Ty, Fn, p, (uint)Args.Length, Name);
    }

    public LLVMValueRef BuildExtractElement(LLVMValueRef VecVal, LLVMValueRef Index, string Name = "") => Native.LLVMBuildExtractElement(this, VecVal, Index, Name);
    public LLVMValueRef BuildInsertElement(LLVMValueRef VecVal, LLVMValueRef EltVal, LLVMValueRef Index, string Name = "") => Native.LLVMBuildInsertElement(this, VecVal, EltVal, Index, Name);
    public LLVMValueRef BuildShuffleVector(LLVMValueRef V1, LLVMValueRef V2, LLVMValueRef Mask, string Name = "") => Native.LLVMBuildShuffleVector(this, V1, V2, Mask, Name);
    public LLVMValueRef BuildExtractValue(LLVMValueRef AggVal, uint Index, string Name = "") => Native.LLVMBuildExtractValue(this, AggVal, Index, Name);
    public LLVMValueRef BuildInsertValue(LLVMValueRef AggVal, LLVMValueRef EltVal, uint Index, string Name = "") => Native.LLVMBuildInsertValue(this, AggVal, EltVal, Index, Name);

    public void Dispose() => Native.LLVMDisposeBuilder(this);
}
