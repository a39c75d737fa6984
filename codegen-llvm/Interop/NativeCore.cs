using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

// llvm-c/Core.h of LLVM 19: contexts, types, constants, modules, globals, attributes, metadata. One line a function.
internal static unsafe partial class Native
{
    internal const string Library = "libLLVM";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, static (name, _, _) => DlAot.CodeGen.Llvm.LlvmLibrary.Resolve(name));

    [LibraryImport(Library)] internal static partial void LLVMGetVersion(out uint major, out uint minor, out uint patch);
    [LibraryImport(Library)] internal static partial void LLVMDisposeMessage(byte* message);
    [LibraryImport(Library)] internal static partial byte* LLVMGetErrorMessage(nint error);
    [LibraryImport(Library)] internal static partial void LLVMDisposeErrorMessage(byte* message);

    [LibraryImport(Library)] internal static partial LLVMContextRef LLVMContextCreate();
    [LibraryImport(Library)] internal static partial void LLVMContextDispose(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial void LLVMContextSetDiagnosticHandler(LLVMContextRef context, delegate* unmanaged<nint, nint, void> handler, nint state);
    [LibraryImport(Library)] internal static partial nint LLVMContextGetDiagnosticContext(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial byte* LLVMGetDiagInfoDescription(nint info);
    [LibraryImport(Library)] internal static partial LLVMDiagnosticSeverity LLVMGetDiagInfoSeverity(nint info);

    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMIntTypeInContext(LLVMContextRef context, uint bits);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMHalfTypeInContext(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMBFloatTypeInContext(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMFloatTypeInContext(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMDoubleTypeInContext(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMVoidTypeInContext(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMMetadataTypeInContext(LLVMContextRef context);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMPointerTypeInContext(LLVMContextRef context, uint addressSpace);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMStructTypeInContext(LLVMContextRef context, LLVMTypeRef* elements, uint count, int packed);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMFunctionType(LLVMTypeRef result, LLVMTypeRef* parameters, uint count, int isVarArg);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMVectorType(LLVMTypeRef element, uint count);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMArrayType2(LLVMTypeRef element, ulong count);
    [LibraryImport(Library)] internal static partial LLVMContextRef LLVMGetTypeContext(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMTypeKind LLVMGetTypeKind(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial uint LLVMGetIntTypeWidth(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMGetElementType(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMGetReturnType(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial uint LLVMGetVectorSize(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial ulong LLVMGetArrayLength2(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial byte* LLVMPrintTypeToString(LLVMTypeRef type);

    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstNull(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstAllOnes(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetUndef(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetPoison(LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstInt(LLVMTypeRef type, ulong value, int signExtend);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstIntOfArbitraryPrecision(LLVMTypeRef type, uint words, ulong* value);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstReal(LLVMTypeRef type, double value);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstStringInContext2(LLVMContextRef context, byte* text, nuint length, int dontNullTerminate);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstStructInContext(LLVMContextRef context, LLVMValueRef* values, uint count, int packed);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstArray2(LLVMTypeRef element, LLVMValueRef* values, ulong count);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstVector(LLVMValueRef* values, uint count);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMConstBitCast(LLVMValueRef value, LLVMTypeRef type);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMTypeOf(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial LLVMValueKind LLVMGetValueKind(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial byte* LLVMGetValueName2(LLVMValueRef value, out nuint length);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void LLVMSetValueName2(LLVMValueRef value, string name, nuint length);
    [LibraryImport(Library)] internal static partial byte* LLVMPrintValueToString(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial int LLVMIsConstant(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial void LLVMReplaceAllUsesWith(LLVMValueRef value, LLVMValueRef other);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMIsAInstruction(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial int LLVMCanValueUseFastMathFlags(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial void LLVMSetFastMathFlags(LLVMValueRef value, LLVMFastMathFlags flags);
    [LibraryImport(Library)] internal static partial LLVMFastMathFlags LLVMGetFastMathFlags(LLVMValueRef value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMModuleRef LLVMModuleCreateWithNameInContext(string name, LLVMContextRef context);
    [LibraryImport(Library)] internal static partial LLVMModuleRef LLVMCloneModule(LLVMModuleRef module);
    [LibraryImport(Library)] internal static partial void LLVMDisposeModule(LLVMModuleRef module);
    [LibraryImport(Library)] internal static partial LLVMContextRef LLVMGetModuleContext(LLVMModuleRef module);
    [LibraryImport(Library)] internal static partial byte* LLVMGetTarget(LLVMModuleRef module);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void LLVMSetTarget(LLVMModuleRef module, string triple);
    [LibraryImport(Library)] internal static partial byte* LLVMGetDataLayoutStr(LLVMModuleRef module);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void LLVMSetDataLayout(LLVMModuleRef module, string layout);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void LLVMSetSourceFileName(LLVMModuleRef module, string name, nuint length);
    [LibraryImport(Library)] internal static partial byte* LLVMPrintModuleToString(LLVMModuleRef module);
    [LibraryImport(Library)] internal static partial int LLVMVerifyModule(LLVMModuleRef module, LLVMVerifierFailureAction action, out byte* message);
    [LibraryImport(Library)] internal static partial int LLVMVerifyFunction(LLVMValueRef function, LLVMVerifierFailureAction action);
    [LibraryImport(Library)] internal static partial int LLVMLinkModules2(LLVMModuleRef destination, LLVMModuleRef source);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void LLVMAddNamedMetadataOperand(LLVMModuleRef module, string name, LLVMValueRef value);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void LLVMAddModuleFlag(LLVMModuleRef module, LLVMModuleFlagBehavior behavior, string key, nuint length, LLVMMetadataRef value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMValueRef LLVMAddFunction(LLVMModuleRef module, string name, LLVMTypeRef type);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMValueRef LLVMGetNamedFunction(LLVMModuleRef module, string name);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetFirstFunction(LLVMModuleRef module);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetNextFunction(LLVMValueRef function);
    [LibraryImport(Library)] internal static partial int LLVMIsDeclaration(LLVMValueRef global);
    [LibraryImport(Library)] internal static partial uint LLVMGetIntrinsicID(LLVMValueRef function);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMValueRef LLVMAddGlobal(LLVMModuleRef module, LLVMTypeRef type, string name);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMValueRef LLVMAddGlobalInAddressSpace(LLVMModuleRef module, LLVMTypeRef type, string name, uint addressSpace);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMValueRef LLVMGetNamedGlobal(LLVMModuleRef module, string name);
    [LibraryImport(Library)] internal static partial LLVMModuleRef LLVMGetGlobalParent(LLVMValueRef global);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMGlobalGetValueType(LLVMValueRef global);
    [LibraryImport(Library)] internal static partial void LLVMSetInitializer(LLVMValueRef global, LLVMValueRef value);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetInitializer(LLVMValueRef global);
    [LibraryImport(Library)] internal static partial void LLVMSetGlobalConstant(LLVMValueRef global, int isConstant);
    [LibraryImport(Library)] internal static partial int LLVMIsGlobalConstant(LLVMValueRef global);
    [LibraryImport(Library)] internal static partial void LLVMSetLinkage(LLVMValueRef global, LLVMLinkage linkage);
    [LibraryImport(Library)] internal static partial LLVMLinkage LLVMGetLinkage(LLVMValueRef global);
    [LibraryImport(Library)] internal static partial void LLVMSetVisibility(LLVMValueRef global, LLVMVisibility visibility);
    [LibraryImport(Library)] internal static partial LLVMVisibility LLVMGetVisibility(LLVMValueRef global);
    [LibraryImport(Library)] internal static partial void LLVMSetUnnamedAddress(LLVMValueRef global, LLVMUnnamedAddr kind);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void LLVMSetSection(LLVMValueRef global, string section);
    [LibraryImport(Library)] internal static partial void LLVMSetDLLStorageClass(LLVMValueRef global, LLVMDLLStorageClass storage);
    [LibraryImport(Library)] internal static partial void LLVMSetAlignment(LLVMValueRef value, uint bytes);
    [LibraryImport(Library)] internal static partial uint LLVMGetAlignment(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial void LLVMSetFunctionCallConv(LLVMValueRef function, uint convention);
    [LibraryImport(Library)] internal static partial uint LLVMCountParams(LLVMValueRef function);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetParam(LLVMValueRef function, uint index);
    [LibraryImport(Library)] internal static partial uint LLVMGetNumOperands(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetOperand(LLVMValueRef value, uint index);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMBasicBlockRef LLVMAppendBasicBlockInContext(LLVMContextRef context, LLVMValueRef function, string name);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetBasicBlockParent(LLVMBasicBlockRef block);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetBasicBlockTerminator(LLVMBasicBlockRef block);
    [LibraryImport(Library)] internal static partial LLVMBasicBlockRef LLVMGetEntryBasicBlock(LLVMValueRef function);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetFirstInstruction(LLVMBasicBlockRef block);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial uint LLVMGetEnumAttributeKindForName(string name, nuint length);
    [LibraryImport(Library)] internal static partial LLVMAttributeRef LLVMCreateEnumAttribute(LLVMContextRef context, uint kind, ulong value);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMAttributeRef LLVMCreateStringAttribute(LLVMContextRef context, string key, uint keyLength, string value, uint valueLength);
    [LibraryImport(Library)] internal static partial void LLVMAddAttributeAtIndex(LLVMValueRef function, LLVMAttributeIndex index, LLVMAttributeRef attribute);
    [LibraryImport(Library)] internal static partial uint LLVMGetAttributeCountAtIndex(LLVMValueRef function, LLVMAttributeIndex index);
    [LibraryImport(Library)] internal static partial void LLVMGetAttributesAtIndex(LLVMValueRef function, LLVMAttributeIndex index, LLVMAttributeRef* attributes);
    [LibraryImport(Library)] internal static partial void LLVMAddCallSiteAttribute(LLVMValueRef call, LLVMAttributeIndex index, LLVMAttributeRef attribute);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial uint LLVMGetMDKindIDInContext(LLVMContextRef context, string name, uint length);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial LLVMMetadataRef LLVMMDStringInContext2(LLVMContextRef context, string text, nuint length);
    [LibraryImport(Library)] internal static partial LLVMMetadataRef LLVMMDNodeInContext2(LLVMContextRef context, LLVMMetadataRef* operands, nuint count);
    [LibraryImport(Library)] internal static partial LLVMMetadataRef LLVMTemporaryMDNode(LLVMContextRef context, LLVMMetadataRef* operands, nuint count);
    [LibraryImport(Library)] internal static partial void LLVMMetadataReplaceAllUsesWith(LLVMMetadataRef temporary, LLVMMetadataRef replacement);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMMetadataAsValue(LLVMContextRef context, LLVMMetadataRef metadata);
    [LibraryImport(Library)] internal static partial LLVMMetadataRef LLVMValueAsMetadata(LLVMValueRef value);
    [LibraryImport(Library)] internal static partial void LLVMSetMetadata(LLVMValueRef instruction, uint kind, LLVMValueRef node);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial uint LLVMLookupIntrinsicID(string name, nuint length);
    [LibraryImport(Library)] internal static partial LLVMValueRef LLVMGetIntrinsicDeclaration(LLVMModuleRef module, uint id, LLVMTypeRef* overloads, nuint count);
    [LibraryImport(Library)] internal static partial LLVMTypeRef LLVMIntrinsicGetType(LLVMContextRef context, uint id, LLVMTypeRef* overloads, nuint count);
}
