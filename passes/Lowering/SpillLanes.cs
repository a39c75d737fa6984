using DlAot.Ir;

namespace DlAot.Passes.Lowering;

/// <summary>
/// Lanes that several phases need. One that is stored anyway is read back by later phases. An expensive one that is not stored is
/// put for the time being where a later phase of the same loops will store a root of the same dtype: softmax keeps exp(x - max) in
/// its own output.
/// </summary>
internal static class SpillLanes
{
    /// <summary>Adds the stores to the phases and says for each phase what it reads back.</summary>
    public static List<StoredLane>[] Plan(List<PhaseDraft> phases)
    {
        var stored = new List<StoredLane>[phases.Count];
        for (int p = 0; p < phases.Count; p++)
        {
            stored[p] = [];
        }

        var takenPlaces = new HashSet<Place>();
        for (int p = 0; p < phases.Count; p++)
        {
            HashSet<Lane> known = [.. stored[p].Select(s => s.Lane)];
            foreach (Lane lane in Topmost(phases[p], known, l => l.Weight > 0 && IsNeededLater(phases, p, l)))
            {
                if (phases[p].Stores.Any(s => s.Lane == lane))
                {
                    continue;
                }

                int last = phases.FindLastIndex(q => SameLoops(q, phases[p]) && Reaches(q, lane));
                (int At, StoreDraft Store) free = FreePlace(phases, last, phases[p], lane, takenPlaces);
                if (free.Store is null)
                {
                    continue;
                }

                takenPlaces.Add(free.Store.Place);
                phases[p].Stores.Add(free.Store with { Lane = lane });
                for (int q = p + 1; q <= free.At; q++)
                {
                    Add(stored[q], phases[q], phases[p], new StoredLane(lane, free.Store.Place));
                }
            }

            // What is stored for good stays readable; a plain load is as good at its own place.
            foreach (StoreDraft store in phases[p].Stores.Where(s => !takenPlaces.Contains(s.Place) && s.Lane is OpLane))
            {
                for (int q = p + 1; q < phases.Count; q++)
                {
                    Add(stored[q], phases[q], phases[p], new StoredLane(store.Lane, store.Place));
                }
            }
        }

        return stored;
    }

    private static void Add(List<StoredLane> to, PhaseDraft reader, PhaseDraft writer, StoredLane lane)
    {
        if (SameLoops(reader, writer))
        {
            to.Add(lane);
        }
    }

    private static (int At, StoreDraft Store) FreePlace(List<PhaseDraft> phases, int last, PhaseDraft writer, Lane lane, HashSet<Place> taken)
    {
        for (int q = last; q < phases.Count; q++)
        {
            if (SameLoops(phases[q], writer) && phases[q] != writer
                && phases[q].Stores.Find(s => s.Place.Value.DType == lane.Type && !taken.Contains(s.Place)) is { } store)
            {
                return (q, store);
            }
        }

        return default;
    }

    private static bool SameLoops(PhaseDraft a, PhaseDraft b) => a.Loops.SequenceEqual(b.Loops);

    private static bool IsNeededLater(List<PhaseDraft> phases, int p, Lane lane) =>
        lane.Vars.Overlaps(phases[p].Loops) && phases.Skip(p + 1).Any(q => SameLoops(q, phases[p]) && Reaches(q, lane));

    private static bool Reaches(PhaseDraft phase, Lane lane) => Topmost(phase, [], l => l == lane).Any();

    // The lanes of a phase that satisfy the condition, without those inside them and inside known ones.
    private static IEnumerable<Lane> Topmost(PhaseDraft phase, HashSet<Lane> known, Func<Lane, bool> condition)
    {
        var seen = new HashSet<Lane>(known);
        var pending = new Stack<Lane>(phase.Lanes.Reverse());
        var found = new List<Lane>();
        while (pending.TryPop(out Lane? lane))
        {
            if (!seen.Add(lane))
            {
                continue;
            }

            if (condition(lane))
            {
                found.Add(lane);
                continue;
            }

            foreach (Lane operand in lane.Operands)
            {
                pending.Push(operand);
            }
        }

        return found;
    }
}
