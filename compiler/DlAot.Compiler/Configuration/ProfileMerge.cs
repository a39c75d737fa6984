using System.Collections.Immutable;

namespace DlAot.Compiler.Configuration;

/// <summary>Several profiles as one: equal rows are added up, calls that differ in numbers only become one row.</summary>
public static class ProfileMerge
{
    // Rows of a class or method; the rarest go.
    private const int MaxRows = 64;

    public static Profile Of(IReadOnlyCollection<Profile> profiles) => new(
        [.. profiles.SelectMany(p => p.Instances).GroupBy(i => (i.Type, i.Arguments.ToString())).Select(g => g.First() with { Made = g.Sum(i => i.Made), Called = g.Sum(i => i.Called) })
            .GroupBy(i => i.Type, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => g.OrderByDescending(i => i.Called).ThenByDescending(i => i.Made).Take(MaxRows))],
        [.. profiles.SelectMany(p => p.Calls).GroupBy(c => (c.Method, CallPattern.Of(c.Arguments).Pattern)).Select(Call)
            .GroupBy(c => c.Method, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => g.OrderByDescending(c => c.Count).Take(MaxRows))],
        [.. profiles.SelectMany(p => p.Outcomes).GroupBy(b => (b.Method, b.Code)).OrderBy(g => g.Key).Select(Branches)]);

    private static Profile.Call Call(IEnumerable<Profile.Call> calls)
    {
        Profile.Call[] all = [.. calls];
        return all.Length == 1 ? all[0] : all[0] with
        {
            Count = all.Sum(c => c.Count),
            Arguments = (PositionedJson.Map)PositionedJson.Parse(all.Select(c => CallPattern.Of(c.Arguments)).Aggregate((a, b) => a.With(b)).ToString()),
        };
    }

    private static Profile.Branches Branches(IEnumerable<Profile.Branches> branches)
    {
        Profile.Branches[] all = [.. branches];
        ImmutableArray<Profile.Branch> rows = [.. all.SelectMany(b => b.Rows).GroupBy(r => r.At).OrderBy(g => g.Key).Select(g => g.First() with { Taken = g.Sum(r => r.Taken), NotTaken = g.Sum(r => r.NotTaken) })];
        return all[0] with { Rows = rows };
    }
}
