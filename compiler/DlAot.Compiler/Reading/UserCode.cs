using Mono.Cecil;

namespace DlAot.Compiler.Reading;

/// <summary>Tells assemblies whose IL is followed from those that are known by models or not at all.</summary>
/// <param name="own">The assembly being compiled.</param>
/// <param name="isShared">Whether a module belongs to the shared framework.</param>
internal sealed class UserCode(ModuleDefinition own, Func<ModuleDefinition, bool> isShared)
{
    private readonly Dictionary<ModuleDefinition, bool> known = new() { [own] = true };
    private HashSet<ModuleDefinition>? reachable;

    /// <summary>The assembly itself and what it refers to, directly or through others.</summary>
    public IReadOnlySet<ModuleDefinition> Reachable => reachable ??= Reach();

    public bool Contains(ModuleDefinition module)
    {
        if (!known.TryGetValue(module, out bool isUsers))
        {
            known[module] = isUsers = IsUsers(module);
        }

        return isUsers;
    }

    // Reference assemblies have no bodies. What Microsoft ships is followed only where it is written over TorchSharp.
    private bool IsUsers(ModuleDefinition module) =>
        !IsLibrary(module.Assembly.Name.Name) && !isShared(module)
        && !module.Assembly.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.ReferenceAssemblyAttribute")
        && (!IsPlatform(module.Assembly.Name.Name) || module.AssemblyReferences.Any(r => r.Name == "TorchSharp"));

    private static bool IsLibrary(string name) => name is "TorchSharp" or "TorchVision" or "TorchAudio" or "netstandard" or "mscorlib" or "System" || name.StartsWith("DlAot.", StringComparison.Ordinal);

    private static bool IsPlatform(string name) => name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal);

    private HashSet<ModuleDefinition> Reach()
    {
        var found = new HashSet<ModuleDefinition> { own };
        var queue = new Queue<ModuleDefinition>(found);
        while (queue.TryDequeue(out ModuleDefinition? module))
        {
            foreach (AssemblyNameReference reference in module.AssemblyReferences.Where(r => !IsLibrary(r.Name)))
            {
                if (TryResolve(module, reference) is { } next && Contains(next) && found.Add(next))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return found;
    }

    private static ModuleDefinition? TryResolve(ModuleDefinition module, AssemblyNameReference reference)
    {
        try
        {
            return module.AssemblyResolver.Resolve(reference)?.MainModule;
        }
        catch (Exception e) when (e is AssemblyResolutionException or BadImageFormatException or IOException)
        {
            return null;
        }
    }
}
