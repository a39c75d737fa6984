using System.Collections.Immutable;

namespace DlAot.Compiler.Lifting;

/// <summary>What is known of a method that is a part of another where it begins.</summary>
/// <param name="Likely">What places are first taken to hold, by <see cref="Access.Key"/>.</param>
/// <param name="AtEntry">What places hold where that is not what the constructor put there, by <see cref="Access.Key"/>.</param>
/// <param name="Origins">Where the objects come from that parameters hold, by the parameter's name: likely, not certain.</param>
/// <param name="Varying">Parameters that are another number at each call: no version is made for one number.</param>
internal sealed record PartContext(
    IReadOnlyDictionary<string, PlaceType> Likely, ImmutableDictionary<string, AbstractValue> AtEntry, IReadOnlyDictionary<string, Access> Origins, IReadOnlySet<string> Varying)
{
    /// <summary>What is likely follows from a profile: versions for it come first.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>A version is for what is likely.</summary>
    public bool Fits(PlaceTypes places) => places.Fits(Likely);

    public static PartContext None { get; } = new(
        ImmutableDictionary<string, PlaceType>.Empty, ImmutableDictionary<string, AbstractValue>.Empty, ImmutableDictionary<string, Access>.Empty, ImmutableHashSet<string>.Empty);

    /// <summary>The path only goes through fields and elements from <c>this</c>.</summary>
    public static bool IsFromReceiver(Access path) => path switch
    {
        Access.Argument a => a.Index == 0,
        Access.Field f => IsFromReceiver(f.Of),
        Access.Element e => IsFromReceiver(e.Of),
        Access.Cast c => IsFromReceiver(c.Of),
        _ => false,
    };

    /// <summary>A module that a parameter may hold: the first of a list of such modules that the object has.</summary>
    public static ObjectRef? FindElement(Instance receiver, Func<Instance, bool> isSuch) => receiver.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value).OfType<ObjectRef>()
        .Select(list => list.Instance.Items?.FirstOrDefault() as ObjectRef).FirstOrDefault(first => first is not null && isSuch(first.Instance));

    /// <summary>What the constructor put there, null when nobody knows.</summary>
    public static AbstractValue? Follow(Access path, Instance receiver) => path switch
    {
        Access.Argument { Index: 0 } => new ObjectRef(receiver),
        Access.Cast c => Follow(c.Of, receiver),
        Access.Field f when Follow(f.Of, receiver) is ObjectRef { Instance: var owner } => owner.Fields.GetValueOrDefault(Interpreter.Key(f.Reference)),
        Access.Element e when Follow(e.Of, receiver) is ObjectRef { Instance.Items: { } items } && e.Index < items.Count => items[e.Index],
        _ => null,
    };
}
