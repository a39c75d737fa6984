using System.Collections.Immutable;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>
/// Copies of abstract values that share nothing with the original: what a caller passes is taken down when it is passed, and
/// every interpretation of the constructor gets a copy of its own.
/// </summary>
/// <param name="owner">The module whose objects the values are passed to; null when that does not matter.</param>
internal sealed class Snapshot(World world, SharedState shared, Mono.Cecil.ModuleDefinition? owner = null)
{
    private readonly Dictionary<Instance, Instance> copies = [];

    /// <summary>The copy; unknown is what only the caller's interpretation gives a meaning.</summary>
    public AbstractValue Of(AbstractValue value)
    {
        switch (value)
        {
            case Constant or Token:
                return value;
            case Size s:
                return Known(s.Value) is long n ? AbstractValue.Of(n) : new Unknown(null, "a size");
            case Boxed b:
                return b with { Content = Of(b.Content) };
            case TensorRef t:
                ImmutableArray<DimExpr> shape = [.. t.Value.Type.Shape.Select((d, i) => Known(d) is long n ? (DimExpr)n : DimExpr.Symbol($"dim_{i}"))];
                return Models.TorchModels.OfType(new TensorType(t.Value.DType, shape));
            case DelegateRef { Target: null or ObjectRef { Instance.Fields.Count: 0 } } d when IsKnown(d.Method.DeclaringType):
                return d with { Access = null };
            case ObjectRef { Instance: { IsOpaque: false } instance } when IsKnown(instance.Type):
                return new ObjectRef(Copy(instance));
            default:
                return new Unknown((value as Unknown)?.Type, "the caller's value");
        }
    }

    private Instance Copy(Instance from)
    {
        if (copies.TryGetValue(from, out Instance? known))
        {
            return known;
        }

        Instance copy = copies[from] = new Instance(from.Type) { IsStruct = from.IsStruct, Keys = from.Keys?.ToList() };
        foreach ((string key, AbstractValue v) in from.Fields)
        {
            copy.Fields[key] = Of(v);
        }

        foreach ((string key, AbstractValue v) in from.Facts)
        {
            copy.Facts[key] = Of(v);
        }

        copy.Items = from.Items?.Select(Of).ToList();
        return copy;
    }

    private long? Known(DimExpr e) => e.Constant ?? (e.Symbols.All(shared.Guesses.ContainsKey) ? e.Evaluate(s => shared.Guesses[s]) : null);

    // Types of another application are nothing that this assembly can name.
    private bool IsKnown(TypeReference type) =>
        type is ArrayType a ? IsKnown(a.ElementType)
        : (type is not GenericInstanceType g || g.GenericArguments.All(IsKnown))
            && (World.IsTorchSharp(type) || World.ScopeName(type).StartsWith("System.", StringComparison.Ordinal) || type.Module?.TypeSystem.CoreLibrary == type.Scope || CanName(world.Resolve(type)?.Module));

    // What an application passes on to objects of its own never becomes part of compiled code.
    private bool CanName(ModuleDefinition? module) => owner is null || owner == world.Module ? world.CanName(module) : world.IsUsers(module);
}
