using DlAot.CodeGen.Llvm;

namespace LLVMSharp.Interop;

public readonly unsafe record struct LLVMTargetRef(nint Handle)
{
    public static string DefaultTriple => NativeText.TakeMessage(Native.LLVMGetDefaultTargetTriple());

    public static bool TryGetTargetFromTriple(string Triple, out LLVMTargetRef OutTarget, out string OutError)
    {
        int failed = Native.LLVMGetTargetFromTriple(Triple, out OutTarget, out byte* message);
        OutError = failed == 0 ? "" : NativeText.TakeMessage(message);
        return failed == 0;
    }

    public LLVMTargetMachineRef CreateTargetMachine(string triple, string cpu, string features, LLVMCodeGenOptLevel level, LLVMRelocMode reloc, LLVMCodeModel codeModel) =>
        Native.LLVMCreateTargetMachine(this, triple, cpu, features, level, reloc, codeModel);
}

public readonly unsafe record struct LLVMTargetMachineRef(nint Handle) : IDisposable
{
    public LLVMTargetDataRef CreateTargetDataLayout() => Native.LLVMCreateTargetDataLayout(this);

    /// <summary>The object file, or the UTF-8 assembly text, of <paramref name="Module"/>. Code generation changes the module: emit once.</summary>
    /// <exception cref="LlvmException">The target cannot select or emit the module.</exception>
    public byte[] EmitToMemory(LLVMModuleRef Module, LLVMCodeGenFileType FileType)
    {
        if (Native.LLVMTargetMachineEmitToMemoryBuffer(this, Module, FileType, out byte* message, out LLVMMemoryBufferRef buffer) != 0)
            throw new LlvmException("emit code", NativeText.TakeMessage(message));
        byte[] copy = new ReadOnlySpan<byte>(Native.LLVMGetBufferStart(buffer), checked((int)Native.LLVMGetBufferSize(buffer))).ToArray();
        Native.LLVMDisposeMemoryBuffer(buffer);
        return copy;
    }

    public void Dispose() => Native.LLVMDisposeTargetMachine(this);
}
