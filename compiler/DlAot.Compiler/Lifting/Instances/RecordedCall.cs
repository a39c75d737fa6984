using System.Collections.Immutable;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>A kind of call that a profile has recorded: what a method was given, as a hypothesis to begin with.</summary>
/// <param name="Order">0 is the most frequent kind of call of the method.</param>
/// <param name="Tensors">Types of tensors, by <see cref="Access.Key"/>.</param>
/// <param name="Arguments">The other arguments, by parameter.</param>
/// <param name="Sizes">Sizes that were the same in all calls, by <see cref="SizeName"/>: likely, not required.</param>
internal sealed record RecordedCall(
    int Order, ImmutableSortedDictionary<string, PlaceType> Tensors, ImmutableDictionary<string, AbstractValue> Arguments, ImmutableDictionary<string, long> Sizes)
{
    /// <summary>What a size of a tensor is called while its own symbol is not made.</summary>
    public static string SizeName(string place, int dim) => $"{place}/{dim}";
}
