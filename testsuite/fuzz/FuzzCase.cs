using System.Collections.Immutable;
using System.Globalization;
using DlAot.Ir;
using DlAot.Ir.Text;
using DlAot.Passes;

namespace DlAot.Tests.Fuzz;

/// <summary>A graph, how to compile it, and sizes to run it at. As text: comments, then the graph.</summary>
/// <param name="Sizes">Values of the symbols, small enough for the evaluator.</param>
/// <param name="Large">Sizes at which loops are shared by threads: only native code runs there. Null: none.</param>
/// <param name="Seed">Of the contents of inputs.</param>
internal sealed record FuzzCase(
    Graph Graph,
    ImmutableArray<ImmutableSortedDictionary<string, long>> Sizes,
    ImmutableSortedDictionary<string, long>? Large,
    int Seed,
    PassOptions Options)
{
    private static readonly long[] Choices = [0, 1, 2, 3, 5, 7, 8, 16, 17, 33, 64, 100];
    private static readonly long[] LargeChoices = [1, 3, 16, 33, 64, 100, 129, 500, 2000];

    public static FuzzCase Generate(int seed)
    {
        Graph graph = GraphGenerator.Generate(seed);
        Random random = new(~seed);
        var sizes = ImmutableArray.CreateBuilder<ImmutableSortedDictionary<string, long>>();
        for (int tries = 0; tries < 60 && sizes.Count < 3; tries++)
        {
            // One of the sizes 0 and 1 first, then whatever fits.
            var drawn = Draw(graph, random, sizes.Count == 0 && tries < 20 ? [0, 1, 1, 3, 8] : Choices);
            if (Work(graph, drawn) is { } work && work < 60_000 && !sizes.Any(s => s.SequenceEqual(drawn)))
            {
                sizes.Add(drawn);
            }
        }

        ImmutableSortedDictionary<string, long>? large = null;
        for (int tries = 0; tries < 30; tries++)
        {
            var drawn = Draw(graph, random, LargeChoices);
            large = Work(graph, drawn) is { } work && work < 4_000_000 && (large is null || work > Work(graph, large)) ? drawn : large;
        }

        return new FuzzCase(graph, sizes.ToImmutable(), large, seed, new PassOptions(GraphGenerator.Chance(random, 0.2), OneOf(random, MatMulChoice.Kernel, MatMulChoice.Kernel, MatMulChoice.Extern)));
    }

    public static FuzzCase Parse(string text, string file)
    {
        string[] lines = text.Split('\n');
        string[] Words(string key) => [.. lines.Where(l => l.StartsWith($"// {key} ", StringComparison.Ordinal)).SelectMany(l => l[(key.Length + 4)..].Split(';', StringSplitOptions.TrimEntries))];
        var sizes = Words("sizes").Select(ParseSizes).ToImmutableArray();
        string options = string.Join(' ', Words("options"));
        return new FuzzCase(
            GraphText.Parse(text, file), sizes.IsEmpty ? [ParseSizes("")] : sizes, Words("large").Select(ParseSizes).FirstOrDefault(),
            int.Parse(Words("seed").FirstOrDefault("1"), CultureInfo.InvariantCulture),
            new PassOptions(options.Contains("exact", StringComparison.Ordinal), options.Contains("matmul=extern", StringComparison.Ordinal) ? MatMulChoice.Extern : MatMulChoice.Kernel));
    }

    public string Print(string comment)
    {
        string[] lines =
        [
            .. comment.Split('\n').Select(l => $"// {l}".TrimEnd()),
            .. Sizes.Any(s => s.Count > 0) ? [$"// sizes {string.Join("; ", Sizes.Select(SizesText))}"] : Array.Empty<string>(),
            .. Large is null ? Array.Empty<string>() : [$"// large {SizesText(Large)}"],
            $"// seed {Seed}",
            .. Options.Exact || Options.MatMul == MatMulChoice.Extern ? [$"// options{(Options.Exact ? " exact" : "")}{(Options.MatMul == MatMulChoice.Extern ? " matmul=extern" : "")}"] : Array.Empty<string>(),
        ];
        return string.Join('\n', lines) + "\n" + GraphText.Print(Graph);
    }

    public static string SizesText(IReadOnlyDictionary<string, long> sizes) => string.Join(' ', sizes.Select(s => $"{s.Key}={s.Value}"));

    private static ImmutableSortedDictionary<string, long> ParseSizes(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=')).ToImmutableSortedDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, long> Draw(Graph graph, Random random, long[] choices) =>
        graph.Symbols.Where(s => !DimExpr.IsHostNumber(s)).ToImmutableSortedDictionary(s => s, _ => OneOf(random, choices), StringComparer.Ordinal);

    /// <summary>Scalar operations that the graph takes at the sizes; null when it is not made for them.</summary>
    public static double? Work(Graph graph, IReadOnlyDictionary<string, long> sizes)
    {
        long ValueOf(string symbol) => sizes[symbol];
        double Elements(Value v) => v.Shape.Aggregate(1.0, (n, d) => n * Math.Max(0, d.Evaluate(ValueOf)));
        if (!graph.Constraints.All(c => c.Holds(ValueOf)) || graph.Nodes.Any(n => n.Results.Any(r => r.Shape.Any(d => d.Evaluate(ValueOf) < 0))))
        {
            return null;
        }

        return graph.Inputs.Sum(i => Elements(i.Value)) + graph.Nodes.Sum(n => n.Results.Sum(Elements) * n.Op.Name switch
        {
            "matmul" or "linear" => Math.Max(1, n.Operands[0].Shape[^1].Evaluate(ValueOf)),
            "attention" => Math.Max(1, n.Operands[1].Shape[^2].Evaluate(ValueOf)) * 8,
            "conv" => n.Operands[1].Shape.Skip(1).Aggregate(1.0, (m, d) => m * d.Evaluate(ValueOf)),
            _ => n.Op.IsPrimitive ? 1 : 5,
        });
    }

    private static T OneOf<T>(Random random, params T[] items) => items[random.Next(items.Length)];
}
