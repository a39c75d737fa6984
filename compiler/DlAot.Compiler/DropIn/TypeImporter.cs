using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Types and members of other assemblies as references in the module. The base library is always referred to as the module itself
/// does, whichever version of it the other assembly was built against.
/// </summary>
internal sealed class TypeImporter(ModuleDefinition module)
{
    private static readonly HashSet<string> CoreAssemblies = new(StringComparer.Ordinal) { "System.Runtime", "System.Private.CoreLib" };

    private readonly TypeReference generic = new("", "Generic", module, module);

    public ModuleDefinition Module { get; } = module;

    /// <summary>A type of the base library.</summary>
    public TypeReference Core(string space, string name, bool isValueType = false) =>
        new(space, name, Module, Module.TypeSystem.CoreLibrary, isValueType);

    /// <summary>The type parameter <c>!position</c> of whatever type declares a member.</summary>
    public TypeReference TypeParameter(int position)
    {
        while (generic.GenericParameters.Count <= position)
        {
            generic.GenericParameters.Add(new GenericParameter(generic));
        }

        return generic.GenericParameters[position];
    }

    public TypeReference Import(TypeReference type)
    {
        switch (type)
        {
            case GenericParameter:
                return type; // written as its position
            case GenericInstanceType instance:
                var result = new GenericInstanceType(Import(instance.ElementType));
                foreach (TypeReference argument in instance.GenericArguments)
                {
                    result.GenericArguments.Add(Import(argument));
                }

                return result;
            case ArrayType array:
                return new ArrayType(Import(array.ElementType), array.Rank);
            case ByReferenceType reference:
                return new ByReferenceType(Import(reference.ElementType));
            case PointerType pointer:
                return new PointerType(Import(pointer.ElementType));
            case RequiredModifierType required:
                return new RequiredModifierType(Import(required.ModifierType), Import(required.ElementType));
            case OptionalModifierType optional:
                return new OptionalModifierType(Import(optional.ModifierType), Import(optional.ElementType));
        }

        if (type.Module == Module)
        {
            return type;
        }

        return Primitive(type) ?? (type.DeclaringType is null && IsCore(World.ScopeName(type))
            ? Core(type.Namespace, type.Name, type.IsValueType)
            : Module.ImportReference(type));
    }

    // netstandard and mscorlib hold more than the core library does: they stay what they are unless the module itself uses them.
    private bool IsCore(string scope) => CoreAssemblies.Contains(scope) || scope == Module.TypeSystem.CoreLibrary.Name;

    private TypeReference? Primitive(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Void => Module.TypeSystem.Void,
        MetadataType.Boolean => Module.TypeSystem.Boolean,
        MetadataType.Char => Module.TypeSystem.Char,
        MetadataType.SByte => Module.TypeSystem.SByte,
        MetadataType.Byte => Module.TypeSystem.Byte,
        MetadataType.Int16 => Module.TypeSystem.Int16,
        MetadataType.UInt16 => Module.TypeSystem.UInt16,
        MetadataType.Int32 => Module.TypeSystem.Int32,
        MetadataType.UInt32 => Module.TypeSystem.UInt32,
        MetadataType.Int64 => Module.TypeSystem.Int64,
        MetadataType.UInt64 => Module.TypeSystem.UInt64,
        MetadataType.Single => Module.TypeSystem.Single,
        MetadataType.Double => Module.TypeSystem.Double,
        MetadataType.String => Module.TypeSystem.String,
        MetadataType.Object => Module.TypeSystem.Object,
        MetadataType.IntPtr => Module.TypeSystem.IntPtr,
        MetadataType.UIntPtr => Module.TypeSystem.UIntPtr,
        _ => null,
    };

    public MethodReference Import(MethodReference method, TypeReference? declaring = null)
    {
        // A reference on one of our types may still name types of other modules in its signature.
        if (method is MethodDefinition && method.Module == Module && declaring is null)
        {
            return method;
        }

        if (method is GenericInstanceMethod generic)
        {
            var instance = new GenericInstanceMethod(Import(generic.ElementMethod, declaring));
            foreach (TypeReference argument in generic.GenericArguments)
            {
                instance.GenericArguments.Add(Import(argument));
            }

            return instance;
        }

        var reference = new MethodReference(method.Name, Import(method.ReturnType), Import(declaring ?? method.DeclaringType))
        {
            HasThis = method.HasThis,
            ExplicitThis = method.ExplicitThis,
            CallingConvention = method.CallingConvention,
        };
        foreach (ParameterDefinition p in method.Parameters)
        {
            reference.Parameters.Add(new ParameterDefinition(Import(p.ParameterType)));
        }

        foreach (GenericParameter p in method.GenericParameters)
        {
            reference.GenericParameters.Add(new GenericParameter(p.Name, reference));
        }

        return reference;
    }

    public FieldReference Import(FieldReference field, TypeReference? declaring = null) =>
        field is FieldDefinition && field.Module == Module && declaring is null ? field : new FieldReference(field.Name, Import(field.FieldType), Import(declaring ?? field.DeclaringType));
}
