namespace LLVMSharp.Interop;

// The enumerations of llvm-c/Core.h, TargetMachine.h and Analysis.h of LLVM 19, values included.

public enum LLVMTypeKind
{
    LLVMVoidTypeKind, LLVMHalfTypeKind, LLVMFloatTypeKind, LLVMDoubleTypeKind, LLVMX86_FP80TypeKind, LLVMFP128TypeKind,
    LLVMPPC_FP128TypeKind, LLVMLabelTypeKind, LLVMIntegerTypeKind, LLVMFunctionTypeKind, LLVMStructTypeKind, LLVMArrayTypeKind,
    LLVMPointerTypeKind, LLVMVectorTypeKind, LLVMMetadataTypeKind, LLVMX86_MMXTypeKind, LLVMTokenTypeKind,
    LLVMScalableVectorTypeKind, LLVMBFloatTypeKind, LLVMX86_AMXTypeKind, LLVMTargetExtTypeKind,
}

public enum LLVMValueKind
{
    LLVMArgumentValueKind, LLVMBasicBlockValueKind, LLVMMemoryUseValueKind, LLVMMemoryDefValueKind, LLVMMemoryPhiValueKind,
    LLVMFunctionValueKind, LLVMGlobalAliasValueKind, LLVMGlobalIFuncValueKind, LLVMGlobalVariableValueKind, LLVMBlockAddressValueKind,
    LLVMConstantExprValueKind, LLVMConstantArrayValueKind, LLVMConstantStructValueKind, LLVMConstantVectorValueKind,
    LLVMUndefValueValueKind, LLVMConstantAggregateZeroValueKind, LLVMConstantDataArrayValueKind, LLVMConstantDataVectorValueKind,
    LLVMConstantIntValueKind, LLVMConstantFPValueKind, LLVMConstantPointerNullValueKind, LLVMConstantTokenNoneValueKind,
    LLVMMetadataAsValueValueKind, LLVMInlineAsmValueKind, LLVMInstructionValueKind, LLVMPoisonValueValueKind,
    LLVMConstantTargetNoneValueKind, LLVMConstantPtrAuthValueKind,
}

public enum LLVMLinkage
{
    LLVMExternalLinkage, LLVMAvailableExternallyLinkage, LLVMLinkOnceAnyLinkage, LLVMLinkOnceODRLinkage, LLVMLinkOnceODRAutoHideLinkage,
    LLVMWeakAnyLinkage, LLVMWeakODRLinkage, LLVMAppendingLinkage, LLVMInternalLinkage, LLVMPrivateLinkage, LLVMDLLImportLinkage,
    LLVMDLLExportLinkage, LLVMExternalWeakLinkage, LLVMGhostLinkage, LLVMCommonLinkage, LLVMLinkerPrivateLinkage, LLVMLinkerPrivateWeakLinkage,
}

public enum LLVMVisibility { LLVMDefaultVisibility, LLVMHiddenVisibility, LLVMProtectedVisibility }

public enum LLVMUnnamedAddr { LLVMNoUnnamedAddr, LLVMLocalUnnamedAddr, LLVMGlobalUnnamedAddr }

public enum LLVMDLLStorageClass { LLVMDefaultStorageClass, LLVMDLLImportStorageClass, LLVMDLLExportStorageClass }

public enum LLVMCallConv : uint { LLVMCCallConv = 0, LLVMFastCallConv = 8, LLVMColdCallConv = 9, LLVMPTXKernelCallConv = 71, LLVMPTXDeviceCallConv = 72 }

public enum LLVMIntPredicate
{
    LLVMIntEQ = 32, LLVMIntNE, LLVMIntUGT, LLVMIntUGE, LLVMIntULT, LLVMIntULE, LLVMIntSGT, LLVMIntSGE, LLVMIntSLT, LLVMIntSLE,
}

public enum LLVMRealPredicate
{
    LLVMRealPredicateFalse, LLVMRealOEQ, LLVMRealOGT, LLVMRealOGE, LLVMRealOLT, LLVMRealOLE, LLVMRealONE, LLVMRealORD,
    LLVMRealUNO, LLVMRealUEQ, LLVMRealUGT, LLVMRealUGE, LLVMRealULT, LLVMRealULE, LLVMRealUNE, LLVMRealPredicateTrue,
}

[Flags]
public enum LLVMFastMathFlags : uint
{
    LLVMFastMathNone = 0, LLVMFastMathAllowReassoc = 1, LLVMFastMathNoNaNs = 2, LLVMFastMathNoInfs = 4, LLVMFastMathNoSignedZeros = 8,
    LLVMFastMathAllowReciprocal = 16, LLVMFastMathAllowContract = 32, LLVMFastMathApproxFunc = 64, LLVMFastMathAll = 127,
}

public enum LLVMAtomicRMWBinOp
{
    LLVMAtomicRMWBinOpXchg, LLVMAtomicRMWBinOpAdd, LLVMAtomicRMWBinOpSub, LLVMAtomicRMWBinOpAnd, LLVMAtomicRMWBinOpNand,
    LLVMAtomicRMWBinOpOr, LLVMAtomicRMWBinOpXor, LLVMAtomicRMWBinOpMax, LLVMAtomicRMWBinOpMin, LLVMAtomicRMWBinOpUMax,
    LLVMAtomicRMWBinOpUMin, LLVMAtomicRMWBinOpFAdd, LLVMAtomicRMWBinOpFSub, LLVMAtomicRMWBinOpFMax, LLVMAtomicRMWBinOpFMin,
}

public enum LLVMAtomicOrdering
{
    LLVMAtomicOrderingNotAtomic = 0, LLVMAtomicOrderingUnordered = 1, LLVMAtomicOrderingMonotonic = 2, LLVMAtomicOrderingAcquire = 4,
    LLVMAtomicOrderingRelease = 5, LLVMAtomicOrderingAcquireRelease = 6, LLVMAtomicOrderingSequentiallyConsistent = 7,
}

public enum LLVMAttributeIndex : uint { LLVMAttributeReturnIndex = 0, LLVMAttributeFirstParamIndex = 1, LLVMAttributeFunctionIndex = uint.MaxValue }

public enum LLVMDiagnosticSeverity { LLVMDSError, LLVMDSWarning, LLVMDSRemark, LLVMDSNote }

public enum LLVMVerifierFailureAction { LLVMAbortProcessAction, LLVMPrintMessageAction, LLVMReturnStatusAction }

public enum LLVMModuleFlagBehavior
{
    LLVMModuleFlagBehaviorError, LLVMModuleFlagBehaviorWarning, LLVMModuleFlagBehaviorRequire, LLVMModuleFlagBehaviorOverride,
    LLVMModuleFlagBehaviorAppend, LLVMModuleFlagBehaviorAppendUnique,
}

public enum LLVMCodeGenOptLevel { LLVMCodeGenLevelNone, LLVMCodeGenLevelLess, LLVMCodeGenLevelDefault, LLVMCodeGenLevelAggressive }

public enum LLVMRelocMode { LLVMRelocDefault, LLVMRelocStatic, LLVMRelocPIC, LLVMRelocDynamicNoPic }

public enum LLVMCodeModel
{
    LLVMCodeModelDefault, LLVMCodeModelJITDefault, LLVMCodeModelTiny, LLVMCodeModelSmall, LLVMCodeModelKernel, LLVMCodeModelMedium, LLVMCodeModelLarge,
}

public enum LLVMCodeGenFileType { LLVMAssemblyFile, LLVMObjectFile }
