using DlAot.Compiler.Analysis;
using DlAot.Compiler.Analysis.Benefit;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Tests.Coverage;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.Analysis;

/// <summary>What would not gain stays eager, and the numbers that this rests on.</summary>
public sealed class BenefitTests : IDisposable
{
    private const string One = "return torch.cat(new[] { x, x }, 1);", Chain = "var y = (x * 2 + 1).relu(); return (y * y).sigmoid() + y;";

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-benefit-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Compilation Planned(string forward, Func<CompileOptions, CompileOptions>? edit = null, string mark = "")
    {
        string source = Snippet.Net(forward).Replace("public override Tensor forward", $"{mark} public override Tensor forward", StringComparison.Ordinal);
        Assert.Contains(mark, source);
        var options = new CompileOptions { Benefit = BenefitChoice.On, Input = Snippet.Compile(source, folder: folder), References = [AppContext.BaseDirectory] };
        Compilation compilation = Compilation.Open(edit?.Invoke(options) ?? options);
        compilation.Plan();
        return compilation;
    }

    private string Rates(string content)
    {
        string file = Path.Combine(folder, "rates.json");
        File.WriteAllText(file, content);
        return file;
    }

    [Fact]
    public void A_chain_of_operations_is_compiled()
    {
        using Compilation compilation = Planned(Chain);
        Assert.NotEmpty(compilation.Compiled);
        Assert.DoesNotContain(compilation.Methods.SelectMany(m => m.Lifted.Diagnostics), d => d.Rule == Rules.NoGain);
    }

    [Fact]
    public void One_small_operation_stays_eager_and_is_told()
    {
        using Compilation compilation = Planned(One);
        Assert.Empty(compilation.Compiled);
        Diagnostic told = Assert.Single(compilation.Methods.Single().Lifted.Diagnostics);
        Assert.Equal(Rules.NoGain, told.Rule);
        Assert.Contains("small", told.Text);
        Assert.Equal(Verdict.KeepEager, AnalysisReport.Of(compilation).Methods.Single().Verdict);
    }

    [Fact]
    public void Without_the_check_it_is_compiled()
    {
        using Compilation compilation = Planned(One, o => o with { Benefit = BenefitChoice.Off });
        Assert.NotEmpty(compilation.Compiled);
        Assert.Empty(compilation.Methods.Single().Lifted.Diagnostics);
    }

    [Fact]
    public void What_is_marked_is_compiled_and_told_to_be_undone()
    {
        using Compilation compilation = Planned(One, mark: "[DlAot.Compile]");
        Assert.NotEmpty(compilation.Compiled);
        MethodAnalysis method = AnalysisReport.Of(compilation).Methods.Single();
        Assert.Equal(Verdict.Undo, method.Verdict);
        Assert.Contains(method.Findings, f => f.Rule == Rules.CompiledAtALoss);
    }

    [Fact]
    public void A_mark_that_pays_stays()
    {
        using Compilation compilation = Planned(Chain, mark: "[DlAot.Compile]");
        Assert.Equal(Verdict.Compile, AnalysisReport.Of(compilation).Methods.Single().Verdict);
    }

    [Fact]
    public void Measured_rates_decide()
    {
        string file = Rates("""{ "machine": "one that enters slowly", "microseconds": { "entry": 100000 } }""");
        using Compilation compilation = Planned(Chain, o => o with { CostRates = file });
        Assert.Empty(compilation.Compiled);
        Assert.Contains("one that enters slowly", RateFile.Read(file).Source);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("{}")]
    [InlineData("""{ "machine": "m", "microseconds": { "no such rate": 1 } }""")]
    [InlineData("""{ "machine": "m", "microseconds": { "entry": -1 } }""")]
    public void What_holds_no_rates_is_refused(string content)
    {
        string file = Rates(content);
        Assert.Equal(Rules.BadRates, Assert.Throws<CompilationException>(() => RateFile.Read(file)).Diagnostic.Rule);
    }

    [Fact]
    public void Estimates_say_what_they_are_the_sum_of()
    {
        using Compilation compilation = Planned(Chain);
        var version = compilation.Compiled.First().Versions[0];
        var estimates = new BenefitCheck(CostRates.BuiltIn).Estimates(version.Lifted, version.Plan);
        Assert.NotEmpty(estimates);
        Assert.All(estimates, e =>
        {
            Assert.Equal(e.EagerTerms.Sum(t => t.Amount * e.Rates[t.Rate]), e.Eager, 6);
            Assert.Equal(6, e.EagerTerms.Single(t => t.Rate == CostRates.Call).Amount + e.EagerTerms.Where(t => t.Rate == CostRates.Inner).Sum(t => t.Amount));
            Assert.Equal(1, e.CompiledTerms.Single(t => t.Rate == CostRates.Kernel).Amount);
        });
        Assert.True(estimates[^1].Eager > estimates[0].Eager && estimates[^1].Compiled > estimates[0].Compiled);
    }

    [Fact]
    public void This_machine_can_be_measured()
    {
        var measured = Calibration.Measure(typeof(BenefitTests).Assembly.Location, [AppContext.BaseDirectory]);
        Assert.All(measured, r => Assert.InRange(r.Value, 1e-5, 1e6));
        string file = Path.Combine(folder, "cache", "here.json");
        RateFile.Write(file, measured);
        Assert.Equal(measured[CostRates.Call], RateFile.Read(file)[CostRates.Call]);
    }

    [Fact]
    public void Ranks_correlate()
    {
        Assert.Equal(1, RankCorrelation.Of([1, 2, 3, 4], [10, 20, 30, 31]), 9);
        Assert.Equal(-1, RankCorrelation.Of([1, 2, 3], [3, 2, 1]), 9);
        Assert.Equal(0.5, RankCorrelation.Of([1, 2, 3], [1, 3, 2]), 9);
    }
}
