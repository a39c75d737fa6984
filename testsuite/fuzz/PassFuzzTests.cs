using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes;
using DlAot.Tests.Golden;

namespace DlAot.Tests.Fuzz;

/// <summary>Plans of random graphs compute what the graphs mean, at sizes 0, 1 and more. A failure prints its seed and graph.</summary>
public class PassFuzzTests
{
    private const int Seeds = 120;

    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 10)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Plan_of_a_random_graph_computes_what_it_means(int block)
    {
        for (int seed = block * Seeds / 10; seed < (block + 1) * Seeds / 10; seed++)
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
