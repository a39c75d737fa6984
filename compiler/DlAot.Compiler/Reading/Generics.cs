using Mono.Cecil;

namespace DlAot.Compiler.Reading;

/// <summary>Fills generic parameters from the instance they were reached through.</summary>
public static class Generics
{
    /// <summary><paramref name="type"/> as seen from <paramref name="context"/> (a closed type) and the arguments of a generic method.</summary>
    public static TypeReference Fill(TypeReference type, TypeReference? context, IReadOnlyList<TypeReference>? methodArguments = null)
    {
        switch (type)
        {
            case GenericParameter { Type: GenericParameterType.Type } p when context is GenericInstanceType g && p.Position < g.GenericArguments.Count:
                return g.GenericArguments[p.Position];
            case GenericParameter { Type: GenericParameterType.Method } p when methodArguments is not null && p.Position < methodArguments.Count:
                return methodArguments[p.Position];
            case GenericInstanceType instance:
                var filled = new GenericInstanceType(instance.ElementType);
                foreach (TypeReference argument in instance.GenericArguments)
                {
                    filled.GenericArguments.Add(Fill(argument, context, methodArguments));
                }

                return filled;
            case ArrayType array:
                return new ArrayType(Fill(array.ElementType, context, methodArguments), array.Rank);
            case ByReferenceType reference:
                return new ByReferenceType(Fill(reference.ElementType, context, methodArguments));
            case RequiredModifierType modified:
                return Fill(modified.ElementType, context, methodArguments);
            default:
                return type;
        }
    }

    /// <summary>It returns nothing. The setter of an <c>init</c> property returns a modified void.</summary>
    public static bool IsVoid(this MethodReference method) =>
        (method.ReturnType is RequiredModifierType modified ? modified.ElementType : method.ReturnType).MetadataType == MetadataType.Void;

    /// <summary>Arguments of a generic method instance, filled from the caller's own context.</summary>
    public static IReadOnlyList<TypeReference>? Arguments(MethodReference method, TypeReference? context, IReadOnlyList<TypeReference>? outer) =>
        method is GenericInstanceMethod g ? [.. g.GenericArguments.Select(a => Fill(a, context, outer))] : null;
}
