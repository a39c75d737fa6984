using System.Collections.Immutable;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;
using DlAot.Ir.Text;
using DlAot.Passes;
using DlAot.Tests.Golden;

namespace DlAot.Tests.Kernels;

/// <summary>Whole plans, native, against the reference evaluator: at sizes 0, 1 and odd ones, for every level, for 1 and 2 threads.</summary>
public class PlanTests
{
    private const string Linear = """
        graph linear(%x: f32[N,7], %w: f32[10,7], %b: f32[10]) {
          %0 = linear(%x, %w, %b)
          %1 = relu(%0)
          return %1
        }
        """;

    private const string Softmax = """
        graph softmax(%x: f32[N,T]) {
          %0 = softmax(%x) {dim=-1}
          return %0
        }
        """;

    private const string ExternBetween = """
        graph between(%x: f32[N,T], %y: f32[T,N]) {
          %0 = exp(%x)
          %1 = cumsum(%0) {dim=1}
          %2 = permute(%y) {dims=[1,0]}
          %3 = add(%1, %2)
          return %3, %1, %x
        }
        """;

    [Fact]
    public void Native_plans_compute_what_their_graphs_mean()
    {
        Graph[] graphs = [GraphText.Parse(Linear), GraphText.Parse(Softmax), GraphText.Parse(ExternBetween)];
        Plan[] plans = [.. graphs.Select(g => Pipeline.Run(g))];
        using PlanLibrary library = new(plans);
        int before = PlanCall.Splits;
        for (int i = 0; i < graphs.Length; i++)
        {
            foreach ((long n, long t) in new[] { (0L, 3L), (1, 1), (5, 0), (33, 17), (1200, 20) })
            {
                if (graphs[i].Name == "softmax" && t == 0)
                {
                    continue; // there is no largest of none
                }

                ImmutableArray<NdArray> inputs = PassFixture.Inputs(graphs[i], new Dictionary<string, long> { ["N"] = n, ["T"] = t }, seed: 1);
                ImmutableArray<NdArray> expected = new Evaluator().Run(graphs[i], inputs);
                foreach (IsaLevel level in CpuHarness.Levels)
                {
                    for (int threads = 1; threads <= 2; threads++)
                    {
                        ImmutableArray<NdArray> actual = library.Run(i, graphs[i], inputs, level, threads);
                        foreach ((NdArray e, NdArray a) in expected.Zip(actual))
                        {
                            Assert.Equal(e.Shape.AsEnumerable(), a.Shape.AsEnumerable());
                            Assert.All(e.ToFloats().Zip(a.ToFloats()), p => Assert.InRange(p.Second, p.First - 1e-4, p.First + 1e-4));
                        }
                    }
                }
            }
        }

        Assert.True(PlanCall.Splits > before, "no loop was shared between threads");
    }

    [Fact]
    public void Region_whose_check_fails_says_so()
    {
        Graph graph = GraphText.Parse("graph g(%x: f32[N,4], %i: i64[K]) { %0 = take(%x, %i) {dim=0}\n return %0 }");
        using PlanLibrary library = new(Pipeline.Run(graph));
        NdArray x = new(DType.F32, [3, 4]);
        foreach (IsaLevel level in CpuHarness.Levels)
        {
            Assert.Equal([2L, 4], library.Run(0, graph, [x, NdArray.FromIntegers(DType.I64, [2], 0, 2)], level, 1).Single().Shape.AsEnumerable());
            Assert.Throws<PlanCheckException>(() => library.Run(0, graph, [x, NdArray.FromIntegers(DType.I64, [2], 0, 3)], level, 1));
            Assert.Throws<PlanCheckException>(() => library.Run(0, graph, [x, NdArray.FromIntegers(DType.I64, [2], -1, 0)], level, 1));
        }
    }
}
