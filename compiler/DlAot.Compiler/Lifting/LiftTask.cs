using System.Collections.Immutable;
using DlAot.Compiler.Lifting.Instances;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>One method to lift: what is known of its arguments, and why it could not be lifted so far.</summary>
/// <param name="Likely">What places are first taken to hold, by <see cref="Access.Key"/>.</param>
/// <param name="Seen">The same as callers pass it, likeliest first.</param>
internal sealed record LiftTask(
    MethodDefinition Method, ImmutableDictionary<string, WrittenType> Written, IReadOnlyList<RecordedCall> Recorded, IReadOnlyDictionary<string, PlaceType> Likely, ImmutableArray<IReadOnlyDictionary<string, PlaceType>> Seen, Budget Budget)
{
    private readonly Dictionary<string, PlaceTypes> firstAt = new(StringComparer.Ordinal); // the likeliest hypothesis that comes to a place

    /// <summary>What tells most of all that was in the way.</summary>
    public LiftException? Reason { get; private set; }

    /// <summary>The hypothesis that came to the reason's place.</summary>
    public PlaceTypes? Reached => Reason is null ? null : firstAt.GetValueOrDefault(Reason.Key);

    /// <summary>Which of the callers passes such arguments.</summary>
    public int CallerOf(PlaceTypes places) => Seen.Index().Where(s => places.Fits(s.Item)).Select(s => s.Index).DefaultIfEmpty(Likelihood.NoCaller).First();

    public void Note(LiftException e)
    {
        Reason = Reason is null || e.TellsMoreThan(Reason) ? e : Reason;
        if (e.Places is { } reached)
        {
            firstAt.TryAdd(e.Key, reached);
        }
    }
}
