using Mono.Cecil;

namespace DlAot.Compiler.Reading;

/// <summary>A drop-in stands for the assembly that it was made of: it says which that was, and keeps its code beside the compiled one.</summary>
public static class DropInOrigin
{
    /// <summary>Key of the <c>AssemblyMetadata</c> that holds the module version id of the assembly that a drop-in was made of.</summary>
    public const string Key = "DlAot.Origin";

    private const string Mark = "DlAot";

    public static bool IsDropIn(AssemblyDefinition assembly) => Metadata(assembly, Mark) is not null;

    /// <summary>The module version id of the assembly as the user's compiler wrote it.</summary>
    public static Guid Of(ModuleDefinition module) => Guid.TryParse(Metadata(module.Assembly, Key), out Guid origin) ? origin : module.Mvid;

    /// <summary>A drop-in that another assembly refers to is read with the bodies that the user wrote.</summary>
    public static AssemblyDefinition Restored(AssemblyDefinition assembly)
    {
        if (IsDropIn(assembly))
        {
            foreach (TypeDefinition type in assembly.MainModule.GetTypes())
            {
                Restore(type);
            }
        }

        return assembly;
    }

    // <forward>__original, ...__compiled0, ...__missed: see DropInWriter.
    private static void Restore(TypeDefinition type)
    {
        foreach (MethodDefinition generated in type.Methods.Where(m => m.IsPrivate && m.Name.StartsWith('<') && m.Name.Contains(">__", StringComparison.Ordinal)).ToArray())
        {
            (string name, string role) = (generated.Name[1..generated.Name.LastIndexOf(">__", StringComparison.Ordinal)], generated.Name[(generated.Name.LastIndexOf(">__", StringComparison.Ordinal) + 3)..]);
            if (role.StartsWith("original", StringComparison.Ordinal) && type.Methods.FirstOrDefault(m => m.Name == name && HasSameSignature(m, generated)) is { } method)
            {
                method.Body = generated.Body;
                type.Methods.Remove(generated);
            }
            else if (role.StartsWith("compiled", StringComparison.Ordinal) || role.StartsWith("missed", StringComparison.Ordinal))
            {
                type.Methods.Remove(generated);
            }
        }
    }

    private static bool HasSameSignature(MethodDefinition a, MethodDefinition b) =>
        a.IsStatic == b.IsStatic && a.ReturnType.FullName == b.ReturnType.FullName && a.Parameters.Select(p => p.ParameterType.FullName).SequenceEqual(b.Parameters.Select(p => p.ParameterType.FullName));

    private static string? Metadata(AssemblyDefinition assembly, string key) => assembly.CustomAttributes
        .Where(a => a.AttributeType.FullName == "System.Reflection.AssemblyMetadataAttribute" && a.ConstructorArguments is [{ Value: string k }, _] && k == key)
        .Select(a => a.ConstructorArguments[1].Value as string).FirstOrDefault();
}
