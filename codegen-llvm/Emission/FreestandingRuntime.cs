using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>
/// memcpy, memmove and memset, which LLVM's code generators may call although no kernel does. Hidden in the shared library,
/// dropped by the linker when unused. Slow on purpose: kernels copy with vectors.
/// </summary>
public static class FreestandingRuntime
{
    private const LLVMIntPredicate Equal = LLVMIntPredicate.LLVMIntEQ;

    /// <summary>A module with these functions, for the lowest level of the platform.</summary>
    public static LLVMModuleRef Build(LLVMContextRef context, TargetPlatform platform)
    {
        LLVMModuleRef module = context.CreateModuleWithName("dlaot_freestanding");
        module.SourceFileName = "";
        IsaLevel level = platform.Levels.First();
        Define(module, level, platform, "memcpy", (b, to, from, count, entry) => CopyUp(b, entry, to, from, count));
        Define(module, level, platform, "memset", (b, to, value, count, entry) => Fill(b, entry, to, value, count), context.Int32Type);
        Define(module, level, platform, "memmove", Move);
        if (platform.Format == ObjectFormat.Coff)
            DefineFloatMarker(module);
        return module;
    }

    private delegate void Body(LLVMBuilderRef b, LLVMValueRef to, LLVMValueRef second, LLVMValueRef count, LLVMBasicBlockRef entry);

    private static void Define(LLVMModuleRef module, IsaLevel level, TargetPlatform platform, string name, Body body, LLVMTypeRef second = default)
    {
        LLVMContextRef context = module.Context;
        LLVMTypeRef pointer = context.GetPointerType();
        LLVMTypeRef type = LLVMTypeRef.CreateFunction(pointer, [pointer, second.Handle == 0 ? pointer : second, context.Int64Type]);
        LLVMValueRef function = module.AddFunction(name, type);
        level.ApplyTo(function);
        function.Visibility = LLVMVisibility.LLVMHiddenVisibility;
        if (platform.Format == ObjectFormat.Elf)
            function.Section = $".text.{name}"; // one section each, so that unused ones go
        LLVMBasicBlockRef entry = function.AppendBasicBlock("entry");
        using LLVMBuilderRef b = context.CreateBuilder();
        b.PositionAtEnd(entry);
        body(b, function.GetParam(0), function.GetParam(1), function.GetParam(2), entry);
    }

    private static void CopyUp(LLVMBuilderRef b, LLVMBasicBlockRef from, LLVMValueRef target, LLVMValueRef source, LLVMValueRef count)
    {
        LLVMTypeRef i8 = target.TypeOf.Context.Int8Type;
        Loop(b, from, target, count, i =>
            b.BuildAlignedStore(b.BuildAlignedLoad(i8, b.BuildGEP2(i8, source, [i]), 1), b.BuildGEP2(i8, target, [i]), 1));
    }

    private static void Fill(LLVMBuilderRef b, LLVMBasicBlockRef from, LLVMValueRef target, LLVMValueRef value, LLVMValueRef count)
    {
        LLVMTypeRef i8 = target.TypeOf.Context.Int8Type;
        LLVMValueRef narrow = b.BuildTrunc(value, i8);
        Loop(b, from, target, count, i => b.BuildAlignedStore(narrow, b.BuildGEP2(i8, target, [i]), 1));
    }

    // Upwards when the target starts below the source, downwards otherwise.
    private static void Move(LLVMBuilderRef b, LLVMValueRef target, LLVMValueRef source, LLVMValueRef count, LLVMBasicBlockRef entry)
    {
        LLVMTypeRef i8 = target.TypeOf.Context.Int8Type;
        LLVMValueRef last = b.BuildSub(count, count.TypeOf.ConstInt(1));
        LLVMValueRef below = b.BuildICmp(LLVMIntPredicate.LLVMIntULT, target, source);
        LLVMBasicBlockRef up = entry.Parent.AppendBasicBlock("up"), down = entry.Parent.AppendBasicBlock("down");
        b.BuildCondBr(below, up, down);
        b.PositionAtEnd(up);
        CopyUp(b, up, target, source, count);
        b.PositionAtEnd(down);
        Loop(b, down, target, count, i =>
        {
            LLVMValueRef j = b.BuildSub(last, i);
            b.BuildAlignedStore(b.BuildAlignedLoad(i8, b.BuildGEP2(i8, source, [j]), 1), b.BuildGEP2(i8, target, [j]), 1);
        });
    }

    private static void Loop(LLVMBuilderRef b, LLVMBasicBlockRef from, LLVMValueRef result, LLVMValueRef count, Action<LLVMValueRef> body)
    {
        LLVMBasicBlockRef loop = from.Parent.AppendBasicBlock("loop"), done = from.Parent.AppendBasicBlock("done");
        b.BuildCondBr(b.BuildICmp(Equal, count, count.TypeOf.ConstInt(0)), done, loop);
        b.PositionAtEnd(loop);
        LLVMValueRef i = b.BuildPhi(count.TypeOf);
        body(i);
        LLVMValueRef next = b.BuildAdd(i, count.TypeOf.ConstInt(1));
        i.AddIncoming([count.TypeOf.ConstInt(0), next], [from, loop], 2);
        b.BuildCondBr(b.BuildICmp(Equal, next, count), done, loop);
        b.PositionAtEnd(done);
        b.BuildRet(result);
    }

    // The Microsoft linker convention: an object with floating point refers to this symbol.
    private static void DefineFloatMarker(LLVMModuleRef module)
    {
        LLVMValueRef marker = module.AddGlobal(module.Context.Int32Type, "_fltused");
        marker.Initializer = module.Context.Int32Type.ConstInt(0x9875);
    }
}
