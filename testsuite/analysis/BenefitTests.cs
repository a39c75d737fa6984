using System.Collections.Immutable;
using DlAot.Compiler.Analysis;
using DlAot.Compiler.Analysis.Benefit;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
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

    [Theory]
    [InlineData("on", null, true)]
    [InlineData("off", null, false)]
    [InlineData("on", BenefitChoice.Off, false)]
    [InlineData("off", BenefitChoice.On, true)]
    public void The_configuration_file_decides_where_nobody_else_does(string written, BenefitChoice? given, bool isChecked)
    {
        File.WriteAllText(Path.Combine(folder, "dlaot.json"), $$"""{ "benefit": "{{written}}" }""");
        using Compilation compilation = Planned(One, o => o with { Benefit = given, DefaultBenefit = written == "on" ? BenefitChoice.Off : BenefitChoice.On });
        Assert.Equal(isChecked, !compilation.Compiled.Any());
    }

    [Fact]
    public void Sizes_that_were_recorded_are_those_of_estimates()
    {
        string profile = Path.Combine(folder, "run.dlprofile");
        File.WriteAllText(profile, """{ "dlprofile": 1, "calls": [{ "method": "Net.forward", "count": 9, "args": { "x": { "tensor": "f32[640,48]" } } }] }""");
        using Compilation compilation = Planned(One, o => o with { Profiles = [profile], Benefit = BenefitChoice.Off });
        CompiledMethod method = compilation.Compiled.Single();
        Estimate recorded = Assert.Single(new BenefitCheck(CostRates.BuiltIn).Estimates(method.Versions[0].Lifted, method.Versions[0].Plan));
        Assert.Equal("recorded", recorded.Sizes.Source);
        Assert.Equal([640, 48], method.Versions[0].Lifted.Graph.Inputs[0].Value.Shape.Select(d => (int)recorded.Sizes[d]));
    }

    [Fact]
    public void What_is_compiled_in_parts_has_an_estimate()
    {
        const string Parts = "var y = (x * 2 + 1).relu(); y = y * y.data<float>()[0]; return (y * y).sigmoid() + y;";
        using Compilation compilation = Planned(Parts, o => o with { Benefit = BenefitChoice.Off });
        CompiledMethod method = compilation.Methods.Single();
        Assert.NotEmpty(method.Parts);
        var check = new BenefitCheck(CostRates.BuiltIn);
        var estimates = check.Estimates(method);
        Assert.Equal(3, estimates.Length);
        Assert.All(estimates.Index(), e => Assert.Equal(
            method.Parts.Sum(p => check.Estimates(p.Method.Versions[0].Lifted, p.Method.Versions[0].Plan)[e.Index].Eager),
            e.Item.Eager - e.Item.CompiledTerms.Where(t => t.Rate == CostRates.Call).Sum(t => t.At(e.Item.Rates)), 6));
    }

    [Fact]
    public void Rates_are_fitted_to_other_calls()
    {
        SpeedResult Row(string name, double calls, double moved) => new(name, new Estimate(new("", ImmutableSortedDictionary<string, long>.Empty), CostRates.BuiltIn, [new(CostRates.Call, calls), new(CostRates.Moved, moved)], [new(CostRates.Entry, 1)]), 2 * calls + 30 * moved, 0.5);
        SpeedResult[] rows = [Row("a", 1, 0.1), Row("b", 2, 0.3), Row("c", 5, 0), Row("d", 3, 2)];
        CostRates fitted = RateFit.Of(rows);
        Assert.Equal((2, 30, 0.5), (Math.Round(fitted[CostRates.Call], 3), Math.Round(fitted[CostRates.Moved], 3), Math.Round(fitted[CostRates.Entry], 3)));
        SpeedResult[] odd = [.. rows, Row("odd", 4, 1) with { Eager = 5 }];
        Assert.Equal(38, RateFit.OutOfSample(odd, r => r.Method).Single(r => r.Method == "odd").Estimate!.Eager, 1);
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
