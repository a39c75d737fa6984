using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;
using DlAot.Ir.Text;
using DlAot.Ir.Verify;
using DlAot.Passes;

namespace DlAot.Tests.Golden;

/// <summary>The plan of a graph, interpreted, gives what the reference evaluator gives for the graph.</summary>
internal static class PlanComparison
{
    /// <summary>Relative to the largest magnitude of an output; reductions may be summed in another order.</summary>
    private const double Tolerance = 1e-5;

    // A half has 11 or 8 bits, and kernels round to it only where the graph does.
    private static double ToleranceOf(DType type) => type switch
    {
        DType.F16 => 2e-3,
        DType.BF16 => 2e-2,
        _ => Tolerance,
    };

    public static void Check(Graph graph, IReadOnlyDictionary<string, long> sizes, PassOptions options, int seed = 1)
    {
        ImmutableArray<NdArray> inputs = PassFixture.Inputs(graph, sizes, seed);
        Plan plan = Pipeline.Run(graph, options);
        PlanVerifier.Verify(plan);
        ImmutableArray<NdArray> expected = new Evaluator().Run(graph, inputs), actual = new PlanInterpreter().Run(plan, graph, inputs);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Type, actual[i].Type);
            Assert.Equal(expected[i].Shape.AsEnumerable(), actual[i].Shape.AsEnumerable());
            double[] want = expected[i].ToFloats(), got = actual[i].ToFloats();
            double scale = Math.Max(1, want.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
            double allowed = expected[i].Type.IsFloat() ? ToleranceOf(expected[i].Type) * scale : 0;
            for (int e = 0; e < want.Length; e++)
            {
                bool isNear = want[e].Equals(got[e]) || Math.Abs(want[e] - got[e]) <= allowed;
                Assert.True(isNear, $"output {i}[{e}] is {got[e]}, not {want[e]}, at {string.Join(" ", sizes)} with seed {seed}\n{GraphText.Print(graph)}\n{PlanPrinter.Print(plan)}");
            }
        }
    }
}
