using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;
using DlAot.Ir.Verify;
using DlAot.Passes;

namespace DlAot.Tests.Golden;

/// <summary>Each pass, as text in and text out; <c>DLAOT_BLESS=1</c> writes the expected texts anew. And each fixture's plan computes what its graph means.</summary>
public class PassGoldenTests
{
    public static TheoryData<string> Fixtures => [.. PassFixture.Names];

    public static TheoryData<string> PassNames => [.. Pipeline.Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Pass_gives_the_expected_text(string name)
    {
        PassFixture fixture = PassFixture.Read(name);
        string actual = fixture.Actual();
        if (Environment.GetEnvironmentVariable("DLAOT_BLESS") == "1")
        {
            fixture.Bless(actual);
        }
        else
        {
            Assert.Equal(fixture.Expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Plan_computes_what_the_graph_means(string name)
    {
        PassFixture fixture = PassFixture.Read(name);
        int runs = 0;
        foreach (IReadOnlyDictionary<string, long> sizes in fixture.Sizes)
        {
            PlanComparison.Check(fixture.Graph, sizes, new PassOptions());
            PlanComparison.Check(fixture.Graph, sizes, new PassOptions(Exact: true, MatMul: MatMulChoice.Extern));
            runs++;
        }

        Assert.NotEqual(0, runs);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Every_state_is_well_formed(string name)
    {
        Graph graph = PassFixture.Read(name).Graph;
        int reports = 0;
        Pipeline.Run(graph, null, report =>
        {
            reports++;
            GraphVerifier.Verify(report.State.Graph);
        });
        Assert.Equal(Pipeline.Rows.Length, reports);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Passes_are_deterministic(string name)
    {
        PassFixture fixture = PassFixture.Read(name);
        Assert.Equal(fixture.Actual(), fixture.Actual());
    }

    [Fact]
    public void An_unknown_pass_is_named_with_the_known_ones()
    {
        Graph graph = PassFixture.Read(PassFixture.Names.First()).Graph;
        ArgumentException e = Assert.Throws<ArgumentException>(() => Pipeline.RunUntil(graph, null, "nonsense"));
        Assert.Contains("nonsense", e.Message, StringComparison.Ordinal);
        Assert.Contains("fuse", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PassNames))]
    public void Running_until_a_pass_stops_there(string pass)
    {
        List<string> seen = [];
        Pipeline.RunUntil(PassFixture.Read("plan-memory/gpt-block.dlir").Graph, null, pass, r => seen.Add(r.Name));
        Assert.Equal(pass, seen[^1]);
        Assert.Equal(Pipeline.Rows.TakeWhile(r => r.Name != pass).Count() + 1, seen.Count);
    }

    // One kernel per line of the block that has work of its own, and no copies: 2 norms, 4 linears, 2 products, softmax.
    [Fact]
    public void A_GPT_block_is_nine_kernels_in_one_region()
    {
        Plan plan = Pipeline.Run(PassFixture.Read("plan-memory/gpt-block.dlir").Graph);
        Assert.Equal(9, Assert.IsType<RegionStep>(Assert.Single(plan.Steps)).Kernels.Length);
    }
}
