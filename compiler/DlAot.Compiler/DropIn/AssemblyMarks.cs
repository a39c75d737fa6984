using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Attributes of the drop-in: that it is one, of which build, and that it may read members that are private to other classes, to TorchSharp, and to assemblies whose code it is made of.</summary>
internal static class AssemblyMarks
{
    private const string Space = "System.Runtime.CompilerServices";
    private const string Name = "IgnoresAccessChecksToAttribute";

    public static void Write(AssemblyDefinition assembly, TypeImporter types, CoreMembers core, string version, IEnumerable<string> tiedTo)
    {
        TypeReference text = types.Module.TypeSystem.String;
        Add(assembly, core.Constructor(types.Core("System.Reflection", "AssemblyMetadataAttribute"), text, text), text, "DlAot", version);
        Add(assembly, core.Constructor(types.Core("System.Reflection", "AssemblyMetadataAttribute"), text, text), text, DropInOrigin.Key, types.Module.Mvid.ToString("D"));

        // The common language runtime looks for the attribute by name; the base library does not declare it.
        TypeDefinition attribute = types.Module.GetType(Space, Name) ?? Declare(types, core);
        MethodDefinition constructor = attribute.Methods.First(m => m.IsConstructor && m.Parameters.Count == 1);
        foreach (string friend in new[] { assembly.Name.Name, "TorchSharp" }.Union(tiedTo))
        {
            Add(assembly, constructor, text, friend);
        }
    }

    private static void Add(AssemblyDefinition assembly, MethodReference constructor, TypeReference text, params string[] arguments)
    {
        var attribute = new CustomAttribute(constructor);
        foreach (string argument in arguments)
        {
            attribute.ConstructorArguments.Add(new CustomAttributeArgument(text, argument));
        }

        assembly.CustomAttributes.Add(attribute);
    }

    private static TypeDefinition Declare(TypeImporter types, CoreMembers core)
    {
        TypeReference root = types.Core("System", "Attribute");
        var type = new TypeDefinition(Space, Name, TypeAttributes.NotPublic | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit, root);
        var constructor = new MethodDefinition(
            ".ctor", MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, types.Module.TypeSystem.Void);
        constructor.Parameters.Add(new ParameterDefinition("assemblyName", ParameterAttributes.None, types.Module.TypeSystem.String));
        var il = new Il(constructor.Body);
        il.LoadThis();
        il.Call(core.Constructor(root));
        il.Return();
        type.Methods.Add(constructor);

        TypeReference targets = types.Core("System", "AttributeTargets", true);
        var usage = new CustomAttribute(core.Constructor(types.Core("System", "AttributeUsageAttribute"), targets));
        usage.ConstructorArguments.Add(new CustomAttributeArgument(targets, (int)AttributeTargets.Assembly));
        usage.Properties.Add(new CustomAttributeNamedArgument("AllowMultiple", new CustomAttributeArgument(types.Module.TypeSystem.Boolean, true)));
        type.CustomAttributes.Add(usage);
        types.Module.Types.Add(type);
        return type;
    }
}
