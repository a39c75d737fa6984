using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Effects;

/// <summary>
/// Mod/ref of every method of an assembly over objects that others can see, through its own calls (virtual ones: every override in the
/// assembly). The smallest sets that satisfy all methods at once: they grow from nothing until nothing changes.
/// </summary>
public sealed class EffectAnalysis
{
    // Sets are finite (steps of places are bounded); this is for damaged metadata.
    private const int MostRounds = 12;

    private readonly World world;
    private readonly Dictionary<MethodDefinition, MethodEffects> effects = [];
    private readonly Dictionary<(string, string), MethodDefinition[]> targets = [];
    private readonly ILookup<string, MethodDefinition> overrides;
    private readonly Lazy<ILookup<string, (MethodDefinition Reader, HeapAccess Access)>> readers;

    public EffectAnalysis(World world)
    {
        this.world = world;
        MethodDefinition[] methods = [.. world.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasCode())];
        overrides = methods.Where(m => m.IsVirtual).ToLookup(m => m.Name, StringComparer.Ordinal);
        bool changed = true;
        for (int round = 0; changed && round < MostRounds; round++)
        {
            changed = false;
            foreach (MethodDefinition m in methods)
            {
                MethodEffects now = new EffectWalk(m, Of, Targets).Run();
                changed |= !now.Equals(effects.GetValueOrDefault(m));
                effects[m] = now;
            }
        }

        readers = new(() => effects.SelectMany(e => e.Value.Accesses.Where(a => !a.IsWrite && a.Via.IsEmpty && a.Field is not null).Select(a => (Reader: e.Key, Access: a)))
            .ToLookup(r => r.Access.Field!.Resolve()?.FullName ?? r.Access.Field!.FullName, StringComparer.Ordinal));
    }

    internal MethodEffects Of(MethodDefinition method) => effects.GetValueOrDefault(method, MethodEffects.None);

    /// <summary>The first method besides the one that asks and the one that writes that reads a written field, and where.</summary>
    internal (string Method, Ir.SourceLocation Location)? ReaderOf(HeapAccess write, MethodDefinition except) => readers.Value[write.Field!.Resolve()?.FullName ?? write.Field.FullName]
        .Where(r => r.Reader != except && LiftedMethod.NameOf(r.Reader) != write.Location.Method && !r.Reader.IsConstructor && !r.Reader.IsGetter)
        .Select(r => ((string, Ir.SourceLocation)?)(r.Reader.Name, r.Access.Location)).FirstOrDefault();

    // A call of a module runs the forward of its class.
    private IEnumerable<MethodDefinition> Targets(MethodReference called, TypeReference? receiver)
    {
        (string, string) key = (called.FullName, receiver?.FullName ?? "");
        if (!targets.TryGetValue(key, out MethodDefinition[]? found))
        {
            targets[key] = found = [.. Find(called, receiver).Where(m => m.HasCode() && m.Module == world.Module).Distinct()];
        }

        return found;
    }

    private IEnumerable<MethodDefinition> Find(MethodReference called, TypeReference? receiver)
    {
        if (called.Name == "call" && called.HasThis && receiver is not null && world.IsModule(receiver) && !World.IsTorchSharp(receiver))
        {
            return world.Hierarchy(receiver).Select(t => world.Resolve(t)?.Methods.FirstOrDefault(m => m.Name == "forward" && m.Parameters.Count == called.Parameters.Count)).OfType<MethodDefinition>().Take(1);
        }

        if (world.Resolve(called) is not { } definition)
        {
            return [];
        }

        // What anybody may implement (IEnumerator) is followed only where the receiver is known to be of the assembly.
        TypeReference? of = receiver is not null && world.Resolve(receiver)?.Module == world.Module ? receiver : definition.Module == world.Module ? definition.DeclaringType : null;
        return definition.IsVirtual && !definition.IsFinal
            ? of is null ? [] : overrides[definition.Name].Where(m => m.Parameters.Count == definition.Parameters.Count
                && (world.IsAssignable(m.DeclaringType, of) || (world.IsAssignable(of, m.DeclaringType) && world.IsAssignable(m.DeclaringType, definition.DeclaringType)))).Prepend(definition)
            : [definition];
    }
}
