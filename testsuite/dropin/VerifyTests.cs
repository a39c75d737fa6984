using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Verification;
using DlAot.Runtime;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.DropIn;

/// <summary>Verification says equal of what is equal, and finds each kind of difference when another assembly stands in for the drop-in.</summary>
[Collection(RuntimeCopy.Collection)]
public sealed class VerifyTests : IDisposable
{
    private const string Twice = "return x * 2;";

    private readonly string _folder = Directory.CreateTempSubdirectory("dlaot-verify-").FullName;

    // Verification loads a copy of the runtime: see RuntimeCopy about event sources of one name.
    public VerifyTests()
    {
        using var deaf = new Deaf();
        deaf.EnableEvents(DlAotEventSource.Log, EventLevel.Critical);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Samples.Foreign")]
    [InlineData("Samples.Vision")]
    public void SamplesEqualTheirDropIns(string assembly)
    {
        var original = Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        var report = Verifier.Verify(original, Compile(original), [AppContext.BaseDirectory]);
        Assert.NotEmpty(report.Rows);
        // Versions for modules made otherwise than the verifier can make them are left out.
        Assert.All(report.Rows, row => Assert.True(row.Outcome is VerificationOutcome.Equal or VerificationOutcome.NotConstructible, row.ToString()));
        Assert.All(report.Rows.GroupBy(row => row.Method), rows => Assert.Contains(rows, row => row.Outcome == VerificationOutcome.Equal));
        Assert.Contains(report.Rows, row => row.Inputs.EndsWith("with NaN and infinities", StringComparison.Ordinal));
        Assert.Contains(report.Rows, row => row.MaxRelError > 0); // two computations, not one with itself
        Assert.False(report.HasDifferences);
    }

    [Fact]
    public void SizesAreSolvedForWhatTheModuleHas()
    {
        const string Source = """
            public class Options { public int Width { get; set; } = 12; }
            public class Net : Module<Tensor, Tensor> {
                private readonly Linear a; private readonly Linear b;
                public Net(int inner, Options options) : base("Net") { a = Linear(options.Width, inner); b = Linear(inner * 3, 5); RegisterComponents(); }
                public override Tensor forward(Tensor x) => b.call(a.call(x).view(x.shape[0], -1)).relu();
            }
            """;
        var original = Snippet.Compile(Source, folder: Folder("in"));
        var rows = Verifier.Verify(new CompileOptions { Input = original, References = [AppContext.BaseDirectory], Signatures = Given("x: f32[N,T,C]") }, Compile(original, "x: f32[N,T,C]")).Rows;
        Assert.All(rows, row => Assert.True(row.Outcome == VerificationOutcome.Equal, row.ToString()));
        Assert.All(rows, row => Assert.Matches(@"^x: f32\[\d+,3,12\]", row.Inputs));
    }

    [Fact]
    public void AnotherModelsCompiledCodeDiffers()
    {
        var dropIn = Compile(Model("return x * 3;", "other"));
        var rows = Verify(Model(Twice), dropIn);
        var row = rows.First(r => !r.Inputs.Contains("NaN", StringComparison.Ordinal));
        Assert.Equal(VerificationOutcome.Differs, row.Outcome);
        Assert.InRange(row.MaxRelError, 0.499, 0.501);
    }

    [Fact]
    public void AnUncompiledCopyRanTheOriginal() =>
        Assert.All(Verify(Model(Twice), Model(Twice, "copy")), row => Assert.Equal(VerificationOutcome.OriginalRan, row.Outcome));

    [Theory]
    [InlineData("return (x * 2).to(ScalarType.Float64);", "is Float32[2,1], the drop-in's is Float64[2,1]")]
    [InlineData("return (x * 2).unsqueeze(0);", "is Float32[2,1], the drop-in's is Float32[1,2,1]")]
    [InlineData("return (x * 2.0001);", "relative error")]
    [InlineData("return x.nan_to_num() * 2;", "is NaN, the drop-in's is 0")]
    [InlineData("var y = x * 2; x.add_(1); return y;", "the argument[0] has the relative error")]
    [InlineData("torch.rand(1).Dispose(); return x * 2;", "the random stream")]
    [InlineData("if (x.shape[0] == 3) throw new InvalidOperationException(); return x * 2;", "the original returns, the drop-in throws System.InvalidOperationException")]
    [InlineData("return null!;", "the drop-in's is null")]
    public void EachKindOfDifferenceIsFound(string forward, string detail)
    {
        var rows = Verify(Model(Twice), Model(forward, "other"));
        var differing = rows.Where(row => row.Outcome == VerificationOutcome.Differs).ToArray();
        Assert.True(differing.Any(row => row.Detail.Contains(detail, StringComparison.Ordinal)), string.Join("\n", rows));
    }

    [Theory]
    [InlineData("more = Parameter(ones(1));", "more")]
    [InlineData("kept.add_(1);", "kept")]
    public void AnotherStateDiffers(string constructor, string name)
    {
        const string Fields = "private readonly Parameter kept = Parameter(ones(1)); private Parameter? more;";
        var rows = Verify(Model("return x * kept;", fields: Fields), Model("return x * kept;", "other", Fields, $"using (no_grad()) {{ {constructor} }}"));
        var row = Assert.Single(rows.Select(r => (r.Outcome, r.Detail)).Distinct());
        Assert.Equal(VerificationOutcome.Differs, row.Outcome);
        Assert.Contains(name, row.Detail);
    }

    [Fact]
    public void TuplesAndArraysAreComparedByPart()
    {
        const string Original = "public class Net : Module<Tensor, (Tensor, Tensor[])> { public Net() : base(\"Net\") { } public override (Tensor, Tensor[]) forward(Tensor x) => (x + 1, new[] { x * 2, x * 3 }); }";
        var rows = Verify(Snippet.Compile(Original, folder: Folder("in")), Snippet.Compile(Original.Replace("x * 3", "x * 4", StringComparison.Ordinal), folder: Folder("other")));
        Assert.Contains(rows, row => row.Outcome == VerificationOutcome.Differs && row.Detail.StartsWith("the result.Item2[1] has the relative error", StringComparison.Ordinal));
    }

    [Fact]
    public void TheSameExceptionIsNoDifference()
    {
        const string Picky = "if (x.shape[0] != 2) throw new ArgumentException(); return x * 2;";
        var rows = Verify(Model(Picky), Model(Picky, "copy"));
        Assert.DoesNotContain(rows, row => row.Outcome == VerificationOutcome.Differs);
        Assert.NotEmpty(rows);
    }

    [Fact]
    public void AModuleThatNeedsTheUnknownIsNotConstructible()
    {
        const string Source = """
            public class Net : Module<Tensor, Tensor> {
                public Net(System.IO.Stream weights) : base("Net") { _ = weights.Length; }
                public override Tensor forward(Tensor x) => x * 2;
            }
            """;
        var original = Snippet.Compile(Source, folder: Folder("in"));
        Assert.All(Verify(original, Snippet.Compile(Source, folder: Folder("copy"))), row => Assert.Equal(VerificationOutcome.NotConstructible, row.Outcome));
    }

    private const string Parted = "var y = (x * 2).relu().tanh(); Console.Error.WriteLine(y.ToString()); return (y + 1).sigmoid().exp();";

    [Fact]
    public void PartsAreComparedEachAndTogether()
    {
        var original = Model(Parted);
        var rows = Verify(original, Compile(original));
        Assert.All(rows, row => Assert.True(row.Outcome == VerificationOutcome.Equal, row.ToString()));
        Assert.Equal(["Net.<forward>__part0", "Net.<forward>__part1", "Net.forward"], rows.Select(r => r.Method).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows.Where(r => r.Method == "Net.forward"), row => Assert.StartsWith("x: f32[", row.Inputs, StringComparison.Ordinal));
    }

    [Fact]
    public void ADifferenceInAPartIsFoundInTheMethod()
    {
        var rows = Verify(Model(Parted), Compile(Model(Parted.Replace("+ 1", "+ 2", StringComparison.Ordinal), "other")));
        Assert.Contains(rows, row => row is { Method: "Net.forward", Outcome: VerificationOutcome.Differs });
        Assert.All(rows.Where(r => r.Method == "Net.<forward>__part0"), row => Assert.Equal(VerificationOutcome.Equal, row.Outcome));
    }

    [Fact]
    public void APartWithoutCompiledCodeIsSaid() =>
        Assert.All(Verify(Model(Parted), Model(Parted, "copy")).Where(r => r.Method != "Net.forward"), row => Assert.Equal((VerificationOutcome.NotConstructible, "the drop-in has no compiled code for it"), (row.Outcome, row.Detail)));

    [Fact]
    public void FunctionsAndOtherObjectsAreCompared()
    {
        const string Source = """
            public static class Functions { public static Tensor Gelu(Tensor x, double scale) => x * scale * (1 + (x * 0.79788456).tanh()); }
            public class Sampler { private readonly double sigma; private int calls; public Sampler(double sigma) { this.sigma = sigma; } public Tensor Step(Tensor x, Tensor noise) { calls++; return (x * sigma + noise).clamp(-1, 1); } }
            """;
        var original = Snippet.Compile(Source, folder: Folder("in"));
        var rows = Verify(original, Compile(original));
        Assert.Equal(["Functions.Gelu", "Sampler.Step"], rows.Select(r => r.Method).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.True(row.Outcome == VerificationOutcome.Equal, row.ToString()));
        var other = Snippet.Compile(Source.Replace("calls++", "calls += 2", StringComparison.Ordinal), folder: Folder("other"));
        Assert.Contains(Verify(original, other), row => row is { Method: "Sampler.Step", Outcome: VerificationOutcome.Differs } && row.Detail.Contains("calls", StringComparison.Ordinal));
    }

    [Fact]
    public void RecordedArgumentsAreTried()
    {
        const string Source = """
            public class Settings { public int Width { get; set; } public string Kind = ""; }
            public class Net : Module<Tensor, long[], Tensor[], Tensor> {
                private readonly Linear a; private readonly string kind;
                public Net(Settings settings, System.IO.Stream? from) : base("Net") { if (settings.Kind != "odd") throw new ArgumentException(); a = Linear(settings.Width, 3); kind = settings.Kind; RegisterComponents(); }
                public override Tensor forward(Tensor x, long[] shape, Tensor[] more) => (a.call(x) + more[0] * more[1]).relu().view(shape);
            }
            """;
        var original = Snippet.Compile(Source, folder: Folder("in"));
        var profile = Path.Combine(_folder, "run.dlprofile");
        File.WriteAllText(profile, """
            {"dlprofile":1,
            "instances":[{"type":"Net","made":1,"called":2,"args":{"settings":{"type":"Settings","fields":{"Width":6,"Kind":"odd"}},"from":null}}],
            "calls":[{"method":"Net.forward","count":2,"args":{"x":{"tensor":"f32[N,6]"},"shape":[2,3],"more":[{"tensor":"f32[N,3]"},{"tensor":"f32[1,3]"}]}}],
            "branches":[]}
            """);
        var options = new CompileOptions { Input = original, References = [AppContext.BaseDirectory], Profiles = [profile] };
        using var compilation = Compilation.Open(options);
        OutputFolder.Write(Folder("out"), original, compilation.Build());
        var rows = Verifier.Verify(options, Path.Combine(Folder("out"), "Snippet.dll")).Rows;
        Assert.Contains(rows, row => row.Inputs.StartsWith("as recorded, x: float32[2,6]; shape = Int64[]; more = Tensor[]", StringComparison.Ordinal) && row.Outcome == VerificationOutcome.Equal);
        Assert.DoesNotContain(rows, row => row.Outcome == VerificationOutcome.Differs);
    }

    [Fact]
    public void WhatIsNotThereIsACodedError()
    {
        var original = Model(Twice);
        Assert.Equal(Rules.NotFound, Assert.Throws<CompilationException>(() => Verifier.Verify(original, Path.Combine(_folder, "none.dll"), [AppContext.BaseDirectory])).Diagnostic.Rule);
        Assert.Equal(Rules.MissingReference, Assert.Throws<CompilationException>(() => Verifier.Verify(original, original, [])).Diagnostic.Rule);
        var text = Path.Combine(_folder, "text.dll");
        File.WriteAllText(text, "no assembly");
        Assert.Equal(Rules.NotAnAssembly, Assert.Throws<CompilationException>(() => Verifier.Verify(original, text, [AppContext.BaseDirectory])).Diagnostic.Rule);
    }

    [Fact]
    public void TheCommandLineEndsWith2WhereSomethingDiffers()
    {
        var (model, same, other) = (Model(Twice), Model(Twice, "copy"), Model("return x * 3;", "other"));
        Assert.Equal((0, ""), Run("verify", model, same, "--reference", AppContext.BaseDirectory));
        var (code, error) = Run("verify", model, other, "--reference", AppContext.BaseDirectory);
        Assert.Equal(2, code);
        Assert.Contains("error DLAOT1015: Original and drop-in differ: Net.forward", error);

        static (int Code, string Error) Run(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.Contains("comparisons: ", output.Result);
            return (process.ExitCode, error);
        }
    }

    private static IReadOnlyList<VerificationRow> Verify(string original, string dropIn)
    {
        TextWriter error = Console.Error;
        Console.SetError(TextWriter.Null); // what models say
        var rows = Verifier.Verify(original, dropIn, [AppContext.BaseDirectory]).Rows;
        Console.SetError(error);
        Assert.NotEmpty(rows);
        return rows;
    }

    private string Model(string forward, string folder = "in", string fields = "", string constructor = "") =>
        Snippet.Compile(Snippet.Net(forward, fields, constructor), folder: Folder(folder));

    private string Compile(string original, string? signature = null)
    {
        using var compilation = Compilation.Open(new CompileOptions { Input = original, Benefit = BenefitChoice.Off, References = [AppContext.BaseDirectory], Signatures = Given(signature) });
        var output = Folder("out");
        OutputFolder.Write(output, original, compilation.Build());
        return Path.Combine(output, Path.GetFileName(original));
    }

    private static ImmutableDictionary<string, string> Given(string? signature) =>
        signature is null ? ImmutableDictionary<string, string>.Empty : ImmutableDictionary<string, string>.Empty.Add("Net.forward", signature);

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    private sealed class Deaf : EventListener;
}
