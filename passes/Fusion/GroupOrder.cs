using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Fusion;

/// <summary>
/// An order in which every group comes after those it reads from, opaque calls keep their place, and kernels come one after another
/// where they can, so that few native calls are needed.
/// </summary>
internal static class GroupOrder
{
    /// <exception cref="InvalidOperationException">Groups wait for each other.</exception>
    public static ImmutableArray<Group> Of(FusionDraft draft, GraphFacts facts)
    {
        var waiting = new SortedSet<(int Epoch, bool IsOpaque, bool IsExtern, int Position, int Id)>();
        var missing = new Dictionary<Group, HashSet<Group>>();
        var readers = draft.Groups.ToDictionary(g => g, _ => new List<Group>());
        var ordered = ImmutableArray.CreateBuilder<Group>(draft.Groups.Count);
        foreach (Group group in draft.Groups)
        {
            missing[group] = [.. group.Reads.Select(r => draft.Producers[r]).Where(p => p != group)];
            foreach (Group producer in missing[group])
            {
                readers[producer].Add(group);
            }

            if (missing[group].Count == 0)
            {
                waiting.Add(Key(group));
            }
        }

        while (waiting.Count > 0)
        {
            var first = waiting.Min;
            waiting.Remove(first);
            Group group = draft.Groups[first.Id];
            ordered.Add(group);
            foreach (Group reader in readers[group])
            {
                if (missing[reader].Remove(group) && missing[reader].Count == 0)
                {
                    waiting.Add(Key(reader));
                }
            }
        }

        return ordered.Count == draft.Groups.Count
            ? ordered.ToImmutable()
            : throw new InvalidOperationException($"Kernels of {facts.Graph.Name} wait for each other: {string.Join("; ", missing.Where(m => m.Value.Count > 0).Select(m => m.Key))}");

        (int, bool, bool, int, int) Key(Group group)
        {
            int position = group.Members.Count == 0 ? -1 : group.Members.Max(facts.Position);
            return (group.Epoch, group.Core is { } core && !core.IsPure(), group.Kind == GroupKind.Extern, position, group.Id);
        }
    }
}
