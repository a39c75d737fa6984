using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// What speaks against a version: it fits the code, but hardly what anybody means. Versions are right all the same, and this
/// decides which of them are kept, and in which order they are tried.
/// </summary>
/// <param name="Contradictions">Conditions on sizes that do not hold with the sizes that constructors suggest.</param>
/// <param name="IsOdd">A number of dimensions that only works because the library is lenient.</param>
/// <param name="Caller">Which of the callers passes such arguments, likeliest first; <see cref="NoCaller"/> when none is known.</param>
/// <param name="Coincidences">Conditions between sizes, sizes of different inputs that must be the same.</param>
/// <param name="Surprise">Coincidences (one more weighs the less the more there are), unusual numbers of dimensions.</param>
internal sealed record Likelihood(int Contradictions, bool IsOdd, int Caller, int Coincidences, double Surprise) : IComparable<Likelihood>
{
    public const int NoCaller = int.MaxValue;

    // Nodes that versions for other numbers of dimensions may have altogether, beyond the first two.
    private const int MaxNodes = 400;

    public static Likelihood Of(LiftedVersion version)
    {
        int coincidences = version.Graph.Constraints.Length + EqualSizes(version) + version.Places.FullMasks + (version.DoubtsRank ? 1 : 0);
        return new Likelihood(version.Contradictions, FitsOddly(version), version.Caller, coincidences, (2 * Math.Log2(1 + coincidences)) + version.Places.Penalty);
    }

    // Two of each combination of numbers of dimensions before more of one.
    private static IEnumerable<LiftedVersion> Varied(LiftedVersion[] kind) => kind.GroupBy(v => v.Places.Ranks).SelectMany(g => g.Select((v, i) => (Version: v, Turn: i / 2))).OrderBy(v => v.Turn).ThenBy(v => Of(v.Version)).Select(v => v.Version);

    // Sizes that must be the same, other than those of two arguments in the same dimension, counted from the left or from the right; for an argument, numbers as well.
    private static int EqualSizes(LiftedVersion version)
    {
        int equal = 0;
        var seen = new HashSet<DimExpr>();
        HashSet<DimExpr> numbers = [.. version.Graph.Inputs.Where(i => i.Kind == InputKind.Scalar).Select(i => DimExpr.Symbol(i.Name))];
        var arguments = new List<ImmutableArray<DimExpr>>();
        foreach ((GraphInput input, Access place) in version.Graph.Inputs.Zip(version.Inputs))
        {
            ImmutableArray<DimExpr> shape = input.Value.Shape;
            bool isArgument = PlaceTypes.IsPassed(place);
            for (int i = 0; i < shape.Length; i++)
            {
                equal += isArgument && numbers.Contains(shape[i]) ? 1 : 0;
                equal += shape[i].Constant is null && !seen.Add(shape[i]) && !(isArgument && arguments.Exists(a => (i < a.Length && a[i] == shape[i]) || (shape.Length - i <= a.Length && a[^(shape.Length - i)] == shape[i]))) ? 1 : 0;
            }

            if (isArgument)
            {
                arguments.Add(shape);
            }
        }

        return equal;
    }

    /// <summary>The versions to keep of those found, likeliest first.</summary>
    /// <param name="most">How many for places of one kind.</param>
    public static IEnumerable<LiftedVersion> Choose(IReadOnlyCollection<LiftedVersion> found, int most)
    {
        var kinds = found.GroupBy(v => v.Places.Kind).Select(g => g.OrderBy(Of).ToArray()).OrderBy(g => Of(g[0])).ToArray();
        int oddDTypes = kinds.Min(k => (int?)k[0].Places.OddDTypes) ?? 0;
        LiftedVersion[][] kept = [.. kinds.Where(k => k[0].Places.OddDTypes == oddDTypes || k[0].Places.IsRecorded || k[0].Caller != NoCaller).Select(k => OfKind(k, most).ToArray())];

        // The best of each kind first: none is to take the room of all others.
        return Enumerable.Range(0, kept.Select(k => k.Length).DefaultIfEmpty().Max()).SelectMany(i => kept.Where(k => i < k.Length).Select(k => k[i]));
    }

    private static IEnumerable<LiftedVersion> OfKind(LiftedVersion[] kind, int most)
    {
        int nodes = 0;
        Likelihood best = Of(kind[0]);
        foreach ((int i, LiftedVersion version) in Varied(kind).Where((v, i) => i < most || v.Places.IsRecorded).Index())
        {
            nodes += version.Graph.Nodes.Length;
            Likelihood likelihood = Of(version);
            if (i > 0 && !version.Places.IsRecorded && (likelihood.Contradictions > best.Contradictions || (likelihood.IsOdd && !best.IsOdd) || (likelihood.Caller == NoCaller && best.Caller != NoCaller && likelihood.Coincidences > best.Coincidences) || (i > 1 && nodes > MaxNodes)))
            {
                break;
            }

            yield return version;
        }
    }

    public int CompareTo(Likelihood? other) => other is null ? 1 : (Contradictions, IsOdd, Caller, Surprise).CompareTo((other.Contradictions, other.IsOdd, other.Caller, other.Surprise));

    private static bool FitsOddly(LiftedVersion version)
    {
        var fromArguments = new HashSet<Value>(version.Graph.Inputs.Zip(version.Inputs).Where(p => p.Second is Access.Argument).Select(p => p.First.Value));
        foreach (Node node in version.Graph.Nodes)
        {
            Value[] moving = [.. node.Operands.Where(fromArguments.Contains)];
            if (moving.Length > 0)
            {
                fromArguments.UnionWith(node.Results);
            }

            if (IsUnbatched(node, moving) || IsWidened(node, moving))
            {
                return true;
            }
        }

        return false;
    }

    // A convolution of one sample without a batch dimension.
    private static bool IsUnbatched(Node node, Value[] moving) => node.Op == Op.Conv && moving.Contains(node.Operands[0])
        && node.Operands[0].Node is { Op.Name: "reshape" } reshape && node.Operands[0].Shape[0].IsOne && reshape.Operands[0].Rank == node.Operands[0].Rank - 1;

    // A parameter with more dimensions than what it is applied to.
    private static bool IsWidened(Node node, Value[] moving) => node.Op.Family == OpFamily.Elementwise && moving.Length > 0
        && moving.All(m => m.Rank > 0) && node.Operands.Except(moving).Any(o => o.Rank > moving.Max(m => m.Rank));
}
