using System.Diagnostics;
using System.Text.Json;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.House;

/// <summary>The command line as a user meets it: exit codes, one coded line per error, output folders never half written.</summary>
public sealed class CommandLineTests : IDisposable
{
    private const string Model = """
        public class Net : Module<Tensor, Tensor> { readonly Linear l = Linear(4, 2); public Net() : base("n") { RegisterComponents(); } public override Tensor forward(Tensor x) => l.call(x).relu(); }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (int Code, string Out, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), .. arguments])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string Compiled(string source = Model, string name = "Model") => Snippet.Compile(source, name, folder: Directory.CreateDirectory(Path.Combine(folder, "in")).FullName);

    private void Fails(string code, params string[] arguments)
    {
        (int exit, string output, string error) = Run(arguments);
        Assert.Equal(1, exit);
        Assert.Empty(output);
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => !l.Contains(" ms  ", StringComparison.Ordinal));
        Assert.Contains($"error {code}: ", line);
    }

    [Fact]
    public void AMissingFileIsNamed() => Fails("DLAOT1001", "compile", "nope.dll", "-o", "out");

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("\u007fELF and more")]
    [InlineData("MZ and nothing")]
    public void WhatIsNoAssemblyIsRefused(string content)
    {
        File.WriteAllText(Path.Combine(folder, "x.dll"), content);
        Fails("DLAOT1002", "explain", "x.dll");
    }

    [Fact]
    public void ATruncatedAssemblyIsRefused()
    {
        byte[] whole = File.ReadAllBytes(Compiled());
        File.WriteAllBytes(Path.Combine(folder, "x.dll"), whole[..(whole.Length / 2)]);
        (int exit, _, string error) = Run("explain", "x.dll", "-r", AppContext.BaseDirectory);
        Assert.Equal(1, exit);
        Assert.Matches("error DLAOT100[24]: ", error);
    }

    [Fact]
    public void DamagedMetadataNeverEndsInAnInternalError()
    {
        byte[] whole = File.ReadAllBytes(Compiled());
        var random = new Random(7);
        for (int i = 0; i < 4; i++)
        {
            byte[] damaged = [.. whole];
            for (int k = 0; k < 60; k++)
            {
                damaged[random.Next(0x250, damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(Path.Combine(folder, "x.dll"), damaged);
            Assert.InRange(Run("explain", "x.dll", "-r", AppContext.BaseDirectory).Code, 0, 1);
        }
    }

    [Fact]
    public void AMissingReferenceIsNamed() => Fails("DLAOT1005", "explain", Compiled());

    [Fact]
    public void TheInputIsNeverReplaced() => Fails("DLAOT1008", "compile", Compiled(), "-o", Path.Combine(folder, "in"), "-r", AppContext.BaseDirectory);

    [Fact]
    public void AnOutputThatIsAFileIsRefused()
    {
        File.WriteAllText(Path.Combine(folder, "taken"), "");
        Fails("DLAOT1007", "compile", Compiled(), "-o", "taken/out", "-r", AppContext.BaseDirectory);
    }

    [Fact]
    public void AReadOnlyOutputStaysAsItWas()
    {
        string target = Directory.CreateDirectory(Path.Combine(folder, "out")).FullName, old = Path.Combine(target, "Model.dll");
        File.WriteAllText(old, "old");
        File.SetAttributes(old, FileAttributes.ReadOnly);
        Fails("DLAOT1007", "compile", Compiled(), "-o", "out", "-r", AppContext.BaseDirectory);
        Assert.Equal("old", File.ReadAllText(old));
        Assert.Single(Directory.GetFileSystemEntries(target));
        File.SetAttributes(old, FileAttributes.Normal);
    }

    [Fact]
    public void NothingToCompileIsAnErrorUnlessAllowed()
    {
        string path = Compiled("public class Empty { }", "Empty");
        Fails("DLAOT1009", "compile", path, "-o", "out", "-r", AppContext.BaseDirectory);
        Assert.False(Directory.Exists(Path.Combine(folder, "out")));
        (int exit, _, string error) = Run("compile", path, "-o", "out", "-q", "--allow-empty", "-r", AppContext.BaseDirectory);
        Assert.Equal(0, exit);
        Assert.Contains("warning DLAOT1019", error);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder, "out", "Empty.dll")));
    }

    [Fact]
    public void ADropInIsWrittenAndNotCompiledAgain()
    {
        string path = Compiled();
        (int exit, string output, string error) = Run("compile", path, "-o", "out", "-r", AppContext.BaseDirectory, "--report", "report.html");
        Assert.Equal(0, exit);
        Assert.Contains("lift", error);
        Assert.Equal(["out/DlAot.Runtime.dll", "out/Model.dll", "out/Model.pdb"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(3));
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(folder, "report.html")));
        Fails("DLAOT1006", "compile", "out/Model.dll", "-o", "again", "-r", AppContext.BaseDirectory);
    }

    [Fact]
    public void ExplainTellsEachMethodAsTextAndJson()
    {
        string path = Compiled(Model + "public class Loud : Module<Tensor, Tensor> { public Loud() : base(\"l\") { } public override Tensor forward(Tensor x) { Console.WriteLine(x); return x.exp(); } }");
        (_, string text, _) = Run("explain", path, "-r", AppContext.BaseDirectory);
        Assert.Contains("2 candidates, 1 whole, 0 in parts, 1 eager", text);
        Assert.Matches("Snippet\\.cs\\(1,\\d+\\): DLAOT2005 ", text);
        (_, string json, _) = Run("explain", path, "--json", "-r", AppContext.BaseDirectory);
        JsonElement[] methods = [.. JsonDocument.Parse(json).RootElement.GetProperty("methods").EnumerateArray()];
        Assert.Equal(["Loud.forward eager", "Net.forward whole"], methods.Select(m => $"{m.GetProperty("method")} {m.GetProperty("verdict")}"));
        Assert.Equal(1, methods[1].GetProperty("versions")[0].GetProperty("kernelCount").GetInt32());
    }

    [Fact]
    public void DumpShowsAGraphAfterEveryPass()
    {
        string path = Compiled();
        Assert.Contains("relu(", Run("dump", path, "-m", "Net.forward", "--after", "lift", "-r", AppContext.BaseDirectory).Out);
        Assert.Contains("plan Net.forward", Run("dump", path, "-m", "forward", "-r", AppContext.BaseDirectory).Out);
        Fails("DLAOT1014", "dump", path, "-m", "Other", "-r", AppContext.BaseDirectory);
        Fails("DLAOT1017", "dump", path, "-m", "forward", "--after", "luck", "-r", AppContext.BaseDirectory);
    }

    [Fact]
    public void WrongUsageIsOneCodedLine() => Fails("DLAOT1018", "frobnicate");

    [Fact]
    public void AnUnknownPlatformIsRefused() => Fails("DLAOT1021", "compile", Compiled(), "-o", "out", "--rid", "amiga-68k", "-r", AppContext.BaseDirectory);
}
