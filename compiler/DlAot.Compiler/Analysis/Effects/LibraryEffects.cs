using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Effects;

/// <summary>What library calls do to the object that they are called on.</summary>
internal static class LibraryEffects
{
    // System.Collections: members that change a collection.
    private static readonly HashSet<string> Changes = new(StringComparer.Ordinal)
    {
        "Add", "AddRange", "Insert", "InsertRange", "Remove", "RemoveAt", "RemoveAll", "RemoveRange", "Clear", "set_Item", "Sort", "Reverse", "TryAdd", "TryRemove", "TryUpdate", "AddOrUpdate", "GetOrAdd",
        "Enqueue", "Dequeue", "TryDequeue", "Push", "Pop", "TryPop", "UnionWith", "ExceptWith", "IntersectWith", "SymmetricExceptWith", "AddFirst", "AddLast", "RemoveFirst", "RemoveLast", "append", "extend", "insert",
    };

    // Members that give an element, so that what is done to it is done to the collection's.
    private static readonly HashSet<string> Elements = new(StringComparer.Ordinal)
    {
        "get_Item", "get_Current", "First", "Last", "Single", "ElementAt", "Peek",
    };

    // Members that give the same elements in another form.
    private static readonly HashSet<string> Forms = new(StringComparer.Ordinal)
    {
        "GetEnumerator", "get_Value", "get_Values", "ToArray", "ToList", "AsEnumerable", "children", "modules",
    };

    // Tensor.cs of TorchSharp: results share the storage of the tensor.
    private static readonly HashSet<string> Views = new(StringComparer.Ordinal)
    {
        "view", "view_as", "transpose", "permute", "t", "mT", "mH", "swapaxes", "swapdims", "squeeze", "unsqueeze", "expand", "expand_as", "narrow", "select", "slice", "diagonal", "unfold", "unflatten", "detach", "alias", "get_TensorItems",
        "get_T", "get_H", "get_mT", "get_mH", "movedim", "moveaxis", "real", "imag", "get_real", "get_imag", "reshape", "flatten", "contiguous", "to", "cpu", "MoveToOuterDisposeScope", "DetachFromDisposeScope",
    };

    public static bool Writes(MethodReference m) => World.IsTensor(m.DeclaringType)
        ? m.Name is "set_TensorItems" || (m.Name.EndsWith('_') && m.Name is not "requires_grad_" and not "retain_grad_")
        : Changes.Contains(m.Name) && (m.DeclaringType.Namespace.StartsWith("System.Collections", StringComparison.Ordinal) || m.DeclaringType.GetElementType().FullName.StartsWith("TorchSharp.Modules.Module", StringComparison.Ordinal));

    /// <summary>Something that the receiver holds.</summary>
    public static bool GivesElement(MethodReference m) => Elements.Contains(m.Name) && !World.IsTensor(m.DeclaringType);

    /// <summary>The receiver, or what holds the same.</summary>
    public static bool GivesReceiver(MethodReference m) => World.IsTensor(m.DeclaringType) ? Views.Contains(m.Name) || m.Name.EndsWith('_') : Forms.Contains(m.Name);
}
