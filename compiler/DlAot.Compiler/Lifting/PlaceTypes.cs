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
/// <param name="recorded">The call of a profile that it began with.</param>
internal sealed class PlaceTypes(ImmutableSortedDictionary<string, PlaceType> types, ImmutableDictionary<string, WrittenType> written, RecordedCall? recorded = null)
{
    private readonly Dictionary<string, (Access Place, PlaceType Type, bool MayBeNull)> used = new(StringComparer.Ordinal);

    public static PlaceTypes Initial(ImmutableDictionary<string, WrittenType> written, RecordedCall? recorded = null) =>
        new(recorded?.Tensors ?? ImmutableSortedDictionary<string, PlaceType>.Empty.WithComparers(StringComparer.Ordinal), written, recorded);

    /// <summary>The call of a profile that it began with: what is recorded of numbers, texts and objects.</summary>
    public RecordedCall? Recorded => recorded;

    /// <summary>It is exactly what was recorded.</summary>
    public bool IsRecorded => recorded is not null && ReferenceEquals(types, recorded.Tensors);

    /// <summary>Nothing about tensors is left to guess.</summary>
    public bool IsGiven => !written.IsEmpty;

    public int Penalty => used.Values.Sum(u => u.Type.Penalty);

    /// <summary>What lists are taken to hold: versions for lists of different lengths have nothing in common.</summary>
    public string Lengths => string.Join(';', used.Where(u => u.Value.Type.Count is not null).Select(u => u.Value.Type.Penalty));

    /// <summary>What is there and what is not, lengths and dtypes: versions of different kinds do not stand in for each other.</summary>
    public string Kind => string.Join(';', used.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => u.Value.Type.IsNull ? "null" : u.Value.Type.Count is int n ? $"{n}" : u.Value.Type.DType.Name()));

    /// <summary>There is nothing optional, and no list.</summary>
    public bool HasOneKind => !used.Values.Any(u => u.MayBeNull || u.Type.Count is not null);

    /// <summary>Tells hypotheses apart.</summary>
    public string Key => string.Join(';', types.Select(t => $"{t.Key}={t.Value}"));

    public IEnumerable<string> Describe() => used.Values.Select(u => $"{u.Place}: {u.Type}").Order(StringComparer.Ordinal);

    /// <summary>The same hypothesis, not asked yet.</summary>
    public PlaceTypes Fresh() => new(types, written, recorded);

    /// <summary>The tensor at a place of unknown content, null when it is taken to be absent.</summary>
    /// <param name="mayBeNull">It has null as its default.</param>
    public TensorRef? TensorAt(Access place, bool mayBeNull)
    {
        if (place is Access.Argument argument && written.TryGetValue(argument.Name, out WrittenType? given))
        {
            DType dtype = given.DType ?? Ask(place, Present(place) with { Rank = given.Sizes.Length }, mayBeNull: false).DType;
            return TorchModels.OfType(new TensorType(dtype, [.. given.Sizes.Select((n, i) => n is long known ? (DimExpr)known : DimExpr.Symbol(given.Names[i] is { } name ? EqualSizes + name : "?"))]));
        }

        PlaceType present = !IsPassed(place) ? PlaceType.State : IsInteger(place) ? PlaceType.Tensor with { DType = DType.I64 } : PlaceType.Tensor;
        PlaceType type = Ask(place, mayBeNull ? PlaceType.Absent : present, mayBeNull);
        return type.IsNull ? null : TorchModels.OfType(new TensorType(type.DType, [.. Enumerable.Range(0, type.Rank).Select(i => recorded is null ? DimExpr.Symbol("?") : recorded.SizeAt(place, i))]));
    }

    /// <summary>How many elements a list of unknown content has.</summary>
    public int CountAt(Access place) => Ask(place, PlaceType.List, mayBeNull: false).Count!.Value;

    /// <summary>The hypothesis with a corrected type of one place; null when the place is no matter of hypothesis or is so already.</summary>
    public PlaceTypes? Refine(string place, Func<PlaceType, PlaceType> correct) =>
        used.TryGetValue(place, out (Access, PlaceType Type, bool) old) && correct(old.Type) is var type && type != old.Type ? new PlaceTypes(types.SetItem(place, type), written, recorded) : null;

    /// <summary>Hypotheses that differ in one place.</summary>
    public IEnumerable<PlaceTypes> Neighbours() =>
    [
        .. Together(),
        .. used.Where(u => u.Value.Type.Next is not null && !IsWritten(u.Value.Place)).Select(u => With(u.Key, u.Value.Type.IsNull ? Present(u.Value.Place) : u.Value.Type.Next!)),
        .. used.Where(u => u.Value.Type is { IsNull: false, Count: null, DType: DType.F32 or DType.I64 } && IsPassed(u.Value.Place)).Select(u => With(u.Key, u.Value.Type with { DType = u.Value.Type.DType != DType.F32 ? DType.F32 : IsNamed(u.Value.Place, "mask") ? DType.Bool : DType.I64 })),
    ];

    // What is absent elsewhere has, where it is there, as many dimensions as the others.
    private PlaceType Present(Access place) => PlaceType.Tensor with
    {
        DType = IsInteger(place) ? DType.I64 : DType.F32,
        Rank = used.Values.Where(u => IsPassed(u.Place) && u.Type is { IsNull: false, Count: null }).Select(u => u.Type.Rank).DefaultIfEmpty(PlaceType.Tensor.Rank).Max(),
    };

    /// <summary>Begins the name of a size that is equal to others of that name.</summary>
    public const string EqualSizes = "=";

    // Its sizes are; its dtype may still be open.
    private bool IsWritten(Access place) => place is Access.Argument argument && written.ContainsKey(argument.Name);

    private static bool IsNamed(Access place, string part) => place is Access.Argument a && a.Name.Contains(part, StringComparison.OrdinalIgnoreCase);

    private PlaceTypes With(string key, PlaceType type) => new(types.SetItem(key, type), written, recorded);

    // Arguments mostly have as many dimensions as each other.
    private IEnumerable<PlaceTypes> Together()
    {
        var passed = used.Where(u => IsPassed(u.Value.Place) && !IsWritten(u.Value.Place) && u.Value.Type is { IsNull: false, Count: null }).ToArray();
        if (passed.Length > 1 && passed.Select(u => u.Value.Type.Rank).Distinct().Count() == 1 && passed[0].Value.Type.Next is { } next)
        {
            yield return new PlaceTypes(types.SetItems(passed.Select(u => KeyValuePair.Create(u.Key, u.Value.Type with { Rank = next.Rank }))), written, recorded);
        }
    }

    private static readonly HashSet<string> IntegerNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "id", "ids", "token", "tokens", "index", "indices", "idx", "position", "positions", "timestep", "timesteps", "t", "step", "steps", "length", "lengths", "label", "labels",
        "sentence", "words", "edge", "edges", "phonemes", "categories", "durations", "speaker", "sid", "lens",
    };

    // input_ids, tokenIds, x_lengths: a word of the name says it.
    private static bool IsInteger(Access place) => place is Access.Argument { Name: var name } && System.Text.RegularExpressions.Regex.Split(name, "_|(?<=[a-z0-9])(?=[A-Z])").Any(IntegerNames.Contains);

    private static bool IsPassed(Access place) => place switch
    {
        Access.Argument a => a.Index > 0,
        Access.Field f => IsPassed(f.Of),
        Access.Property p => IsPassed(p.Of),
        Access.Element e => IsPassed(e.Of),
        Access.Keyed k => IsPassed(k.Of),
        Access.Cast c => IsPassed(c.Of),
        _ => false,
    };

    private PlaceType Ask(Access place, PlaceType missing, bool mayBeNull)
    {
        PlaceType type = types.GetValueOrDefault(place.Key) ?? missing;
        used[place.Key] = (place, type, mayBeNull);
        return type;
    }
}
