using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>Private functions that emitters add to a module, for the same processor as the function that calls them.</summary>
internal static class OutlinedFunction
{
    internal static string Suffix(Lanes x) => $"v{x.Count}f{(x.IsDouble ? 64 : 32)}";

    internal static LLVMValueRef GetOrBuild(LLVMBuilderRef caller, string name, LLVMTypeRef type, Action<LLVMBuilderRef, LLVMValueRef[]> body, bool rare = false)
    {
        LLVMModuleRef module = caller.CurrentModule();
        LLVMValueRef function = module.GetNamedFunction(name);
        if (function.Handle != 0)
            return function;
        function = module.AddFunction(name, type);
        function.Linkage = LLVMLinkage.LLVMInternalLinkage;
        foreach (LLVMAttributeRef attribute in caller.InsertBlock.Parent.GetAttributesAtIndex(LLVMAttributeIndex.LLVMAttributeFunctionIndex))
            function.AddAttributeAtIndex(LLVMAttributeIndex.LLVMAttributeFunctionIndex, attribute);
        if (rare)
        {
            function.AddFunctionAttribute("noinline");
            function.AddFunctionAttribute("cold");
        }
        using LLVMBuilderRef b = module.Context.CreateBuilder();
        b.PositionAtEnd(function.AppendBasicBlock("entry"));
        body(b, [.. Enumerable.Range(0, (int)function.ParamsCount).Select(i => function.GetParam((uint)i))]);
        return function;
    }
}
