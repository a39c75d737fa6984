using Mono.Cecil;

namespace DlAot.Compiler.Reading;

/// <summary>Types of the assembly being compiled and of what it references: resolution, inheritance, overrides.</summary>
public sealed class World(AssemblyDefinition assembly, Func<string, IReadOnlyList<ModuleDefinition>>? findUsers = null, Func<ModuleDefinition, bool>? isShared = null)
{
    public const string ModuleBase = "TorchSharp.torch/nn/Module";
    private const string TorchSharp = "TorchSharp";
    public const string TensorName = "TorchSharp.torch/Tensor";
    public const string ParameterName = "TorchSharp.Modules.Parameter";

    private readonly Dictionary<string, TypeDefinition?> resolved = new(StringComparer.Ordinal);

    public AssemblyDefinition Assembly { get; } = assembly;

    public ModuleDefinition Module => Assembly.MainModule;

    private IReadOnlyList<ModuleDefinition>? applications;

    /// <summary>Assemblies that refer to this one.</summary>
    public IReadOnlyList<ModuleDefinition> Applications => applications ??= findUsers?.Invoke(Assembly.Name.Name) ?? [];

    /// <summary>Another assembly that uses TorchSharp and lies beside this one, or is compiled with it, has the class.</summary>
    /// <param name="name">With namespace, as in C#.</param>
    public bool IsElsewhere(string name) => (others ??= [.. (findUsers?.Invoke(TorchSharp) ?? []).Except([Module]).SelectMany(m => m.GetTypes()).Select(NameOf)]).Contains(name);

    /// <summary>The class of the assembly itself that C# calls so; null when there is none.</summary>
    public TypeDefinition? Find(string name) => Module.GetTypes().FirstOrDefault(t => NameOf(t) == name);

    private static string NameOf(TypeDefinition type) => type.FullName.Replace('/', '.');

    private HashSet<string>? others;

    private readonly UserCode users = new(assembly.MainModule, isShared ?? (_ => false));

    /// <summary>Whether what the module holds is followed: the assembly itself and others that its user or a third party wrote, no library that is known by models.</summary>
    public bool IsUsers(ModuleDefinition? module) => module is not null && users.Contains(module);

    /// <summary>The assembly and all users' assemblies that it refers to, also through others: what compiled code may be made of.</summary>
    public IReadOnlyCollection<ModuleDefinition> Code => users.Reachable;

    /// <summary>Whether compiled code may name what the module holds.</summary>
    public bool CanName(ModuleDefinition? module) => module is not null && users.Reachable.Contains(module);

    /// <summary>Other users' assemblies of which something was looked at since it was set; null when nobody asks.</summary>
    public HashSet<ModuleDefinition>? Used { get; set; }

    /// <summary>What was found depends on the module's content.</summary>
    public void Note(ModuleDefinition? module)
    {
        if (Used is not null && module is not null && module != Module && IsUsers(module))
        {
            Used.Add(module);
        }
    }

    private TypeDefinition? torch;

    /// <summary>The class <c>torch</c> of the TorchSharp in use; null when the assembly refers to none that can be found.</summary>
    public TypeDefinition? Torch => torch ??= FindTorch();

    public static bool IsTensor(TypeReference? type) => type?.FullName is TensorName or ParameterName;

    public static bool IsTorchSharp(TypeReference type) => ScopeName(type) is TorchSharp or "TorchVision" or "TorchAudio";

    /// <summary>A program of another compiler: a TorchScript module (<c>torch.jit</c>) or what <c>torch.export</c> loads.</summary>
    public static bool IsProgram(TypeReference type) =>
        IsTorchSharp(type) && (type.DeclaringType?.Name == "jit" || (type.DeclaringType is null && type.Name.Split('`')[0] == "ExportedProgram"));

    /// <summary><c>Nullable&lt;T&gt;</c> gives T, others themselves.</summary>
    public static TypeReference Content(TypeReference type) => type is GenericInstanceType { GenericArguments: [var content] } && IsNullable(type) ? content : type;

    public static bool IsNullable(TypeReference type) => type is GenericInstanceType or not TypeSpecification && type.GetElementType().FullName == "System.Nullable`1";

    /// <summary>Simple name of the assembly that the reference points to.</summary>
    public static string ScopeName(TypeReference type) => type.GetElementType().Scope switch
    {
        AssemblyNameReference name => name.Name,
        ModuleDefinition module => module.Assembly?.Name.Name ?? module.Name,
        var other => other?.Name ?? "",
    };

    /// <summary>A generic class of System.Collections.Generic, as the assembly refers to it.</summary>
    public TypeReference Collection(string name)
    {
        if (Module.GetTypeReferences().FirstOrDefault(r => r.Namespace == "System.Collections.Generic" && r.Name == name) is { } known)
        {
            return known;
        }

        // Where the base library is split into facades, they are not in the same one as their interfaces.
        IMetadataScope scope = Module.TypeSystem.CoreLibrary;
        if (scope is AssemblyNameReference { Name: "System.Runtime" } core && Module.AssemblyReferences.FirstOrDefault(r => r.Name == "System.Collections") is var collections)
        {
            if (collections is null)
            {
                Module.AssemblyReferences.Add(collections = new AssemblyNameReference("System.Collections", core.Version) { PublicKeyToken = core.PublicKeyToken });
            }

            scope = collections;
        }

        var type = new TypeReference("System.Collections.Generic", name, Module, scope);
        foreach (string parameter in name.EndsWith('2') ? new[] { "TKey", "TValue" } : ["T"])
        {
            type.GenericParameters.Add(new GenericParameter(parameter, type));
        }

        return type;
    }

    /// <summary>The definition, or null when its assembly cannot be found.</summary>
    public TypeDefinition? Resolve(TypeReference? type)
    {
        if (type is null or GenericParameter)
        {
            return null;
        }

        string key = $"{ScopeName(type)}|{type.GetElementType().FullName}";
        if (!resolved.TryGetValue(key, out TypeDefinition? definition))
        {
            try
            {
                definition = type.Resolve();
            }
            catch (AssemblyResolutionException)
            {
                definition = null;
            }

            resolved[key] = definition;
        }

        Note(definition?.Module);
        return definition;
    }

    private TypeDefinition? FindTorch()
    {
        try
        {
            return Module.AssemblyReferences.FirstOrDefault(r => r.Name == TorchSharp) is { } reference ? Module.AssemblyResolver.Resolve(reference)?.MainModule.GetType("TorchSharp.torch") : null;
        }
        catch (AssemblyResolutionException)
        {
            return null;
        }
    }

    public MethodDefinition? Resolve(MethodReference method)
    {
        try
        {
            MethodDefinition? definition = method.Resolve();
            Note(definition?.Module);
            return definition;
        }
        catch (AssemblyResolutionException)
        {
            return null;
        }
    }

    /// <summary>The type and its base types, most derived first, generic arguments filled in.</summary>
    public IEnumerable<TypeReference> Hierarchy(TypeReference type)
    {
        int depth = 0;
        for (TypeReference? t = type; t is not null && depth < MostAncestors; depth++)
        {
            yield return t;
            t = Resolve(t)?.BaseType is { } b ? Generics.Fill(b, t) : null;
        }
    }

    // Damaged metadata can have a type among its own ancestors.
    private const int MostAncestors = 100;

    /// <summary>All interfaces of the type, generic arguments filled in.</summary>
    public IEnumerable<TypeReference> Interfaces(TypeReference type) => Interfaces(type, 0).DistinctBy(i => i.FullName);

    private IEnumerable<TypeReference> Interfaces(TypeReference type, int depth) =>
        depth > MostInterfaces ? [] : Hierarchy(type).SelectMany(Direct).SelectMany(i => Interfaces(i, depth + 1).Prepend(i));

    private const int MostInterfaces = 12; // deep

    private IEnumerable<TypeReference> Direct(TypeReference type) => Resolve(type)?.Interfaces.Select(i => Generics.Fill(i.InterfaceType, type)) ?? [];

    public bool IsModule(TypeReference type) => Hierarchy(type).Any(t => t.FullName == ModuleBase);

    private readonly Dictionary<string, TypeDefinition?> onlyClasses = new(StringComparer.Ordinal);

    /// <summary>The only class of the assembly that goes as an interface or abstract class; null when there is none, or more.</summary>
    public TypeDefinition? OnlyClassOf(TypeReference type)
    {
        if (!onlyClasses.TryGetValue(type.FullName, out TypeDefinition? only))
        {
            TypeDefinition[] found = [.. Module.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false, IsValueType: false, HasGenericParameters: false } && Hierarchy(t).Concat(Interfaces(t)).Any(b => b.FullName == type.FullName)).Take(2)];
            onlyClasses[type.FullName] = only = found is [var one] ? one : null;
        }

        return only;
    }

    public bool IsDelegate(TypeReference type) => Resolve(type)?.BaseType?.FullName == "System.MulticastDelegate";

    /// <summary>True when <paramref name="type"/> can be assigned to <paramref name="target"/> by inheritance or interfaces (by name).</summary>
    public bool IsAssignable(TypeReference type, TypeReference target) =>
        target.FullName == "System.Object" || Hierarchy(type).Any(t => t.FullName == target.FullName
            || (Resolve(t)?.Interfaces.Any(i => Generics.Fill(i.InterfaceType, t).FullName == target.FullName) ?? false));

    /// <summary>The method that a virtual call on an object of exactly this type runs, and the type in the hierarchy that declares it.</summary>
    public (MethodDefinition Method, TypeReference Declaring)? FindOverride(TypeReference type, MethodReference called)
    {
        TypeDefinition? slot = Resolve(called)?.DeclaringType ?? Resolve(called.DeclaringType);
        foreach (TypeReference t in Hierarchy(type))
        {
            foreach (MethodDefinition m in Resolve(t)?.Methods ?? [])
            {
                bool isExplicit = m.Overrides.Any(o => o.Name == called.Name && o.DeclaringType.GetElementType().FullName == called.DeclaringType.GetElementType().FullName);
                if (isExplicit || (Takes(m, t, slot) && (m.Name == called.Name && !m.IsStatic && m.Parameters.Count == called.Parameters.Count && m.GenericParameters.Count == GenericArity(called) && SameParameters(m, t, called))))
                {
                    return (m, t);
                }
            }
        }

        return null;
    }

    // A method of the same name below the called one takes its place only when it overrides it; it may just hide it.
    private bool Takes(MethodDefinition m, TypeReference t, TypeDefinition? slot) =>
        slot is { IsInterface: true } ? m.IsVirtual && (!m.IsNewSlot || IsDeclared(slot, t))
        : slot == Resolve(t) || (m.IsVirtual && !m.IsNewSlot);

    private bool IsDeclared(TypeDefinition target, TypeReference t) => Resolve(t)!.Interfaces.Any(i => Resolve(i.InterfaceType) == target);

    private static int GenericArity(MethodReference m) => m is GenericInstanceMethod g ? g.GenericArguments.Count : m.GenericParameters.Count;

    private static bool SameParameters(MethodDefinition candidate, TypeReference declaring, MethodReference called) =>
        candidate.Parameters.Zip(called.Parameters).All(p =>
            Generics.Fill(p.First.ParameterType, declaring).FullName == Generics.Fill(p.Second.ParameterType, called.DeclaringType).FullName
            || p.First.ParameterType.ContainsGenericParameter || p.Second.ParameterType.ContainsGenericParameter);
}
