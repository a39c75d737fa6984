using System.Diagnostics;
using System.Globalization;
using DlAot.Ir;
using DlAot.Ir.Text;
using DlAot.Ir.Verify;
using DlAot.Tests.House;
using Xunit.Abstractions;

namespace DlAot.Tests.Fuzz;

/// <summary>
/// Random graphs: evaluator = interpreted plan = native code. <c>DLAOT_FUZZ_SECONDS=600</c> runs longer, <c>DLAOT_FUZZ_SEED=n</c> starts at a
/// seed that a failure printed.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int FixedSeeds = 36;
    private const int FreshSeeds = 12;

    /// <summary>Only a process that hangs takes this long.</summary>
    private const double SafetySeconds = 240;

    public static TheoryData<string> Regressions => [.. Directory.GetFiles(RegressionFolder, "*.dlir").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string RegressionFolder => Path.Combine(Repository.Root, "testsuite", "fuzz", "regressions");

    private static string? Setting(string name) => Environment.GetEnvironmentVariable($"DLAOT_FUZZ_{name}");

    [Fact]
    public void Graphs_of_fixed_seeds_agree() => Run(0, FixedSeeds, SafetySeconds);

    [Fact]
    public void Graphs_of_fresh_seeds_agree()
    {
        int seed = Setting("SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(1_000_000, int.MaxValue / 2);
        bool isLong = Setting("SECONDS") is not null;
        Run(seed, isLong ? int.MaxValue / 2 : FreshSeeds, isLong ? double.Parse(Setting("SECONDS")!, CultureInfo.InvariantCulture) : SafetySeconds);
    }

    [Theory]
    [MemberData(nameof(Regressions))]
    public void What_once_differed_agrees(string file)
    {
        FuzzCase test = FuzzCase.Parse(File.ReadAllText(Path.Combine(RegressionFolder, file)).ReplaceLineEndings("\n"), file);
        BatchResult result = new Differential().Run(test);
        Assert.True(result.Findings[0] is null, result.Findings[0]?.ToString());
        Assert.True(result.Runs > result.Refused, "every run refused its inputs");
    }

    [Fact]
    public void Every_op_has_a_recipe() => Assert.Empty(Op.Rows.Except(Recipes.Rows.Select(r => r.Op)).Select(op => op.Name));

    [Fact]
    public void Case_is_the_same_after_printing_and_parsing()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            FuzzCase test = FuzzCase.Generate(seed);
            string text = test.Print("seed");
            Assert.Equal(text, FuzzCase.Parse(text, "printed").Print("seed"));
            Assert.NotEmpty(test.Sizes);
        }
    }

    [Theory]
    [InlineData("add(%x, %y)", "sub(%x, %y)")]
    [InlineData("mul(%x, %y)", "mul(%x, %x)")]
    [InlineData("sum(%x) {dims=[0], keepdim=true}", "mean(%x) {dims=[0], keepdim=true}")]
    [InlineData("tanh(%x)", "sin(%x)")]
    [InlineData("floor(%x)", "ceil(%x)")]
    public void Wrong_plan_is_found(string right, string wrong)
    {
        Graph Make(string node) => GraphText.Parse($"graph g(%x: f32[N,4], %y: f32[N,4]) {{ %0 = {node}\n %1 = sigmoid(%0)\n return %1 }}");
        FuzzCase test = FuzzCase.Parse($"// sizes N=3\n{GraphText.Print(Make(right))}", "right");
        Assert.Null(new Differential().Run(test).Findings[0]);
        Assert.Equal("interpreter", new Differential(planned: _ => Make(wrong)).Run(test).Findings[0]?.Stage);
    }

    [Fact]
    public void Failing_case_is_minimised()
    {
        FuzzCase test = Enumerable.Range(0, 1000).Select(FuzzCase.Generate).First(c => c.Graph.Nodes.Length > 15 && c.Graph.Nodes.Any(n => n.Op == Op.Tanh));
        FuzzCase small = Minimiser.Minimise(test, c => c.Graph.Nodes.Any(n => n.Op == Op.Tanh), TimeSpan.FromMinutes(1));
        Assert.Equal(Op.Tanh, Assert.Single(small.Graph.Nodes).Op);
        Assert.Single(small.Graph.Inputs);
        GraphVerifier.Verify(small.Graph);
    }

    private void Run(int first, int count, double seconds)
    {
        output.WriteLine($"seeds from {first}");
        ProcessStartInfo start = new("dotnet", ["exec", typeof(FuzzTests).Assembly.Location, FuzzProgram.Command, $"{first}", $"{count}", seconds.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        List<string> lines = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        process.WaitForExit();
        string last = lines.LastOrDefault("nothing");
        output.WriteLine(last);
        string[] report = [.. lines.SkipWhile(l => !l.StartsWith("FAIL", StringComparison.Ordinal)).Where(l => !FuzzProgram.IsProgress(l))];
        Assert.True(
            process.ExitCode == 0 && last.StartsWith("done", StringComparison.Ordinal),
            $"seeds from {first}, exit code {process.ExitCode}, last: {last}\n{string.Join('\n', report)}\n{errors.Result}");
    }
}
