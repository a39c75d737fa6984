using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Fusion;

namespace DlAot.Passes.Lowering;

/// <summary>Readable names made of what the user wrote, e.g. <c>linear_gelu</c>; equal ones get numbers.</summary>
internal sealed class KernelNames(PassState state)
{
    private const int MostParts = 4;

    // Too common to say anything, unless there is nothing else.
    private static readonly ImmutableHashSet<string> Quiet = ["cast", "full", "dim", "iota", "reshape", "permute", "expand", "slice", "flip"];

    private readonly HashSet<string> taken = [];

    public string NameOf(Group group, IReadOnlyDictionary<Node, int> positions)
    {
        string[] parts = [.. group.Members.OrderBy(n => positions[n]).Where(n => !Quiet.Contains(n.Op.Name)).Select(n => state.Composites.GetValueOrDefault(n, n.Op.Name))];
        parts = [.. parts.Where((p, i) => i == 0 || parts[i - 1] != p).Distinct()];
        if (parts.Length == 0)
        {
            parts = [.. group.Members.OrderBy(n => positions[n]).Select(n => n.Op.Name).Distinct().DefaultIfEmpty("copy")];
        }

        string name = string.Join("_", parts.Length <= MostParts ? parts : [.. parts[..(MostParts - 1)], parts[^1]]);
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
        {
            unique = $"{name}_{i}";
        }

        return unique;
    }
}
