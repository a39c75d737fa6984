using DlAot.Compiler.Lifting;
using DlAot.Ir;

namespace DlAot.Compiler.Verification;

/// <summary>
/// Finds values for the size symbols of a version: those that the module's own tensors and numbers have are read from it, the others are
/// searched until the graph's constraints hold.
/// </summary>
internal sealed class InputSizes
{
    private const int MostSteps = 200_000;
    private const long MostElements = 1 << 22;

    private static readonly long[] Small = [2, 1, 3, 5, 8];
    private static readonly long[] Likely = [28, 32, 224, 16, 64, 4, 7, 9, 10, 12, 20, 24, 48, 96, 100, 128, 256, 512, 784];

    private readonly Dictionary<string, long> known = new(StringComparer.Ordinal);
    private readonly List<(string[] Symbols, Func<Func<string, long>, bool> Holds)> conditions = [];
    private readonly List<TensorType> arguments = [];
    private readonly string[] free;
    private readonly long[][] candidates;

    /// <param name="version">What inputs are for.</param>
    /// <param name="live">The module.</param>
    /// <param name="shapeOf">Sizes of a tensor, null for what is none.</param>
    public InputSizes(LiftedVersion version, LiveAccess live, Func<object?, long[]?> shapeOf)
    {
        foreach ((GraphInput input, Access access) in version.Graph.Inputs.Zip(version.Inputs))
        {
            bool isArgument = LiveAccess.Root(access) > 0;
            if (isArgument)
            {
                arguments.Add(input.Value.Type);
            }
            else if (input.Kind == InputKind.Scalar)
            {
                if (input.Value.DType == DType.I64 && live.Read(access) is IConvertible number)
                {
                    known[input.Name] = known["$" + input.Name] = number.ToInt64(null);
                }
            }
            else if (shapeOf(live.Read(access)) is { } shape && shape.Length == input.Value.Rank)
            {
                foreach ((DimExpr dim, long size) in input.Value.Shape.Zip(shape))
                {
                    if (dim.SymbolName is { } symbol)
                    {
                        known.TryAdd(symbol, size);
                    }

                    conditions.Add(([.. dim.Symbols], valueOf => dim.Evaluate(valueOf) == size));
                }
            }
        }

        conditions.AddRange(version.Graph.Constraints.Select(c => (c.Left.Symbols.Concat(c.Right.Symbols).Distinct().ToArray(), (Func<Func<string, long>, bool>)c.Holds)));
        conditions.AddRange(arguments.SelectMany(a => a.Shape).Select(d => (d.Symbols.ToArray(), (Func<Func<string, long>, bool>)(valueOf => d.Evaluate(valueOf) >= 1))));
        free = [.. arguments.SelectMany(a => a.Shape).SelectMany(d => d.Symbols)
            .Concat(version.Inputs.Zip(version.Graph.Inputs).Where(p => LiveAccess.Root(p.First) > 0 && p.Second is { Kind: InputKind.Scalar, Value.DType: DType.I64 }).Select(p => p.Second.Name))
            .Concat(version.Graph.Constraints.SelectMany(c => c.Left.Symbols.Concat(c.Right.Symbols)))
            .Where(s => !known.ContainsKey(s)).Distinct()];

        // A size under a condition is likely one of those that models are written for; any will do for the others.
        candidates = [.. free.Select(s => version.Graph.Constraints.Any(c => c.Left.Symbols.Concat(c.Right.Symbols).Contains(s)) || arguments.Any(a => a.Shape.Any(d => d.SymbolName is null && d.Symbols.Contains(s)))
            ? [.. Likely, .. known.Values.Distinct(), .. Small]
            : (long[])[.. Small, .. Likely])];
    }

    /// <summary>Up to <paramref name="most"/> assignments, as different as possible; none when none is found.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, long>> Find(int most)
    {
        var found = new Dictionary<string, IReadOnlyDictionary<string, long>>(StringComparer.Ordinal);
        foreach (long[] values in Diagonals())
        {
            Add(found, values, most);
        }

        if (found.Count < most && free.Length > 0)
        {
            int steps = 0;
            Search(found, new long[free.Length], 0, Math.Max(found.Count + 1, Math.Min(most, 3)), ref steps);
        }

        return [.. found.Values];
    }

    // All the same, and each another.
    private IEnumerable<long[]> Diagonals() => free.Length == 0 ? [[]]
        : Enumerable.Range(0, Small.Length).Select(s => free.Select((_, i) => Small[(s + i) % Small.Length]).ToArray()).Concat(Small.Select(v => free.Select(_ => v).ToArray()));

    private void Search(Dictionary<string, IReadOnlyDictionary<string, long>> found, long[] values, int depth, int most, ref int steps)
    {
        if (depth == free.Length)
        {
            Add(found, values, most);
            return;
        }

        foreach (long candidate in candidates[depth])
        {
            if (found.Count >= most || ++steps > MostSteps)
            {
                return;
            }

            values[depth] = candidate;
            if (Holds(values, depth + 1))
            {
                Search(found, values, depth + 1, most, ref steps);
            }
        }
    }

    private void Add(Dictionary<string, IReadOnlyDictionary<string, long>> found, long[] values, int most)
    {
        string key = string.Join(",", values);
        if (found.Count >= most || found.ContainsKey(key) || !Holds(values, free.Length))
        {
            return;
        }

        var assignment = new Dictionary<string, long>(known, StringComparer.Ordinal);
        for (int i = 0; i < free.Length; i++)
        {
            assignment[free[i]] = values[i];
        }

        if (arguments.All(a => a.Numel.Evaluate(s => assignment[s]) <= MostElements))
        {
            found.Add(key, assignment);
        }
    }

    // The conditions that speak of no symbol beyond the first ones.
    private bool Holds(long[] values, int count)
    {
        bool IsSet(string symbol) => known.ContainsKey(symbol) || Array.IndexOf(free, symbol, 0, count) >= 0;
        long ValueOf(string symbol) => known.TryGetValue(symbol, out long size) ? size : values[Array.IndexOf(free, symbol)];
        try
        {
            return conditions.All(c => !c.Symbols.All(IsSet) || c.Holds(ValueOf));
        }
        catch (DivideByZeroException)
        {
            return false;
        }
    }
}
