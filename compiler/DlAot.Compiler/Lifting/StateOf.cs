using DlAot.Compiler.Lifting.Models;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>What a later call finds in a place that an earlier call has written.</summary>
internal static class StateOf
{
    public static AbstractValue After(PlaceState place) => place switch
    {
        { Value: Constant { Value: long n }, Before: Constant { Value: long } or Size, Type.MetadataType: not MetadataType.Boolean } when place.Before is Size || !Equals(((Constant)place.Before).Value, n) =>
            new Size(DimExpr.Symbol("?")), // a counter: different after each call
        _ => After(place.Value),
    };

    /// <summary>Nothing else can be said of the one than of the other.</summary>
    public static bool IsSame(AbstractValue a, AbstractValue b) => (a, b) switch
    {
        (TensorRef x, TensorRef y) => x.Value.DType == y.Value.DType && x.Value.Rank == y.Value.Rank,
        (Size, Size) => true,
        (ObjectRef x, ObjectRef y) => x.Instance.Type.FullName == y.Instance.Type.FullName && x.Instance.Items?.Count == y.Instance.Items?.Count
            && x.Instance.Fields.All(f => y.Instance.Fields.TryGetValue(f.Key, out AbstractValue? other) && IsSame(f.Value, other))
            && (x.Instance.Items?.Zip(y.Instance.Items!).All(p => IsSame(p.First, p.Second)) ?? true),
        _ => Equals(a, b),
    };

    private static AbstractValue After(AbstractValue value) => value switch
    {
        Constant c => c with { Assumed = true },
        Size => new Size(DimExpr.Symbol("?")),
        TensorRef { Object.Access: null, Value.Type: var type } => TorchModels.OfType(new TensorType(type.DType, [.. type.Shape.Select(d => d.IsOne ? d : DimExpr.Symbol("?"))])),
        ObjectRef { Access: null } o => new ObjectRef(After(o.Instance)),
        Boxed => new Unknown(null, "a boxed value"),
        _ => value,
    };

    private static Instance After(Instance made)
    {
        Instance copy = made.Copy();
        foreach ((string key, AbstractValue value) in made.Fields)
        {
            copy.Fields[key] = After(value);
        }

        for (int i = 0; i < copy.Items?.Count; i++)
        {
            copy.Items[i] = After(copy.Items[i]);
        }

        return copy;
    }
}
