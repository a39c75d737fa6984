using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>
/// Metadata on loads, stores and loops. Alias scopes say for one function which buffers are disjoint where <c>noalias</c>
/// parameters cannot (buffers that are slices of one arena).
/// </summary>
public sealed class MemoryFacts(LLVMContextRef context, string functionName)
{
    private readonly Dictionary<string, LLVMMetadataRef> _scopes = [];
    private readonly LLVMMetadataRef _domain = context.GetMDNode([context.GetMDString(functionName)]);

    /// <summary>The memory read does not change while the function runs.</summary>
    public LLVMValueRef MarkInvariant(LLVMValueRef load) => Set(load, "invariant.load", context.GetMDNode([]));

    /// <summary>The value stored is not read again soon: streaming store. Needs natural alignment to have an effect.</summary>
    public LLVMValueRef MarkNonTemporal(LLVMValueRef access) =>
        Set(access, "nontemporal", context.GetMDNode([LLVMValueRef.CreateConstInt(context.Int32Type, 1).ValueAsMetadata()]));

    /// <summary>The access touches <paramref name="buffer"/> and none of <paramref name="disjoint"/>.</summary>
    public LLVMValueRef MarkBuffer(LLVMValueRef access, string buffer, IEnumerable<string> disjoint)
    {
        Set(access, "alias.scope", context.GetMDNode([Scope(buffer)]));
        return Set(access, "noalias", context.GetMDNode([.. disjoint.Where(other => other != buffer).Select(Scope)]));
    }

    /// <summary>Gives a loop (the branch of its latch) facts such as <c>llvm.loop.unroll.disable</c>.</summary>
    public unsafe void MarkLoop(LLVMValueRef latchBranch, params ReadOnlySpan<string> facts)
    {
        // A loop id is a node whose first operand is itself.
        LLVMMetadataRef placeholder = Native.LLVMTemporaryMDNode(context, null, 0);
        List<LLVMMetadataRef> operands = [placeholder];
        foreach (string fact in facts)
            operands.Add(context.GetMDNode([context.GetMDString(fact)]));
        LLVMMetadataRef loop = context.GetMDNode([.. operands]);
        Native.LLVMMetadataReplaceAllUsesWith(placeholder, loop); // frees the placeholder
        Set(latchBranch, "llvm.loop", loop);
    }

    private LLVMMetadataRef Scope(string buffer)
    {
        if (!_scopes.TryGetValue(buffer, out LLVMMetadataRef scope))
            _scopes[buffer] = scope = context.GetMDNode([context.GetMDString($"{functionName}: {buffer}"), _domain]);
        return scope;
    }

    private LLVMValueRef Set(LLVMValueRef instruction, string kind, LLVMMetadataRef node)
    {
        instruction.SetMetadata(context.GetMDKindID(kind), context.MetadataAsValue(node));
        return instruction;
    }
}
