using Mono.Cecil;

namespace DlAot.Compiler.Outlining;

/// <summary>Which types a value may have that goes from one part of a method to another.</summary>
internal static class SlotTypes
{
    /// <summary>It can be a parameter, and an element of a tuple: no pointer, no struct that lives on the stack only, no open generic type.</summary>
    public static bool MayBeKept(TypeReference type, MethodDefinition host) =>
        type is not (ByReferenceType or PointerType or FunctionPointerType or PinnedType or GenericParameter or SentinelType) && !type.ContainsGenericParameter
        && type.MetadataType is not (MetadataType.Void or MetadataType.TypedByReference or MetadataType.IntPtr or MetadataType.UIntPtr) && !IsByRefLike(type)
        && (type is not ArrayType array || MayBeKept(array.ElementType, host)) && (type is not (RequiredModifierType or OptionalModifierType));

    /// <summary>It may hold a pointer to a local.</summary>
    public static bool MayPoint(TypeReference type) => type is ByReferenceType or PointerType or PinnedType || type.MetadataType is MetadataType.IntPtr or MetadataType.UIntPtr || IsByRefLike(type);

    private static bool IsByRefLike(TypeReference type)
    {
        if (type is TypeSpecification and not GenericInstanceType)
        {
            return false;
        }

        try
        {
            return type.Resolve() is not { } definition || definition.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.IsByRefLikeAttribute");
        }
        catch (AssemblyResolutionException)
        {
            return true; // nobody knows
        }
    }
}
