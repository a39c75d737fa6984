using System.Diagnostics;
using System.Text.Json;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.Analysis;

/// <summary><c>dlaot analyze</c> as a user and a build server meet it.</summary>
public sealed class AnalyzeCommandTests : IDisposable
{
    private const string Good = "public class Net : Module<Tensor, Tensor> { readonly Linear l = Linear(4, 2); public Net() : base(\"n\") { RegisterComponents(); } public override Tensor forward(Tensor x) => l.call(x).relu(); }";

    private const string Bad = """
        public class Net : Module<Tensor, Tensor>
        {
            readonly Linear l = Linear(4, 2);
            public Net() : base("n") { RegisterComponents(); }
            [DlAot.Eager]
            public override Tensor forward(Tensor x) => l.call(x).relu();
        }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-analyze-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (int Code, string Out, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), "analyze", .. arguments, "-r", AppContext.BaseDirectory])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string Compiled(string source, string name) => Snippet.Compile(source, name, folder: Directory.CreateDirectory(Path.Combine(folder, name)).FullName);

    [Fact]
    public void Every_candidate_has_a_verdict_and_a_reason_with_its_place()
    {
        (int code, string output, _) = Run(Compiled(Good + Bad.Replace("class Net", "class Kept").Replace("public Net", "public Kept"), "Model"), "--json");
        Assert.Equal(0, code);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(2, report.GetProperty("candidates").GetInt32());
        Assert.Equal(1, report.GetProperty("compile").GetInt32());
        Assert.Equal(1, report.GetProperty("keepEager").GetInt32());
        Assert.Equal(1, report.GetProperty("codes").GetProperty("DLAOT3002").GetInt32());
        foreach (JsonElement method in report.GetProperty("methods").EnumerateArray())
        {
            Assert.NotEmpty(method.GetProperty("findings").EnumerateArray());
            Assert.NotEqual("?", method.GetProperty("findings")[0].GetProperty("location").GetString());
        }
    }

    [Fact]
    public void The_check_fails_when_a_method_is_no_longer_compiled()
    {
        Assert.Equal(0, Run(Compiled(Good, "Before"), "--update-baseline").Code);
        Assert.Equal("Compile", JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "dlaot.baseline.json"))).RootElement.GetProperty("Net.forward(TorchSharp.torch.Tensor)").GetString());
        Assert.Equal(0, Run(Path.Combine(folder, "Before", "Before.dll"), "--check").Code);

        (int code, _, string error) = Run(Compiled(Bad, "After"), "--check");
        Assert.Equal(2, code);
        Assert.Contains("error DLAOT1029: Net.forward: its verdict was Compile in the baseline and is KeepEager now, because of DLAOT3002", error);
    }

    [Fact]
    public void Overloads_have_a_row_each()
    {
        const string Overloads = "public static class F { [DlAot.Eager] public static Tensor Twice(Tensor x) => (x * 2).relu(); public static Tensor Twice(Tensor x, int n) => (x * n).relu(); }";
        Assert.Equal(0, Run(Compiled(Overloads, "Before"), "--update-baseline").Code);
        JsonElement rows = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "dlaot.baseline.json"))).RootElement;
        Assert.Equal("KeepEager", rows.GetProperty("F.Twice(TorchSharp.torch.Tensor)").GetString());
        Assert.Equal("Compile", rows.GetProperty("F.Twice(TorchSharp.torch.Tensor,System.Int32)").GetString());
        (int code, _, string error) = Run(Compiled(Overloads.Replace("public static Tensor Twice(Tensor x, int", "[DlAot.Eager] public static Tensor Twice(Tensor x, int"), "After"), "--check");
        Assert.Equal(2, code);
        Assert.Contains("error DLAOT1029: F.Twice", error);
    }

    [Fact]
    public void A_baseline_without_parameter_lists_is_refused()
    {
        File.WriteAllText(Path.Combine(folder, "dlaot.baseline.json"), """{ "Net.forward": "Compile" }""");
        (int code, _, string error) = Run(Compiled(Good, "Model"), "--check");
        Assert.Equal(1, code);
        Assert.Contains("error DLAOT1028", error);
        Assert.Contains("--update-baseline", error);
    }

    [Fact]
    public void A_baseline_that_cannot_be_read_is_named()
    {
        (int code, _, string error) = Run(Compiled(Good, "Model"), "--check", "--baseline", "nowhere.json");
        Assert.Equal(1, code);
        Assert.Contains("error DLAOT1028", error);
    }

    [Fact]
    public void Findings_can_be_had_as_sarif()
    {
        Assert.Equal(0, Run(Compiled(Bad, "Model"), "--sarif", "out.sarif").Code);
        JsonElement sarif = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "out.sarif"))).RootElement;
        Assert.Equal("2.1.0", sarif.GetProperty("version").GetString());
        JsonElement run = sarif.GetProperty("runs")[0], result = run.GetProperty("results")[0];
        JsonElement rule = run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[result.GetProperty("ruleIndex").GetInt32()];
        Assert.Equal(result.GetProperty("ruleId").GetString(), rule.GetProperty("id").GetString());
        Assert.Equal("note", result.GetProperty("level").GetString());
        Assert.Equal("Net.forward", result.GetProperty("locations")[0].GetProperty("logicalLocations")[0].GetProperty("fullyQualifiedName").GetString());
    }

    private const string Mixed = """
        /// <summary>Keeps its comment.</summary>
        public class Net : Module<Tensor, Tensor>
        {
            readonly Linear l = Linear(4, 2);
            public Net() : base("n") { RegisterComponents(); }

            /// <summary>Compiles.</summary>
            public override Tensor forward(Tensor x)
            {
                return l.call(x).relu(); // stays
            }
        }

        public class Loud : Module<Tensor, Tensor>
        {
            public Loud() : base("n") { }
            // why
            [DlAot.Compile, Obsolete("old")]
            public override Tensor forward(Tensor x) => throw new NotSupportedException();
        }

        """;

    [Fact]
    public void Fixes_change_attributes_and_nothing_else()
    {
        string file = Path.Combine(folder, "Snippet.cs"), path = Compiled(Mixed, "Model");
        File.WriteAllText(file, Mixed);
        (int code, string shown, _) = Run(path, "--fix");
        Assert.Equal(0, code);
        Assert.Contains("+    [DlAot.Compile", shown);
        Assert.Contains("-    [DlAot.Compile, Obsolete(\"old\")]", shown);
        Assert.Equal(Mixed, File.ReadAllText(file)); // nobody has said yes

        Assert.Equal(0, Run(path, "--fix", "--yes").Code);
        string[] before = Mixed.Split('\n'), after = File.ReadAllLines(file);
        string[] added = [.. after.Except(before)];
        Assert.Equal(2, added.Length);
        Assert.Matches("^    \\[DlAot\\.Compile(\\(Signature = \"forward\\(x: f32\\[.*\\] -> .*\"\\))?\\]$", added[0]);
        Assert.Equal("    [Obsolete(\"old\")]", added[1]);
        Assert.Equal(before.Where(l => !l.Contains("DlAot.Compile, ", StringComparison.Ordinal)).Where(l => l.Length > 0), after.Where(l => !added.Contains(l) && l.Length > 0));
    }
}
