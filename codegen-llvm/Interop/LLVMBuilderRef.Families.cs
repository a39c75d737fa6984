namespace LLVMSharp.Interop;

// The regular families of the builder: two operands, one operand, a cast.
public readonly partial record struct LLVMBuilderRef
{
    public LLVMValueRef BuildFAdd(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildFAdd(this, LHS, RHS, Name);
    public LLVMValueRef BuildFSub(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildFSub(this, LHS, RHS, Name);
    public LLVMValueRef BuildFMul(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildFMul(this, LHS, RHS, Name);
    public LLVMValueRef BuildFDiv(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildFDiv(this, LHS, RHS, Name);
    public LLVMValueRef BuildFRem(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildFRem(this, LHS, RHS, Name);
    public LLVMValueRef BuildAdd(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildAdd(this, LHS, RHS, Name);
    public LLVMValueRef BuildSub(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildSub(this, LHS, RHS, Name);
    public LLVMValueRef BuildMul(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildMul(this, LHS, RHS, Name);
    public LLVMValueRef BuildUDiv(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildUDiv(this, LHS, RHS, Name);
    public LLVMValueRef BuildSDiv(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildSDiv(this, LHS, RHS, Name);
    public LLVMValueRef BuildURem(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildURem(this, LHS, RHS, Name);
    public LLVMValueRef BuildSRem(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildSRem(this, LHS, RHS, Name);
    public LLVMValueRef BuildShl(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildShl(this, LHS, RHS, Name);
    public LLVMValueRef BuildLShr(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildLShr(this, LHS, RHS, Name);
    public LLVMValueRef BuildAShr(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildAShr(this, LHS, RHS, Name);
    public LLVMValueRef BuildAnd(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildAnd(this, LHS, RHS, Name);
    public LLVMValueRef BuildOr(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildOr(this, LHS, RHS, Name);
    public LLVMValueRef BuildXor(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildXor(this, LHS, RHS, Name);
    public LLVMValueRef BuildNSWAdd(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildNSWAdd(this, LHS, RHS, Name);
    public LLVMValueRef BuildNUWAdd(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildNUWAdd(this, LHS, RHS, Name);
    public LLVMValueRef BuildNSWSub(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildNSWSub(this, LHS, RHS, Name);
    public LLVMValueRef BuildNUWSub(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildNUWSub(this, LHS, RHS, Name);
    public LLVMValueRef BuildNSWMul(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildNSWMul(this, LHS, RHS, Name);
    public LLVMValueRef BuildNUWMul(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "") => Native.LLVMBuildNUWMul(this, LHS, RHS, Name);

    public LLVMValueRef BuildFNeg(LLVMValueRef V, string Name = "") => Native.LLVMBuildFNeg(this, V, Name);
    public LLVMValueRef BuildNeg(LLVMValueRef V, string Name = "") => Native.LLVMBuildNeg(this, V, Name);
    public LLVMValueRef BuildNot(LLVMValueRef V, string Name = "") => Native.LLVMBuildNot(this, V, Name);
    public LLVMValueRef BuildFreeze(LLVMValueRef V, string Name = "") => Native.LLVMBuildFreeze(this, V, Name);

    public LLVMValueRef BuildTrunc(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildTrunc(this, Val, DestTy, Name);
    public LLVMValueRef BuildZExt(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildZExt(this, Val, DestTy, Name);
    public LLVMValueRef BuildSExt(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildSExt(this, Val, DestTy, Name);
    public LLVMValueRef BuildFPTrunc(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildFPTrunc(this, Val, DestTy, Name);
    public LLVMValueRef BuildFPExt(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildFPExt(this, Val, DestTy, Name);
    public LLVMValueRef BuildFPToSI(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildFPToSI(this, Val, DestTy, Name);
    public LLVMValueRef BuildFPToUI(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildFPToUI(this, Val, DestTy, Name);
    public LLVMValueRef BuildSIToFP(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildSIToFP(this, Val, DestTy, Name);
    public LLVMValueRef BuildUIToFP(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildUIToFP(this, Val, DestTy, Name);
    public LLVMValueRef BuildBitCast(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildBitCast(this, Val, DestTy, Name);
    public LLVMValueRef BuildPtrToInt(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildPtrToInt(this, Val, DestTy, Name);
    public LLVMValueRef BuildIntToPtr(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildIntToPtr(this, Val, DestTy, Name);
    public LLVMValueRef BuildAddrSpaceCast(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "") => Native.LLVMBuildAddrSpaceCast(this, Val, DestTy, Name);
}
