using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>A kind of call that a profile has recorded: what a method was given, as a hypothesis to begin with.</summary>
/// <param name="Order">0 is the most frequent kind of call of the method.</param>
/// <param name="Tensors">Types of tensors, by <see cref="Access.Key"/>.</param>
/// <param name="Arguments">The other arguments, by parameter.</param>
/// <param name="Sizes">Sizes that were the same in all calls, by <see cref="SizeName"/>: likely, not required.</param>
internal sealed record RecordedCall(
    int Order, ImmutableSortedDictionary<string, PlaceType> Tensors, ImmutableDictionary<string, AbstractValue> Arguments, ImmutableDictionary<string, long> Sizes)
{
    /// <summary>Sizes that are 1 and stand against others: without that they would be taken to be equal.</summary>
    public ImmutableHashSet<string> Ones { get; init; } = [];

    /// <summary>A size of a tensor, as far as it is fixed.</summary>
    public DimExpr SizeAt(Access place, int dim) => SizeName(place.Key, dim) is var name && Ones.Contains(name) ? 1 : DimExpr.Symbol(name);

    /// <summary>The same call with sizes of 1 fixed where the version does not fit it because it takes them for others; null where it fits.</summary>
    public RecordedCall? WithOnes(LiftedVersion version)
    {
        (string Name, DimExpr Size)[] sizes = [.. version.Graph.Inputs.Zip(version.Inputs).Where(i => Tensors.ContainsKey(i.Second.Key)).SelectMany(i => i.First.Value.Shape.Select((s, d) => (SizeName(i.Second.Key, d), s)))];
        string[] ones = [.. sizes.Where(s => IsOne(s.Name) && !s.Size.IsOne && (s.Size.Constant is not null || sizes.Any(o => o.Size == s.Size && !IsOne(o.Name)))).Select(s => s.Name).Where(n => !Ones.Contains(n))];
        return ones.Length == 0 ? null : this with { Ones = Ones.Union(ones) };
    }

    private bool IsOne(string name) => Sizes.GetValueOrDefault(name) == 1;

    /// <summary>What a size of a tensor is called while its own symbol is not made.</summary>
    public static string SizeName(string place, int dim) => $"{place}/{dim}";
}
