using System.Runtime.CompilerServices;
using DlAot.Compiler.Configuration;
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
        if (Has(method, Eager) || (PropertyOf(method) is { } property && Has(property, Eager)))
        {
            return "the method";
        }

        if (TypesAround(method).FirstOrDefault(t => Has(t, Eager)) is { } type)
        {
            return $"the class {type.Name}";
        }

        return method.Module.Assembly is { } assembly && Has(assembly, Eager) ? "the assembly" : null;
    }

    /// <summary><c>[Compile]</c> on the method itself.</summary>
    public static bool IsMarkedCompile(MethodDefinition method) => Has(method, Compile);

    private static readonly ConditionalWeakTable<MethodDefinition, MethodDefinition> Hosts = []; // of parts

    /// <summary>The method is a part of another, whose attributes hold for it.</summary>
    public static void BelongsTo(MethodDefinition part, MethodDefinition host) => Hosts.AddOrUpdate(part, host);

    /// <summary>What <c>[Compile]</c> says on the method, on its property, on types around it and on the assembly, nearest first.</summary>
    public static MethodSettings SettingsOf(MethodDefinition method)
    {
        MethodDefinition asked = Hosts.TryGetValue(method, out MethodDefinition? host) ? host : method;
        IEnumerable<ICustomAttributeProvider?> places = [asked, PropertyOf(asked), .. TypesAround(asked), asked.Module.Assembly];
        return places.OfType<ICustomAttributeProvider>().Where(p => p.HasCustomAttributes).SelectMany(p => p.CustomAttributes).Where(a => a.AttributeType.FullName == Compile)
            .Aggregate(MethodSettings.None, (nearer, a) => nearer.Or(a.Properties.Aggregate(MethodSettings.None, (s, p) => s.With(p.Name, p.Argument.Value))));
    }

    /// <summary>The sizes in <c>[Shape]</c> on what holds the tensor: a field, or the property that it is read by or stands behind.</summary>
    public static string? ShapeOf(Access place) => place switch
    {
        Access.Field { Reference: var field } => Shaped(field),
        Access.Static { Reference: var field } => Shaped(field),
        Access.Property { Getter: var getter } => Shaped(getter),
        _ => null,
    };

    private static readonly ConditionalWeakTable<MemberReference, string> Shapes = []; // "none" where there is none

    private static string? Shaped(MemberReference member) => Shapes.GetValue(member, m => FindShape(m) ?? "none") is var found && found != "none" ? found : null;

    private static string? FindShape(MemberReference member)
    {
        try
        {
            return member.Resolve() switch
            {
                FieldDefinition f => ShapeOf(f) ?? (f.Name.StartsWith('<') && f.DeclaringType.Properties.FirstOrDefault(p => f.Name == $"<{p.Name}>k__BackingField") is { } property ? ShapeOf(property) : null),
                MethodDefinition m when PropertyOf(m) is { } property => ShapeOf(property),
                _ => null,
            };
        }
        catch (AssemblyResolutionException)
        {
            return null;
        }
    }

    private static PropertyDefinition? PropertyOf(MethodDefinition method) =>
        method.IsSpecialName && method.DeclaringType.HasProperties ? method.DeclaringType.Properties.FirstOrDefault(p => p.GetMethod == method || p.SetMethod == method) : null;

    private static IEnumerable<TypeDefinition> TypesAround(MethodDefinition method)
    {
        for (TypeDefinition? type = method.DeclaringType; type is not null; type = type.DeclaringType)
        {
            yield return type;
        }
    }

    /// <summary>The sizes in <c>[Shape("N,3,H,W")]</c>, null when there is no such attribute.</summary>
    public static string? ShapeOf(ICustomAttributeProvider provider) =>
        provider.HasCustomAttributes && provider.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName == Shape) is { ConstructorArguments: [{ Value: string dims }] } ? dims : null;

    /// <summary>The signature in <c>[Compile(Signature = "forward(x: f32[N,4])")]</c> on the method, on the class for its method of that name, or on the assembly for the method of that full name.</summary>
    public static string? SignatureOf(MethodDefinition method) =>
        Written(method, s => s.IndexOf('(') < 0 || NameIn(s) == method.Name || NameIn(s) == LiftedMethod.NameOf(method))
        ?? Written(method.DeclaringType, s => s.IndexOf('(') < 0 || NameIn(s) == method.Name || NameIn(s) == LiftedMethod.NameOf(method))
        ?? (method.Module.Assembly is { } assembly ? Written(assembly, s => s.IndexOf('(') >= 0 && NameIn(s) == LiftedMethod.NameOf(method)) : null);

    private static string? Written(ICustomAttributeProvider provider, Func<string, bool> isMeant) => !provider.HasCustomAttributes ? null
        : provider.CustomAttributes.Where(a => a.AttributeType.FullName == Compile).Select(a => a.Properties.FirstOrDefault(p => p.Name == "Signature").Argument.Value as string).FirstOrDefault(s => s is not null && isMeant(s));

    private static string NameIn(string signature) => signature[..Math.Max(0, signature.IndexOf('('))].Trim();

    private static bool Has(ICustomAttributeProvider provider, string attribute) => provider.HasCustomAttributes && provider.CustomAttributes.Any(a => a.AttributeType.FullName == attribute);
}
