using System.Diagnostics;
using System.Text.Json;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.Analysis;

/// <summary>What a project says about severities holds for what the commands print, for their exit codes and for SARIF.</summary>
public sealed class SeverityTests : IDisposable
{
    private const string Read = "var y = (x * 2).relu(); return y * y.data<float>()[0];";

    // DLAOT2006, a warning.
    private static readonly string Reads = Snippet.Net(Read);

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-severity-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (int Code, string Out, string Error) Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), command, Model(), .. arguments, "-r", AppContext.BaseDirectory])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string Model() => Path.Combine(folder, "Model.dll") is var path && File.Exists(path) ? path : Snippet.Compile(Reads, "Model", folder: folder);

    private void EditorConfig(string text) => File.WriteAllText(Path.Combine(folder, ".editorconfig"), "root = true\n" + text);

    [Theory]
    [InlineData("", "warning", 0)]
    [InlineData("--no-warn DLAOT2006", null, 0)]
    [InlineData("--no-warn CS1591,dlaot2006", null, 0)]
    [InlineData("--warnings-as-errors DLAOT2006", "error", 1)]
    [InlineData("--warnings-as-errors DLAOT2006 --no-warn DLAOT2006", null, 0)]
    [InlineData("--treat-warnings-as-errors", "error", 1)]
    [InlineData("--treat-warnings-as-errors --warnings-not-as-errors DLAOT2006", "warning", 0)]
    [InlineData("--treat-warnings-as-errors --no-warn DLAOT2006", null, 0)]
    [InlineData("--treat-warnings-as-errors --no-warn DLAOT9999", "error", 1)]
    public void OptionsDecide(string options, string? severity, int code)
    {
        (int exit, string output, _) = Run("analyze", options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((code, severity), (exit, Shown(output)));
    }

    [Theory]
    [InlineData("[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = error", "", "error", 1)]
    [InlineData("[*.cs]\ndotnet_diagnostic.dlaot2006.severity = none", "", null, 0)]
    [InlineData("[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = silent", "--treat-warnings-as-errors", null, 0)]
    [InlineData("[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = suggestion", "--treat-warnings-as-errors", null, 0)]
    [InlineData("[*.{vb,fs}]\ndotnet_diagnostic.DLAOT2006.severity = error", "", "warning", 0)]
    [InlineData("[Other*.cs]\ndotnet_diagnostic.DLAOT2006.severity = error", "", "warning", 0)]
    [InlineData("[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = error", "--no-warn DLAOT2006", null, 0)]
    [InlineData("[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = none", "--warnings-as-errors DLAOT2006", "error", 1)]
    public void TheFileBesideTheSourceDecides(string text, string options, string? severity, int code)
    {
        EditorConfig(text);
        (int exit, string output, _) = Run("analyze", options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((code, severity), (exit, Shown(output)));
    }

    [Fact]
    public void SarifHasTheSameLevels()
    {
        Assert.Equal(1, Run("analyze", "--sarif", "a.sarif", "--warnings-as-errors", "DLAOT2006").Code);
        Assert.Contains(("DLAOT2006", "error"), Levels("a.sarif"));
        Assert.Equal(0, Run("analyze", "--sarif", "b.sarif", "--no-warn", "DLAOT2006").Code);
        Assert.DoesNotContain("DLAOT2006", Levels("b.sarif").Select(l => l.Code));
    }

    [Fact]
    public void ExplainAndCompileHeedThem()
    {
        EditorConfig("[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = error\n");
        Assert.Equal(1, Run("explain").Code);
        (int code, _, string error) = Run("compile", "-o", "out");
        Assert.Equal(1, code);
        Assert.Contains("error DLAOT2006: Net.forward", error);
        Assert.False(Directory.Exists(Path.Combine(folder, "out")));

        EditorConfig("");
        (code, _, error) = Run("compile", "-o", "out", "--allow-empty", "--no-warn", "DLAOT2006;DLAOT1019");
        Assert.Equal(0, code);
        Assert.DoesNotContain("DLAOT", error);
        (code, string output, _) = Run("explain", "--no-warn", "DLAOT2006");
        Assert.Equal(0, code);
        Assert.DoesNotContain("DLAOT2006", output);
    }

    [Fact]
    public void WhatIsFoundOftenIsOneLineUnlessAllIsAskedFor()
    {
        string methods = string.Concat(Enumerable.Range(0, 25).Select(i => $"public static Tensor M{i}(Tensor x) {{ {Read} }} "));
        Snippet.Compile(Reads + $"public class Many {{ {methods} }}", "Model", folder: folder);
        (int code, _, string error) = Run("compile", "-o", "out", "--allow-empty");
        Assert.Equal(0, code);
        Assert.Contains("dlaot: warning DLAOT2006: 25 more of it in Model; --all lists them", error);
        Assert.Equal(26, Run("compile", "-o", "out", "--allow-empty", "--all").Error.Split("warning DLAOT2006").Length - 1);
    }

    // Of the line that an editor reads.
    private static string? Shown(string output) =>
        output.Split('\n').FirstOrDefault(l => l.StartsWith("Snippet.cs(", StringComparison.Ordinal) && l.Contains(" DLAOT2006: ", StringComparison.Ordinal))?.Split(": ")[1].Split(' ')[0];

    private (string Code, string Level)[] Levels(string file) =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, file))).RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(r => (r.GetProperty("ruleId").GetString()!, r.GetProperty("level").GetString()!))];
}
