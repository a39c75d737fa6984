using System.Text.Json;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Reports;
using DlAot.Tests.Lifting;
using Mono.Cecil;

namespace DlAot.Tests.Outlining;

/// <summary>What people see of methods in parts: reports, and lines in a debugger.</summary>
public sealed class SplitReportTests
{
    private const string Source = """
        public class Net : Module<Tensor, Tensor> {
        public Net() : base("Net") { RegisterComponents(); }
        public override Tensor forward(Tensor x) {
            var kept = (x * 2).relu().tanh();
            kept = kept.exp();
            Console.WriteLine(kept.ToString());
            var more = (kept + 1).sigmoid();
            return more.sum(1) * kept.sum(1);
        }
        }
        """;

    [Fact]
    public void TheReportNamesPartsAndBoundariesWithTheirLines()
    {
        using var files = new Files();
        using Compilation compilation = Compilation.Open(new() { Input = files.Input, References = [AppContext.BaseDirectory] });
        compilation.Plan();
        ExplainReport report = ExplainReport.Of(compilation);
        MethodReport method = Assert.Single(report.Methods);
        Assert.Equal("parts", method.Verdict);
        Assert.Equal(["Snippet.cs(4-5)", "Snippet.cs(7-8)"], method.Parts.Select(p => p.Lines[p.Lines.LastIndexOf("Snippet", StringComparison.Ordinal)..]));
        Assert.All(method.Parts, p => Assert.NotEmpty(p.Versions));
        BoundaryReport boundary = Assert.Single(method.Boundaries);
        Assert.Contains("Snippet.cs(6,", boundary.Location, StringComparison.Ordinal);
        Assert.Equal("DLAOT2005", boundary.Code);
        JsonElement json = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("methods")[0];
        Assert.Equal(2, json.GetProperty("parts").GetArrayLength());
        Assert.Contains("part Snippet.cs(4-5)", ExplainText.Write(report, details: false), StringComparison.Ordinal);
        Assert.Contains("Part Snippet.cs(7-8)", HtmlReport.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void OneVersionForSomeTurnsAndPartsForOthersIsWhole()
    {
        string folder = Directory.CreateTempSubdirectory("dlaot-split-").FullName;
        using Compilation compilation = Compilation.Open(new()
        {
            Input = Snippet.Compile(Snippet.Net("for (int i = 0; i < x.shape[1]; i++) { x = (x * 0.5 + i).tanh(); } return x;"), folder: folder),
            References = [AppContext.BaseDirectory],
        });
        compilation.Plan();
        MethodReport method = Assert.Single(ExplainReport.Of(compilation).Methods);
        Assert.Equal("whole", method.Verdict);
        Assert.NotEmpty(method.Versions);
        Assert.Single(method.Parts);
        Assert.Contains("number of turns", Assert.Single(method.Boundaries).Text, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("x = (x * 2).abs(); Console.WriteLine(x.ToString()); return (x + 1).square();")]
    [InlineData("while (x.sum().item<long>() > 2) { x = (x - 1).clamp(0, 9); } return x;")]
    public void PartsAreFirstTriedWithWhatWasRecorded(string body)
    {
        string folder = Directory.CreateTempSubdirectory("dlaot-split-").FullName, profile = Path.Combine(folder, "run.dlprofile");
        File.WriteAllText(profile, """{ "dlprofile": 1, "instances": [], "branches": [], "calls": [{ "method": "Net.forward", "count": 3, "args": { "x": { "tensor": "i32[N,3,5,2]" } } }] }""");
        using Compilation compilation = Compilation.Open(new() { Input = Snippet.Compile(Snippet.Net(body), folder: folder), References = [AppContext.BaseDirectory], Profiles = [profile] });
        compilation.Plan();
        PartReport[] parts = [.. Assert.Single(ExplainReport.Of(compilation).Methods).Parts];
        Assert.NotEmpty(parts);
        Assert.All(parts, p => Assert.Contains("x: i32[x_0,x_1,x_2,x_3]", p.Versions[0].Signature, StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void DebuggersFindTheLinesAndLocalsOfParts()
    {
        using var files = new Files();
        using Compilation compilation = Compilation.Open(new() { Input = files.Input, References = [AppContext.BaseDirectory] });
        IReadOnlyDictionary<string, byte[]> output = compilation.Build();
        string dropIn = Path.Combine(files.Folder, "out.dll");
        File.WriteAllBytes(dropIn, output["Snippet.dll"]);
        File.WriteAllBytes(Path.ChangeExtension(dropIn, ".pdb"), output["Snippet.pdb"]);
        using var assembly = AssemblyDefinition.ReadAssembly(dropIn, new ReaderParameters { ReadSymbols = true });
        MethodDefinition[] methods = [.. assembly.MainModule.GetType("Net").Methods];
        Assert.Equal([4, 5], Lines("<<forward>__part0>__original"));
        Assert.Equal([7, 8], Lines("<<forward>__part1>__original"));
        Assert.Equal([4, 6, 7], Lines("forward"));
        int[] Lines(string name) => [.. methods.Single(m => m.Name == name).DebugInformation.SequencePoints.Where(p => !p.IsHidden).Select(p => p.StartLine).Distinct()];
    }

    private sealed class Files : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("dlaot-split-").FullName;

        public string Input { get; }

        public Files() => Input = Snippet.Compile(Source, folder: Folder);

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
