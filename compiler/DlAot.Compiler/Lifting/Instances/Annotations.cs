using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>The attributes of DlAot.Annotations, known by their names: the compiled assembly need not have the package's own version.</summary>
internal static class Annotations
{
    private const string Compile = "DlAot.CompileAttribute", Eager = "DlAot.EagerAttribute", Shape = "DlAot.ShapeAttribute";

    private static readonly ConditionalWeakTable<MethodDefinition, string> Eagers = []; // empty where there is none

    /// <summary><c>[Eager]</c> on the method, on a type around it, or on the assembly; null when there is none, else what it stands on.</summary>
    public static string? EagerPlace(MethodDefinition method) => Eagers.GetValue(method, m => FindEager(m) ?? "") is { Length: > 0 } place ? place : null;

    private static string? FindEager(MethodDefinition method)
    {
        // The attribute of a property stands on the property.
        PropertyDefinition? property = method.IsSpecialName && method.DeclaringType.HasProperties ? method.DeclaringType.Properties.FirstOrDefault(p => p.GetMethod == method || p.SetMethod == method) : null;
        if (Has(method, Eager) || (property is not null && Has(property, Eager)))
        {
            return "the method";
        }

        for (TypeDefinition? type = method.DeclaringType; type is not null; type = type.DeclaringType)
        {
            if (Has(type, Eager))
            {
                return $"the class {type.Name}";
            }
        }

        return method.Module.Assembly is { } assembly && Has(assembly, Eager) ? "the assembly" : null;
    }

    /// <summary><c>[Compile]</c> on the method itself.</summary>
    public static bool IsMarkedCompile(MethodDefinition method) => Has(method, Compile);

    /// <summary>The sizes in <c>[Shape("N,3,H,W")]</c>, null when there is no such attribute.</summary>
    public static string? ShapeOf(ICustomAttributeProvider provider) =>
        provider.HasCustomAttributes && provider.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName == Shape) is { ConstructorArguments: [{ Value: string dims }] } ? dims : null;

    /// <summary>The signature in <c>[Compile(Signature = "forward(x: f32[N,4])")]</c> on the method, or on the class for its method of that name.</summary>
    public static string? SignatureOf(MethodDefinition method) => new ICustomAttributeProvider[] { method, method.DeclaringType }
        .SelectMany(p => p.CustomAttributes).Where(a => a.AttributeType.FullName == Compile)
        .Select(a => a.Properties.FirstOrDefault(p => p.Name == "Signature").Argument.Value as string)
        .FirstOrDefault(s => s is not null && (s.IndexOf('(') < 0 || s[..s.IndexOf('(')].Trim() == method.Name));

    private static bool Has(ICustomAttributeProvider provider, string attribute) => provider.HasCustomAttributes && provider.CustomAttributes.Any(a => a.AttributeType.FullName == attribute);
}
