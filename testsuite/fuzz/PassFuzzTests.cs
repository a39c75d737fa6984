using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes;
using DlAot.Tests.Golden;

namespace DlAot.Tests.Fuzz;

/// <summary>
/// Plans of random graphs compute what the graphs mean, at sizes 0, 1 and more. A failure prints its seed and graph.
/// <c>DLAOT_FUZZ=5000</c> runs as many seeds instead.
/// </summary>
public class PassFuzzTests
{
    private const int Blocks = 10;

    private static readonly int s_seeds = int.TryParse(Environment.GetEnvironmentVariable("DLAOT_FUZZ"), out int seeds) ? seeds : 120;

    public static TheoryData<int> BlockNumbers => [.. Enumerable.Range(0, Blocks)];

    [Theory]
    [MemberData(nameof(BlockNumbers))]
    public void Plan_of_a_random_graph_computes_what_it_means(int block)
    {
        for (int seed = block * s_seeds / Blocks; seed < (block + 1) * s_seeds / Blocks; seed++)
        {
            Graph graph = new PassFuzzGraph(seed).Build();
            foreach (long n in new long[] { 3, 1, 0 })
            {
                var sizes = new Dictionary<string, long> { ["N"] = n, ["T"] = n == 1 ? 4 : 2 };

                // There is no largest of none: such a graph is not made for size 0.
                if (graph.Constraints.All(c => c.Holds(s => sizes[s])))
                {
                    PlanComparison.Check(graph, sizes, new PassOptions(), seed);
                }
            }
        }
    }
}
