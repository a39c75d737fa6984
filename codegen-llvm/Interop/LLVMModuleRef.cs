using System.Text;

namespace LLVMSharp.Interop;

// Not a record: records may not have a Clone of their own.
public readonly unsafe struct LLVMModuleRef(nint handle) : IDisposable
{
    public nint Handle { get; } = handle;

    public LLVMContextRef Context => Native.LLVMGetModuleContext(this);

    public string Target
    {
        get => NativeText.Borrow(Native.LLVMGetTarget(this));
        set => Native.LLVMSetTarget(this, value);
    }

    public string DataLayout
    {
        get => NativeText.Borrow(Native.LLVMGetDataLayoutStr(this));
        set => Native.LLVMSetDataLayout(this, value);
    }

    public string SourceFileName
    {
        set => Native.LLVMSetSourceFileName(this, value, (nuint)Encoding.UTF8.GetByteCount(value));
    }

    public LLVMValueRef FirstFunction => Native.LLVMGetFirstFunction(this);

    public LLVMValueRef AddFunction(string Name, LLVMTypeRef FunctionTy) => Native.LLVMAddFunction(this, Name, FunctionTy);

    /// <summary>The function of that name, or a value whose <c>Handle</c> is zero.</summary>
    public LLVMValueRef GetNamedFunction(string Name) => Native.LLVMGetNamedFunction(this, Name);

    public LLVMValueRef AddGlobal(LLVMTypeRef Ty, string Name) => Native.LLVMAddGlobal(this, Ty, Name);

    public LLVMValueRef AddGlobalInAddressSpace(LLVMTypeRef Ty, string Name, uint AddressSpace) =>
        Native.LLVMAddGlobalInAddressSpace(this, Ty, Name, AddressSpace);

    /// <summary>The global variable of that name, or a value whose <c>Handle</c> is zero.</summary>
    public LLVMValueRef GetNamedGlobal(string Name) => Native.LLVMGetNamedGlobal(this, Name);

    public void AddNamedMetadataOperand(string Name, LLVMValueRef Val) => Native.LLVMAddNamedMetadataOperand(this, Name, Val);

    public void AddModuleFlag(string FlagName, LLVMModuleFlagBehavior Behavior, LLVMMetadataRef ValAsMetadata) =>
        Native.LLVMAddModuleFlag(this, Behavior, FlagName, (nuint)Encoding.UTF8.GetByteCount(FlagName), ValAsMetadata);

    public bool TryVerify(LLVMVerifierFailureAction Action, out string OutMessage)
    {
        int failed = Native.LLVMVerifyModule(this, Action, out byte* message);
        OutMessage = NativeText.TakeMessage(message);
        return failed == 0;
    }

    public string PrintToString() => NativeText.TakeMessage(Native.LLVMPrintModuleToString(this));

    public LLVMModuleRef Clone() => Native.LLVMCloneModule(this);

    /// <summary>Moves everything of <paramref name="Src"/> (same context) into this module; <paramref name="Src"/> is gone afterwards.</summary>
    public bool LinkInModule(LLVMModuleRef Src) => Native.LLVMLinkModules2(this, Src) == 0;

    public void Dispose() => Native.LLVMDisposeModule(this);

    public override string ToString() => Handle == 0 ? "" : PrintToString();
}
