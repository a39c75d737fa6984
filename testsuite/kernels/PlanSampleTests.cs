using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using DlAot.Tests.Fuzz;
using Xunit.Abstractions;

namespace DlAot.Tests.Kernels;

/// <summary>The graphs of the sample models, lifted from their assemblies, compute natively what the evaluator says.</summary>
public class PlanSampleTests(ITestOutputHelper output)
{
    /// <summary>Sizes that models are tried at: odd batches, short sequences, small images.</summary>
    private static readonly long[] Sizes = [5, 7, 3, 6, 28, 32, 16, 8, 4, 64, 2, 1];

    /// <summary>Multiply-adds that the evaluator does in a second or two.</summary>
    private const double MostWork = 2e7;

    public static TheoryData<string> Assemblies => [.. Directory.GetFiles(AppContext.BaseDirectory, "Samples.*.dll").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Lifted_graphs_compute_natively_what_they_mean(string assembly)
    {
        List<FuzzCase> cases = [];
        using AssemblyReader reader = AssemblyReader.Open(Path.Combine(AppContext.BaseDirectory, assembly), [AppContext.BaseDirectory]);
        Lifter lifter = new(reader.World, new LiftOptions());
        foreach (LiftedMethod method in lifter.Candidates().Select(lifter.Lift))
        {
            // Sizes that only a library call knows are beyond the evaluator.
            foreach (LiftedVersion version in method.Versions.Where(v => v.Graph.LateSymbols.Count == 0))
            {
                var sizes = SizesFor(version.Graph);
                output.WriteLine($"{version.Graph.Name}: {version.Graph.Nodes.Length} nodes at {(sizes is null ? "no sizes that fit" : FuzzCase.SizesText(sizes))}");
                if (sizes is not null)
                {
                    cases.Add(new FuzzCase(version.Graph, [sizes], null, 1, new Passes.PassOptions()));
                }
            }
        }

        BatchResult result = new Differential().Run(cases);
        output.WriteLine($"{result.Runs} runs");
        Assert.NotEmpty(cases);
        Assert.Equal(0, result.Refused);
        Assert.All(cases.Zip(result.Findings), p => Assert.True(p.Second is null, $"{p.First.Graph.Name}: {p.Second}"));
    }

    // The first assignment, in the order of the list, for which the graph is made and which is not too much work.
    private static ImmutableSortedDictionary<string, long>? SizesFor(Graph graph)
    {
        var given = graph.Constraints.Where(c => c is { Kind: ConstraintKind.Equal, Left.SymbolName: not null, Right.Constant: not null })
            .ToImmutableSortedDictionary(c => c.Left.SymbolName!, c => c.Right.Constant!.Value, StringComparer.Ordinal);
        string[] symbols = [.. graph.Symbols.Concat(graph.Constraints.SelectMany(c => c.Left.Symbols.Concat(c.Right.Symbols)))
            .Where(s => !DimExpr.IsHostNumber(s) && !given.ContainsKey(s)).Distinct()];
        double count = Math.Min(20_000, Math.Pow(Sizes.Length, symbols.Length));
        for (int i = 0; i < count; i++)
        {
            int number = i;
            var sizes = symbols.Select((s, digit) => (s, Size: Sizes[((number / (int)Math.Pow(Sizes.Length, digit)) + digit) % Sizes.Length]))
                .ToImmutableSortedDictionary(p => p.s, p => p.Size, StringComparer.Ordinal).AddRange(given);
            if (FuzzCase.Work(graph, sizes) < MostWork)
            {
                return sizes;
            }
        }

        return null;
    }
}
