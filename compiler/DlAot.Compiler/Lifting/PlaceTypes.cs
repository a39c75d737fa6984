using System.Collections.Immutable;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>What a place outside of unknown content is taken to hold: a tensor, or a list.</summary>
/// <param name="Count">Elements of the list; null for a tensor.</param>
/// <param name="Units">Dimensions whose size is 1, one bit for each.</param>
/// <param name="IsIndex">The code needs integers there.</param>
/// <param name="Role">What it is: numbers of dimensions are tried in another order for each.</param>
internal sealed record PlaceType(DType DType, int Rank, bool IsNull = false, int? Count = null, int Units = 0, bool IsIndex = false, PlaceRole Role = PlaceRole.Passed)
{
    // What is common comes first: feature matrices, sequences, images, single vectors; scales and biases; lengths and labels; losses.
    private static readonly Dictionary<PlaceRole, int[]> RanksOf = new()
    {
        [PlaceRole.Passed] = [2, 3, 4, 1, 5, 0], [PlaceRole.State] = [1, 2, 4, 3, 0, 5], [PlaceRole.Vector] = [1, 2, 3, 0, 4, 5], [PlaceRole.Number] = [0, 1, 2, 3, 4, 5], [PlaceRole.Object] = [0],
    };

    private static readonly int[] Counts = [2, 1, 3, 4];

    /// <summary>It holds complex numbers; <see cref="DType"/> is that of their parts.</summary>
    public bool IsComplex { get; init; }

    public static PlaceType Absent { get; } = new(DType.F32, 0, IsNull: true);

    public static PlaceType Object { get; } = new(DType.F32, 0, Role: PlaceRole.Object);

    public static PlaceType List { get; } = new(DType.F32, 0, Count: Counts[0]);

    public static PlaceType Tensor(PlaceRole role, DType type) => new(type, RanksOf[role][0], Role: role);

    private int[] Ranks => RanksOf[Role];

    public bool IsTensor => this is { IsNull: false, Count: null, Role: not PlaceRole.Object };

    /// <summary>How unlikely it is.</summary>
    public int Penalty => IsNull ? 0 : Count is int n ? Array.IndexOf(Counts, n) : Array.IndexOf(Ranks, Rank);

    /// <summary>The same with another number of dimensions or elements.</summary>
    public IEnumerable<PlaceType> Others => IsNull ? [] : Count is int n ? Counts.Where(c => c != n).Select(c => this with { Count = c }) : Ranks.Where(r => r != Rank).Select(r => this with { Rank = r });

    public override string ToString() => IsNull ? "null" : Role == PlaceRole.Object ? "not null" : Count is int n ? $"{n} elements" : $"{(IsComplex ? "complex " : "")}{DType.Name()}, rank {Rank}{string.Concat(Enumerable.Range(0, Rank).Where(i => (Units >> i & 1) == 1).Select(i => $", size {i} is 1"))}";
}

/// <summary>What a place of unknown content is for.</summary>
internal enum PlaceRole
{
    /// <summary>An input.</summary>
    Passed,

    /// <summary>It belongs to a module.</summary>
    State,

    /// <summary>An input with one number for each sample, by its name.</summary>
    Vector,

    /// <summary>A single number, by its name.</summary>
    Number,

    /// <summary>No tensor: an object that may be null.</summary>
    Object,
}

/// <summary>
/// A hypothesis about what a method is given: what each place of unknown content holds, by <see cref="Access.Key"/>. Places that it
/// does not name are a float matrix, a pair, or null where that is their default. All of it is checked at run time.
/// </summary>
/// <param name="written">What somebody wrote about arguments: it is not varied, and its sizes that are numbers are fixed.</param>
/// <param name="recorded">The call of a profile that it began with.</param>
internal sealed class PlaceTypes(ImmutableSortedDictionary<string, PlaceType> types, ImmutableDictionary<string, WrittenType> written, RecordedCall? recorded = null)
{
    // Numbers of dimensions that would be tried before an unusual dtype.
    private const int OddDType = 4;

    // [T,T] or [B,T], whatever it is applied to.
    private const int MaskRank = 2;

    private readonly Dictionary<string, (Access Place, PlaceType Type, bool MayBeNull)> used = new(StringComparer.Ordinal);

    /// <param name="likely">What places are taken to hold that are known from elsewhere, by <see cref="Access.Key"/>.</param>
    public static PlaceTypes Initial(ImmutableDictionary<string, WrittenType> written, RecordedCall? recorded = null, IReadOnlyDictionary<string, PlaceType>? likely = null) =>
        new(recorded?.Tensors ?? ImmutableSortedDictionary<string, PlaceType>.Empty.WithComparers(StringComparer.Ordinal).AddRange(likely ?? ImmutableDictionary<string, PlaceType>.Empty), written, recorded);

    /// <summary>The call of a profile that it began with: what is recorded of numbers, texts and objects.</summary>
    public RecordedCall? Recorded => recorded;

    /// <summary>It is exactly what was recorded.</summary>
    public bool IsRecorded => recorded is not null && ReferenceEquals(types, recorded.Tensors);

    /// <summary>What a place was taken to hold; null when nobody asked.</summary>
    public PlaceType? TypeOf(string key) => used.TryGetValue(key, out (Access, PlaceType Type, bool) known) ? known.Type : null;

    /// <summary>It says nothing else about those places, as far as dtypes and numbers of dimensions go.</summary>
    public bool Fits(IReadOnlyDictionary<string, PlaceType> likely) => likely.All(l => TypeOf(l.Key) is not { } type || (type.DType == l.Value.DType && type.Rank == l.Value.Rank));

    /// <summary>Nothing about tensors is left to guess.</summary>
    public bool IsGiven => !written.IsEmpty;

    public int Penalty => Doubts(used.Values.Select(u => (u.Place, u.Type)));

    /// <summary>How many places hold tensors of a dtype that is not usual there.</summary>
    public int OddDTypes => used.Values.Count(u => IsOdd(u.Place, u.Type));

    /// <summary>Masks of three dimensions or more that are not the same for all channels, heads or samples, as they mostly are.</summary>
    public int FullMasks => used.Values.Count(u => u.Type is { IsTensor: true, Rank: >= 3, Units: 0 } && IsNamed(u.Place, "mask") && IsPassed(u.Place) && !IsWritten(u.Place) && recorded is null);

    /// <summary>What lists are taken to hold: versions for lists of different lengths have nothing in common.</summary>
    public string Lengths => string.Join(';', used.Where(u => u.Value.Type.Count is not null).Select(u => u.Value.Type.Penalty));

    /// <summary>What is there and what is not, lengths and dtypes: versions of different kinds do not stand in for each other.</summary>
    public string Kind => string.Join(';', used.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => u.Value.Type.IsNull ? "null" : u.Value.Type.Count is int n ? $"{n}" : u.Value.Type.DType.Name()));

    /// <summary>The numbers of dimensions.</summary>
    public string Ranks => string.Join(';', used.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => u.Value.Type.Rank));

    /// <summary>Tells hypotheses apart.</summary>
    public string Key => KeyOf(types);

    /// <summary>The key of the hypothesis that says what this one turned out to say.</summary>
    public string UsedKey => KeyOf(types.SetItems(used.Select(u => KeyValuePair.Create(u.Key, u.Value.Type))));

    private static string KeyOf(IEnumerable<KeyValuePair<string, PlaceType>> types) => string.Join(';', types.Select(t => $"{t.Key}={t.Value}"));

    public IEnumerable<string> Describe() => used.Values.Select(u => $"{u.Place}: {u.Type}").Order(StringComparer.Ordinal);

    /// <summary>The same hypothesis, not asked yet.</summary>
    public PlaceTypes Fresh() => new(types, written, recorded);

    /// <summary>The tensor at a place of unknown content, null when it is taken to be absent.</summary>
    /// <param name="mayBeNull">It has null as its default.</param>
    public TensorRef? TensorAt(Access place, bool mayBeNull)
    {
        if (WrittenAt(place) is { } given)
        {
            DType dtype = given.DType ?? Ask(place, Present(place) with { Rank = given.Sizes.Length }, mayBeNull: false).DType;
            return TorchModels.OfType(new TensorType(dtype, [.. given.Sizes.Select((n, i) => n is long known ? (DimExpr)known : DimExpr.Symbol(given.Names[i] is { } name ? EqualSizes + name : "?"))]));
        }

        PlaceType type = Ask(place, mayBeNull ? PlaceType.Absent : Present(place), mayBeNull, t => t.Count is null);
        return type.IsNull ? null : TorchModels.OfType(new TensorType(type.DType, [.. Enumerable.Range(0, type.Rank).Select(i => (type.Units >> i & 1) == 1 ? (DimExpr)1 : recorded is null ? DimExpr.Symbol("?") : recorded.SizeAt(place, i))]));
    }

    /// <summary>The code asks whether there is something at the place, which is taken to hold something: it may as well not.</summary>
    public void MarkNullable(Access place, bool isTensor)
    {
        if (used.TryGetValue(place.Key, out (Access Place, PlaceType Type, bool MayBeNull) known))
        {
            used[place.Key] = known with { MayBeNull = true };
        }
        else if (!isTensor)
        {
            Ask(place, PlaceType.Object, mayBeNull: true);
        }
    }

    /// <summary>What is null unless somebody gives it is taken to be given.</summary>
    public bool IsPresent(Access place) => !Ask(place, PlaceType.Absent, mayBeNull: true).IsNull;

    /// <summary>The object there is taken to be null.</summary>
    public bool IsAbsent(Access place) => types.TryGetValue(place.Key, out PlaceType? type) && type.IsNull && Ask(place, type, mayBeNull: true).IsNull;

    /// <summary>How many elements a list of unknown content has.</summary>
    public int CountAt(Access place)
    {
        if (Ask(place, PlaceType.List, mayBeNull: false).Count is int count)
        {
            return count;
        }

        used[place.Key] = (place, PlaceType.List, true); // only that it is there was known of it
        return PlaceType.List.Count!.Value;
    }

    /// <summary>The hypothesis with a corrected type of one place; null when the place is no matter of hypothesis or is so already.</summary>
    public PlaceTypes? Refine(string place, Func<PlaceType, PlaceType> correct) =>
        used.TryGetValue(place, out (Access, PlaceType Type, bool) old) && correct(old.Type) is var type && type != old.Type ? new PlaceTypes(types.SetItem(place, type), written, recorded) : null;

    /// <summary>Hypotheses that differ in one place, and how unlikely they are.</summary>
    /// <param name="fits">This one does: then only the usual dtypes are of interest.</param>
    public IEnumerable<(PlaceTypes Types, int Penalty)> Neighbours(bool fits) => Differences()
        .Select(d => (Changes: d, Penalty: Doubts(used.Select(u => (u.Value.Place, d.GetValueOrDefault(u.Key) ?? u.Value.Type)))))
        .Where(d => !fits || d.Changes.All(c => c.Value.DType == used[c.Key].Type.DType || !IsOdd(used[c.Key].Place, c.Value)))
        .Select(d => (new PlaceTypes(types.SetItems(used.Select(u => KeyValuePair.Create(u.Key, u.Value.Type))).SetItems(d.Changes), written, recorded), d.Penalty));

    private IEnumerable<Dictionary<string, PlaceType>> Differences()
    {
        var passed = used.Where(u => IsPassed(u.Value.Place) && !IsWritten(u.Value.Place) && u.Value.Type.IsTensor).ToArray();

        // Arguments of one role mostly have as many dimensions as each other.
        foreach (var alike in passed.GroupBy(u => u.Value.Type.Role).Where(g => g.Count() > 1 && g.Select(u => u.Value.Type.Rank).Distinct().Count() == 1))
        {
            foreach (PlaceType other in alike.First().Value.Type.Others)
            {
                yield return alike.ToDictionary(u => u.Key, u => u.Value.Type with { Rank = other.Rank });
            }
        }

        // A mask is often the same for all channels, heads or samples.
        foreach ((string key, (Access place, PlaceType type, _)) in passed.Where(u => IsNamed(u.Value.Place, "mask") && u.Value.Type.Units == 0))
        {
            foreach (int units in UnitsOf.GetValueOrDefault(type.Rank, []))
            {
                yield return new() { [key] = type with { Units = units } };
            }
        }

        foreach ((string key, (Access place, PlaceType type, bool mayBeNull)) in used.Where(u => u.Value.Type.Units == 0 && !IsWritten(u.Value.Place)))
        {
            foreach (PlaceType other in type.IsNull ? [LikeOthers(place)] : type.Others)
            {
                yield return new() { [key] = other };
            }

            if (mayBeNull && !type.IsNull)
            {
                yield return new() { [key] = PlaceType.Absent };
            }
        }

        foreach ((string key, (Access place, PlaceType type, _)) in used.Where(u => IsPassed(u.Value.Place) && u.Value.Type.IsTensor))
        {
            if (type is { IsIndex: false, DType: DType.F32 or DType.I64 or DType.Bool })
            {
                foreach (DType other in OtherDTypes(place, type.DType))
                {
                    yield return new() { [key] = type with { DType = other } };
                }
            }
        }
    }

    // Places of one role mostly have as many dimensions as each other: an unusual number of them counts once. A mask is as often one of positions only.
    private static int Doubts(IEnumerable<(Access Place, PlaceType Type)> places)
    {
        var all = places.ToArray();
        var roles = all.Where(p => p.Type.IsTensor && !(p.Type.Rank == MaskRank && IsNamed(p.Place, "mask"))).GroupBy(p => p.Type.Role).Select(g => g.Select(p => p.Type.Penalty).Distinct().ToArray());
        return roles.Sum(r => r.Sum() + r.Length - 1) + all.Where(p => !p.Type.IsTensor).Sum(p => p.Type.Penalty) + (OddDType * all.Count(p => IsOdd(p.Place, p.Type)));
    }

    private static bool IsOdd(Access place, PlaceType type) => IsPassed(place) && type is { IsTensor: true, IsIndex: false } && type.DType != DType.F32 && !UsualDTypes(place).Contains(type.DType);

    /// <summary>Begins the name of a size that is equal to others of that name.</summary>
    public const string EqualSizes = "=";

    // Its sizes are; its dtype may still be open.
    private bool IsWritten(Access place) => WrittenAt(place) is not null;

    private WrittenType? WrittenAt(Access place) => place is Access.Argument argument ? written.GetValueOrDefault(argument.Name) : Signatures.ShapeAt(place);

    /// <summary>A place that somebody passes a tensor to.</summary>
    public static PlaceType Given(Access place, TensorType type) => Present(place) with { DType = type.DType, Rank = type.Shape.Length, IsComplex = false };

    private static PlaceType Present(Access place) => PlaceType.Tensor(RoleOf(place), IsPassed(place) && IsInteger(place) ? DType.I64 : DType.F32) with { IsComplex = IsPassed(place) && Words(place).Any(ComplexNames.Contains) };

    private static PlaceRole RoleOf(Access place) => !IsPassed(place) ? PlaceRole.State : Words(place).Any(NumberNames.Contains) ? PlaceRole.Number : Words(place).Any(VectorNames.Contains) ? PlaceRole.Vector : PlaceRole.Passed;

    // What is absent elsewhere has, where it is there, as many dimensions as the others.
    private PlaceType LikeOthers(Access place) => !World.IsTensor(place.Type) ? PlaceType.Object : Present(place) is { Role: not PlaceRole.Passed } known ? known : Present(place) with
    {
        Rank = used.Values.Where(u => IsPassed(u.Place) && u.Type.IsTensor).Select(u => u.Type.Rank).DefaultIfEmpty(Present(place).Rank).Max(),
    };

    private static IEnumerable<DType> OtherDTypes(Access place, DType type) => type != DType.F32 ? [DType.F32] : UsualDTypes(place).DefaultIfEmpty(DType.I64);

    // Beside floats: masks are what a comparison made, or what a tokenizer gave.
    private static IEnumerable<DType> UsualDTypes(Access place) => IsNamed(place, "mask") ? [DType.Bool, DType.I64] : IsInteger(place) ? [DType.I64] : [];

    private static bool IsNamed(Access place, string part) => place is Access.Argument a && a.Name.Contains(part, StringComparison.OrdinalIgnoreCase);

    // Dimensions of size 1 by the number of dimensions, one bit for each: [B,1,T], [B,T,1]; [B,1,T,T], [B,1,1,T].
    private static readonly Dictionary<int, int[]> UnitsOf = new() { [3] = [0b010, 0b100, 0b001], [4] = [0b0010, 0b0110, 0b0011] };

    private static readonly HashSet<string> IntegerNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "id", "ids", "token", "tokens", "index", "indices", "idx", "position", "positions", "timestep", "timesteps", "t", "step", "steps", "length", "lengths", "label", "labels",
        "sentence", "words", "edge", "edges", "phonemes", "categories", "durations", "speaker", "sid", "lens",
    };

    private static readonly HashSet<string> VectorNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "timestep", "timesteps", "t", "step", "steps", "length", "lengths", "lens", "label", "labels", "speaker", "sid", "durations", "sigma", "sigmas",
    };

    private static readonly HashSet<string> ComplexNames = new(StringComparer.OrdinalIgnoreCase) { "complex", "cis" };

    private static readonly HashSet<string> NumberNames = new(StringComparer.OrdinalIgnoreCase) { "loss", "losses" };

    // input_ids, tokenIds, x_lengths: a word of the name says it.
    private static bool IsInteger(Access place) => Words(place).Any(IntegerNames.Contains);

    private static IEnumerable<string> Words(Access place) => place switch
    {
        Access.Argument a => System.Text.RegularExpressions.Regex.Split(a.Name, "_|(?<=[a-z0-9])(?=[A-Z])"),
        Access.Element e => Words(e.Of),
        _ => [],
    };

    /// <summary>The caller gives it: it does not belong to a module.</summary>
    public static bool IsPassed(Access place) => place switch
    {
        Access.Argument a => a.Index > 0,
        Access.Field f => IsPassed(f.Of),
        Access.Property p => IsPassed(p.Of),
        Access.Element e => IsPassed(e.Of),
        Access.Keyed k => IsPassed(k.Of),
        Access.Cast c => IsPassed(c.Of),
        Access.Root r => IsPassed(r.Of),
        _ => false,
    };

    // What is an array in one version may be a tensor in another.
    private PlaceType Ask(Access place, PlaceType missing, bool mayBeNull, Func<PlaceType, bool>? fits = null)
    {
        PlaceType type = types.GetValueOrDefault(place.Key) is { } known && fits?.Invoke(known) != false ? known : missing;
        used[place.Key] = (place, type, mayBeNull);
        return type;
    }
}
