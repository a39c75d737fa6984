using System.Collections.Immutable;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Lifting.Models;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>What a place outside of unknown content is taken to hold: a tensor, or a list.</summary>
/// <param name="Count">Elements of the list; null for a tensor.</param>
/// <param name="IsState">It belongs to a module: scales and biases are likelier there than batches.</param>
internal sealed record PlaceType(DType DType, int Rank, bool IsNull = false, int? Count = null, bool IsState = false)
{
    // What is common comes first: feature matrices, sequences, images, single vectors; pairs, single elements.
    private static readonly int[] Passed = [2, 3, 4, 1, 5, 0], Kept = [1, 2, 4, 3, 0, 5], Counts = [2, 1, 3, 4];

    public static PlaceType Tensor { get; } = new(DType.F32, Passed[0]);

    public static PlaceType State { get; } = new(DType.F32, Kept[0], IsState: true);

    public static PlaceType Absent { get; } = new(DType.F32, Passed[0], IsNull: true);

    public static PlaceType List { get; } = new(DType.F32, 0, Count: Counts[0]);

    private int[] Ranks => IsState ? Kept : Passed;

    /// <summary>How unlikely it is.</summary>
    public int Penalty => IsNull ? 0 : Count is int n ? Array.IndexOf(Counts, n) : Array.IndexOf(Ranks, Rank);

    /// <summary>The next likely one, null when there is none.</summary>
    public PlaceType? Next => IsNull ? Tensor
        : Count is not null ? (Penalty + 1 is var c && c > 0 && c < Counts.Length ? this with { Count = Counts[c] } : null)
        : Penalty + 1 is var r && r > 0 && r < Ranks.Length ? this with { Rank = Ranks[r] } : null;

    public override string ToString() => IsNull ? "null" : Count is int n ? $"{n} elements" : $"{DType.Name()}, rank {Rank}";
}

/// <summary>
/// A hypothesis about what a method is given: what each place of unknown content holds, by <see cref="Access.Key"/>. Places that it
/// does not name are a float matrix, a pair, or null where that is their default. All of it is checked at run time.
/// </summary>
/// <param name="written">What somebody wrote about arguments: it is not varied, and its sizes that are numbers are fixed.</param>
internal sealed class PlaceTypes(ImmutableSortedDictionary<string, PlaceType> types, ImmutableDictionary<string, WrittenType> written)
{
    private readonly Dictionary<string, (Access Place, PlaceType Type)> used = new(StringComparer.Ordinal);

    public static PlaceTypes Initial(ImmutableDictionary<string, WrittenType> written) => new(ImmutableSortedDictionary<string, PlaceType>.Empty.WithComparers(StringComparer.Ordinal), written);

    /// <summary>Nothing about tensors is left to guess.</summary>
    public bool IsGiven => !written.IsEmpty;

    public int Penalty => used.Values.Sum(u => u.Type.Penalty);

    /// <summary>What lists are taken to hold: versions for lists of different lengths have nothing in common.</summary>
    public string Lengths => string.Join(';', used.Where(u => u.Value.Type.Count is not null).Select(u => u.Value.Type.Penalty));

    /// <summary>Tells hypotheses apart.</summary>
    public string Key => string.Join(';', types.Select(t => $"{t.Key}={t.Value}"));

    public IEnumerable<string> Describe() => used.Values.Select(u => $"{u.Place}: {u.Type}").Order(StringComparer.Ordinal);

    /// <summary>The same hypothesis, not asked yet.</summary>
    public PlaceTypes Fresh() => new(types, written);

    /// <summary>The tensor at a place of unknown content, null when it is taken to be absent.</summary>
    /// <param name="mayBeNull">It has null as its default.</param>
    public TensorRef? TensorAt(Access place, bool mayBeNull)
    {
        if (place is Access.Argument argument && written.TryGetValue(argument.Name, out WrittenType? given))
        {
            return TorchModels.OfType(new TensorType(given.DType, [.. given.Sizes.Select(n => n is long known ? (DimExpr)known : DimExpr.Symbol("?"))]));
        }

        PlaceType type = Ask(place, mayBeNull ? PlaceType.Absent : IsPassed(place) ? PlaceType.Tensor : PlaceType.State);
        return type.IsNull ? null : TorchModels.OfType(new TensorType(type.DType, [.. Enumerable.Range(0, type.Rank).Select(_ => DimExpr.Symbol("?"))]));
    }

    /// <summary>How many elements a list of unknown content has.</summary>
    public int CountAt(Access place) => Ask(place, PlaceType.List).Count!.Value;

    /// <summary>The hypothesis with a corrected type of one place; null when the place is no matter of hypothesis or is so already.</summary>
    public PlaceTypes? Refine(string place, Func<PlaceType, PlaceType> correct) =>
        used.TryGetValue(place, out (Access, PlaceType Type) old) && correct(old.Type) is var type && type != old.Type ? new PlaceTypes(types.SetItem(place, type), written) : null;

    /// <summary>Hypotheses that differ in one place.</summary>
    public IEnumerable<PlaceTypes> Neighbours() => used.Where(u => u.Value.Type.Next is not null).Select(u => new PlaceTypes(types.SetItem(u.Key, u.Value.Type.Next!), written));

    private static bool IsPassed(Access place) => place switch
    {
        Access.Argument a => a.Index > 0,
        Access.Field f => IsPassed(f.Of),
        Access.Property p => IsPassed(p.Of),
        Access.Element e => IsPassed(e.Of),
        Access.Cast c => IsPassed(c.Of),
        _ => false,
    };

    private PlaceType Ask(Access place, PlaceType missing)
    {
        PlaceType type = types.GetValueOrDefault(place.Key) ?? missing;
        used[place.Key] = (place, type);
        return type;
    }
}
