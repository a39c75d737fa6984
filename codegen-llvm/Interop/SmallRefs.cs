namespace LLVMSharp.Interop;

public readonly record struct LLVMBasicBlockRef(nint Handle)
{
    public LLVMValueRef Parent => Native.LLVMGetBasicBlockParent(this);
    public LLVMValueRef Terminator => Native.LLVMGetBasicBlockTerminator(this);
    public LLVMValueRef FirstInstruction => Native.LLVMGetFirstInstruction(this);
}

public readonly record struct LLVMAttributeRef(nint Handle);

public readonly record struct LLVMMetadataRef(nint Handle);

public readonly record struct LLVMMemoryBufferRef(nint Handle);

public readonly unsafe record struct LLVMTargetDataRef(nint Handle) : IDisposable
{
    public ulong ABISizeOfType(LLVMTypeRef Ty) => Native.LLVMABISizeOfType(this, Ty);
    public override string ToString() => Handle == 0 ? "" : NativeText.TakeMessage(Native.LLVMCopyStringRepOfTargetData(this));
    public void Dispose() => Native.LLVMDisposeTargetData(this);
}

public readonly record struct LLVMPassBuilderOptionsRef(nint Handle) : IDisposable
{
    public static LLVMPassBuilderOptionsRef Create() => Native.LLVMCreatePassBuilderOptions();
    public void SetVerifyEach(bool VerifyEach) => Native.LLVMPassBuilderOptionsSetVerifyEach(this, VerifyEach ? 1 : 0);
    public void SetLoopVectorization(bool LoopVectorization) => Native.LLVMPassBuilderOptionsSetLoopVectorization(this, LoopVectorization ? 1 : 0);
    public void SetSLPVectorization(bool SLPVectorization) => Native.LLVMPassBuilderOptionsSetSLPVectorization(this, SLPVectorization ? 1 : 0);
    public void SetLoopUnrolling(bool LoopUnrolling) => Native.LLVMPassBuilderOptionsSetLoopUnrolling(this, LoopUnrolling ? 1 : 0);
    public void SetLoopInterleaving(bool LoopInterleaving) => Native.LLVMPassBuilderOptionsSetLoopInterleaving(this, LoopInterleaving ? 1 : 0);
    public void SetMergeFunctions(bool MergeFunctions) => Native.LLVMPassBuilderOptionsSetMergeFunctions(this, MergeFunctions ? 1 : 0);
    public void Dispose() => Native.LLVMDisposePassBuilderOptions(this);
}
