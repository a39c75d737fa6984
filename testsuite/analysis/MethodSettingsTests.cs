using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using DlAot.Ir.Plans;
using DlAot.Tests.House;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.Analysis;

/// <summary>Every setting of <c>[Compile]</c> does what it says, wherever it is written, and the nearest place wins.</summary>
public sealed class MethodSettingsTests : IDisposable
{
    private const string Caller = "public static class Program { public static void Use() { using var net = new Net(); System.Console.WriteLine(net.call(rand(8, 4)).sum().item<float>()); } }";

    private static readonly string[] Places = ["method", "class", "assembly", "options", "file"];

    // How each setting is written, and what is to be seen where it holds.
    private static readonly Dictionary<string, (string CSharp, object Value, string Json, Func<CompiledMethod, bool> Holds)> Cells = new()
    {
        ["Signature"] = ("Signature = \"Net.forward(x: f64[N,4])\"", "x: f64[N,4]", "{ \"Net.forward\": \"x: f64[N,4]\" }", m => Input(m) is ['f', '6', '4', '[', .., ',', '4', ']']),
        ["Dynamic"] = ("Dynamic = false", false, "false", m => m.Versions.Length == 1 && Input(m) == "f32[8,4]"),
        ["MaxVersions"] = ("MaxVersions = 2", 2, "2", m => m.Versions.Length == 2 && m.Lifted.Diagnostics.Any(d => d.Rule == Rules.VersionsLeftOut)),
        ["Exact"] = ("Exact = true", true, "true", m => m.Versions.SelectMany(v => v.Plan.Steps).OfType<RegionStep>().SelectMany(r => r.Kernels).All(k => k.Kernel.Schedule.Exact)),
        ["Freeze"] = ("Freeze = true", true, "true", m => m.Versions.Any(v => v.Frozen is not null)),
    };

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static IEnumerable<object[]> Table => MethodSettings.Rows.SelectMany(r => Places.Select(p => new object[] { r.Name, p }));

    public static TheoryData<string> Names => [.. MethodSettings.Rows.Select(r => r.Name)];

    private static string Input(CompiledMethod m) => m.Versions[0].Lifted.Graph.Inputs[0].Value.Type.ToString();

    private static string Source(params (string Place, string Setting)[] written)
    {
        string Of(string place) => written.FirstOrDefault(w => w.Place == place).Setting is { } setting ? $"[{(place == "assembly" ? "assembly: " : "")}DlAot.Compile({setting})] " : "";
        return Of("assembly") + Snippet.Net("return (x.exp() + b.exp()).sum(1);", "readonly Tensor b = torch.ones(4);").Replace("public class", Of("class") + "public class", StringComparison.Ordinal).Replace("public override", Of("method") + "public override", StringComparison.Ordinal) + Caller;
    }

    private CompiledMethod Plan(string source, MethodSettings? settings = null, string? json = null, string? signature = null)
    {
        string path = Snippet.Compile(source, folder: folder);
        if (json is not null)
        {
            File.WriteAllText(Path.Combine(folder, ConfigurationFile.FileName), json);
        }

        var options = new CompileOptions { Input = path, References = [AppContext.BaseDirectory], Settings = settings ?? MethodSettings.None, Benefit = BenefitChoice.Off };
        using Compilation compilation = Compilation.Open(signature is null ? options : options with { Signatures = options.Signatures.Add("Net.forward", signature) });
        compilation.Plan();
        return compilation.Methods.Single(m => m.Lifted.Name == "Net.forward");
    }

    [Fact]
    public void NothingHoldsWhereNobodyWritesIt() => Assert.All(Cells, c => Assert.False(c.Value.Holds(Plan(Source())), c.Key));

    [Theory]
    [MemberData(nameof(Table))]
    public void ASettingHoldsWhereverItIsWritten(string name, string place)
    {
        (string csharp, object value, string json, Func<CompiledMethod, bool> holds) = Cells[name];
        CompiledMethod method = place switch
        {
            "options" => Plan(Source(), MethodSettings.None.With(name, value), signature: name == "Signature" ? (string)value : null),
            "file" => Plan(Source(), json: $"{{ \"{MethodSettings.Rows.Single(r => r.Name == name).Json}\": {json} }}"),
            _ => Plan(Source((place, csharp))),
        };
        Assert.True(holds(method), string.Join(Environment.NewLine, method.Versions.Select(v => v.Lifted.Graph.Inputs[0].Value.Type).Select(t => t.ToString()).Concat(method.Lifted.Diagnostics.Select(d => d.ToString()))));
    }

    [Theory]
    [InlineData(1, "method:1 class:2 assembly:3")]
    [InlineData(2, "class:2 assembly:3")]
    [InlineData(3, "assembly:3")]
    [InlineData(4, "")]
    public void TheNearestPlaceWins(int versions, string written)
    {
        (string, string)[] places = [.. written.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split(':')).Select(w => (w[0], $"MaxVersions = {w[1]}, Exact = {(w[0] == "assembly" ? "true" : "false")}"))];
        CompiledMethod method = Plan(Source(places), new MethodSettings { MaxVersions = 4, Exact = true }, """{ "maxVersions": 5, "freeze": true }""");
        Assert.Equal(versions, method.Versions.Length);
        Assert.Equal(versions >= 3, Cells["Exact"].Holds(method));
        Assert.True(Cells["Freeze"].Holds(method));
    }

    [Fact]
    public void SizesThatNobodyKnowsAreToldWhereVersionsForCertainSizesAreAskedFor()
    {
        CompiledMethod method = Plan(Snippet.Net("return x.exp().sum(1);").Replace("public override", "[DlAot.Compile(Dynamic = false)] public override", StringComparison.Ordinal));
        Assert.Empty(method.Versions);
        Assert.Contains(method.Lifted.Diagnostics, d => d.Rule == Rules.SizesUnknown);
    }

    [Fact]
    public void NumbersInAShapeAreSizesThatAreKnown() =>
        Assert.Equal("f32[2,3]", Input(Plan(Snippet.Net("return x.exp().sum(1);").Replace("public override", "[DlAot.Compile(Dynamic = false)] public override", StringComparison.Ordinal).Replace("forward(Tensor x)", "forward([DlAot.Shape(\"2,3\")] Tensor x)", StringComparison.Ordinal))));

    [Fact]
    public void AShapeOfAFieldOrPropertyPinsItsSizes()
    {
        CompiledMethod method = Plan("""
            public class Net : Module<Tensor, Tensor> {
            [DlAot.Shape("N,6")] private readonly Tensor cache; [DlAot.Shape("N")] public Tensor Scale { get; }
            public Net(Tensor cache, Tensor scale) : base("n") { this.cache = cache; Scale = scale; RegisterComponents(); }
            public override Tensor forward([DlAot.Shape("N,6")] Tensor x) => (x + cache).exp() * Scale.unsqueeze(1);
            }
            """);
        Assert.True(method.Versions.Length > 0, string.Join(" ", method.Lifted.Diagnostics));
        Assert.Equal("f32[Scale_0,6] f32[Scale_0,6] f32[Scale_0]", string.Join(" ", method.Versions[0].Lifted.Graph.Inputs.Select(i => i.Value.Type)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheAttributeTheCommandLineAndTheBuildHaveIt(string name)
    {
        SettingRow row = MethodSettings.Rows.Single(r => r.Name == name);
        PropertyInfo property = typeof(CompileAttribute).GetProperty(name)!;
        Assert.Equal((row.Type, row.Default), (property.PropertyType, property.GetValue(new CompileAttribute())));
        string targets = File.ReadAllText(Path.Combine(Repository.Root, "compiler", "DlAot.Build", "build", "DlAot.Build.targets"));
        Assert.Contains(name == "Signature" ? "'--signature &quot;%(Identity)&quot;'" : $"\"{row.CommandLine} $({row.MsBuild})\" Condition=\"'$({row.MsBuild})' != ''\"", targets);
        Assert.Contains($"$({row.MsBuild})", targets);
        string path = Snippet.Compile(Source(), folder: folder);
        JsonElement method = Explain(path, row.CommandLine, name == "Signature" ? $"Net.forward={Cells[name].Value}" : Cells[name].Value.ToString()!.ToLowerInvariant());
        string[] codes = [.. method.GetProperty("boundaries").EnumerateArray().Select(b => b.GetProperty("code").GetString()!)];
        string first = method.GetProperty("versions")[0].GetProperty("signature").GetString()!;
        Assert.True(name switch
        {
            "Signature" => first.StartsWith("(x: f64[", StringComparison.Ordinal),
            "Dynamic" => first.StartsWith("(x: f32[8,4])", StringComparison.Ordinal),
            "MaxVersions" => codes.Contains("DLAOT3105"),
            "Freeze" => method.GetProperty("versions")[0].GetProperty("frozenKernels").GetInt32() == 1,
            _ => codes.Length == 0,
        }, method.ToString());
    }

    private static JsonElement Explain(string path, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), "explain", path, "--json", "--benefit", "off", "-r", AppContext.BaseDirectory, .. arguments]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return JsonDocument.Parse(output).RootElement.GetProperty("methods").EnumerateArray().Single(m => m.GetProperty("method").GetString() == "Net.forward");
    }
}
