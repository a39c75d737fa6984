using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

// llvm-c/Target.h, TargetMachine.h, Transforms/PassBuilder.h of LLVM 19. One line a function.
internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial void LLVMInitializeX86TargetInfo();
    [LibraryImport(Library)] internal static partial void LLVMInitializeX86Target();
    [LibraryImport(Library)] internal static partial void LLVMInitializeX86TargetMC();
    [LibraryImport(Library)] internal static partial void LLVMInitializeX86AsmPrinter();
    [LibraryImport(Library)] internal static partial void LLVMInitializeX86AsmParser();
    [LibraryImport(Library)] internal static partial void LLVMInitializeAArch64TargetInfo();
    [LibraryImport(Library)] internal static partial void LLVMInitializeAArch64Target();
    [LibraryImport(Library)] internal static partial void LLVMInitializeAArch64TargetMC();
    [LibraryImport(Library)] internal static partial void LLVMInitializeAArch64AsmPrinter();
    [LibraryImport(Library)] internal static partial void LLVMInitializeAArch64AsmParser();
    [LibraryImport(Library)] internal static partial void LLVMInitializeNVPTXTargetInfo();
    [LibraryImport(Library)] internal static partial void LLVMInitializeNVPTXTarget();
    [LibraryImport(Library)] internal static partial void LLVMInitializeNVPTXTargetMC();
    [LibraryImport(Library)] internal static partial void LLVMInitializeNVPTXAsmPrinter();

    [LibraryImport(Library)] internal static partial byte* LLVMGetDefaultTargetTriple();
    [LibraryImport(Library)] internal static partial byte* LLVMGetHostCPUName();
    [LibraryImport(Library)] internal static partial byte* LLVMGetHostCPUFeatures();
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int LLVMGetTargetFromTriple(string triple, out LLVMTargetRef target, out byte* message);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMTargetMachineRef LLVMCreateTargetMachine(LLVMTargetRef target, string triple, string cpu, string features, LLVMCodeGenOptLevel level, LLVMRelocMode relocation, LLVMCodeModel codeModel);
    [LibraryImport(Library)] internal static partial void LLVMDisposeTargetMachine(LLVMTargetMachineRef machine);
    [LibraryImport(Library)] internal static partial LLVMTargetDataRef LLVMCreateTargetDataLayout(LLVMTargetMachineRef machine);
    [LibraryImport(Library)] internal static partial void LLVMSetModuleDataLayout(LLVMModuleRef module, LLVMTargetDataRef layout);
    [LibraryImport(Library)] internal static partial void LLVMDisposeTargetData(LLVMTargetDataRef layout);
    [LibraryImport(Library)] internal static partial ulong LLVMABISizeOfType(LLVMTargetDataRef layout, LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial byte* LLVMCopyStringRepOfTargetData(LLVMTargetDataRef layout);
    [LibraryImport(Library)] internal static partial int LLVMTargetMachineEmitToMemoryBuffer(LLVMTargetMachineRef machine, LLVMModuleRef module, LLVMCodeGenFileType type, out byte* message, out LLVMMemoryBufferRef buffer);
    [LibraryImport(Library)] internal static partial byte* LLVMGetBufferStart(LLVMMemoryBufferRef buffer);
    [LibraryImport(Library)] internal static partial nuint LLVMGetBufferSize(LLVMMemoryBufferRef buffer);
    [LibraryImport(Library)] internal static partial void LLVMDisposeMemoryBuffer(LLVMMemoryBufferRef buffer);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMMemoryBufferRef LLVMCreateMemoryBufferWithMemoryRangeCopy(byte* data, nuint length, string name);
    [LibraryImport(Library)] internal static partial int LLVMParseIRInContext(LLVMContextRef context, LLVMMemoryBufferRef buffer, out LLVMModuleRef module, out byte* message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint LLVMRunPasses(LLVMModuleRef module, string passes, LLVMTargetMachineRef machine, LLVMPassBuilderOptionsRef options);
    [LibraryImport(Library)] internal static partial LLVMPassBuilderOptionsRef LLVMCreatePassBuilderOptions();
    [LibraryImport(Library)] internal static partial void LLVMDisposePassBuilderOptions(LLVMPassBuilderOptionsRef options);
    [LibraryImport(Library)] internal static partial void LLVMPassBuilderOptionsSetVerifyEach(LLVMPassBuilderOptionsRef options, int value);
    [LibraryImport(Library)] internal static partial void LLVMPassBuilderOptionsSetLoopVectorization(LLVMPassBuilderOptionsRef options, int value);
    [LibraryImport(Library)] internal static partial void LLVMPassBuilderOptionsSetSLPVectorization(LLVMPassBuilderOptionsRef options, int value);
    [LibraryImport(Library)] internal static partial void LLVMPassBuilderOptionsSetLoopUnrolling(LLVMPassBuilderOptionsRef options, int value);
    [LibraryImport(Library)] internal static partial void LLVMPassBuilderOptionsSetLoopInterleaving(LLVMPassBuilderOptionsRef options, int value);
    [LibraryImport(Library)] internal static partial void LLVMPassBuilderOptionsSetMergeFunctions(LLVMPassBuilderOptionsRef options, int value);
}
