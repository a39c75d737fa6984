using System.Collections.Immutable;
using DlAot.Compiler.Lifting.Instances;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Versions beside the likeliest one for the same arguments: other outcomes of what is decided at run time, later states of fields,
/// layers with other settings. What differs in one of them comes first, combinations follow where there is room.
/// </summary>
public sealed partial class Lifter
{
    // Decisions of which other outcomes are compiled, too: the smaller the graph is, the more of them.
    private static readonly (int Nodes, int Outcomes)[] MaxOutcomes = [(30, 8), (100, 6), (int.MaxValue, 4)];

    // States of fields that calls leave behind: before the first call, after it, after more.
    private const int MaxStates = 3;

    // Penalty of a version for the less likely outcome of a decision.
    private const int Otherwise = 1000;

    // Combinations that are tried for one way of making the receiver, and in how many decisions they differ.
    private const int MaxCombinations = 12, MaxFirstCombinations = 6, MaxTurns = 3;

    private readonly PriorityQueue<Variant, (int Turns, int Order)> uncombined = new();

    // A version, how it came about, and how unlikely it is.
    private sealed record Variant(LiftedVersion Version, Making Making, IReadOnlyDictionary<string, AbstractValue>? Before, int Last, int Turns, int Penalty, int Way);

    // The version and those that differ from it in one thing.
    private List<Variant> Variants(LiftTask task, Making making, LiftedVersion chosen, int way)
    {
        var first = new Variant(chosen, making, null, -1, 0, 0, way);
        var all = new List<Variant> { first };
        all.AddRange(OtherOutcomes(task, first));
        all.AddRange(LaterStates(task, all.FindLast(v => !v.Version.After.IsEmpty) ?? first));
        if (Turned(task, first, chosen.WithOpenSettings, 2 * Otherwise) is { } open)
        {
            all.Add(open);
            all.AddRange(OtherOutcomes(task, open));
        }

        foreach (Variant variant in all.Skip(1))
        {
            uncombined.Enqueue(variant, (variant.Turns, uncombined.Count));
        }

        return all;
    }

    // What differs in several decisions from the likeliest way.
    private IEnumerable<Variant> Combined(LiftTask task, Func<bool> hasRoom, int left)
    {
        while (left > 0 && uncombined.TryDequeue(out Variant? variant, out _) && hasRoom() && !task.Budget.IsSpent)
        {
            foreach (Turn turn in variant.Version.OtherOutcomes.Append(variant.Version.WithOpenSettings).OfType<Turn>().Where(t => t.Index > variant.Last).Take(variant.Turns < MaxTurns ? left : 0))
            {
                left--;
                if (hasRoom() && Turned(task, variant, turn, Otherwise) is { } combined)
                {
                    uncombined.Enqueue(combined, (combined.Turns, uncombined.Count));
                    yield return combined;
                }
            }
        }
    }

    // What is decided at run time (values, sizes, flags) goes the other way in a version of its own.
    private IEnumerable<Variant> OtherOutcomes(LiftTask task, Variant of) =>
        of.Version.OtherOutcomes.Where(o => o.Index > of.Last).Take(MaxOutcomes.First(m => of.Version.Graph.Nodes.Length <= m.Nodes).Outcomes).Select(o => Turned(task, of, o, Otherwise)).OfType<Variant>();

    // Null where that leads nowhere: the original runs then.
    private Variant? Turned(LiftTask task, Variant of, Turn? turn, int penalty)
    {
        try
        {
            return turn is null ? null
                : of with { Version = LiftWith(task.Method, of.Making, of.Version.Places.Fresh(), task.Budget, of.Before, turn.Decisions) with { Caller = of.Version.Caller }, Last = turn.Index, Turns = of.Turns + 1, Penalty = of.Penalty + penalty };
        }
        catch (LiftException)
        {
            return null;
        }
    }

    // What a call leaves behind is what the next one finds: a cache that was null holds a tensor.
    private List<Variant> LaterStates(LiftTask task, Variant first)
    {
        var all = new List<Variant>();
        var before = new Dictionary<string, AbstractValue>(first.Before ?? part.AtEntry, StringComparer.Ordinal);
        LiftedVersion last = first.Version;
        for (int i = 0; i < MaxStates && !last.After.IsEmpty; i++)
        {
            var after = last.After.ToDictionary(s => s.Key, s => StateOf.After(s.Value with { Before = before.GetValueOrDefault(s.Key) ?? s.Value.Before }), StringComparer.Ordinal);
            if (after.All(s => before.TryGetValue(s.Key, out AbstractValue? known) && StateOf.IsSame(known, s.Value)))
            {
                break;
            }

            foreach ((string key, AbstractValue value) in after)
            {
                before[key] = value;
            }

            try
            {
                var state = new Dictionary<string, AbstractValue>(before, StringComparer.Ordinal);
                last = LiftWith(task.Method, first.Making, first.Version.Places.Fresh(), task.Budget, state) with { Caller = first.Version.Caller };
                Variant later = first with { Version = last, Before = state, Last = -1 };
                all.Add(later);
                all.AddRange(OtherOutcomes(task, later));
            }
            catch (LiftException)
            {
                break; // the original runs from the second call on
            }
        }

        return all;
    }
}
