using System.Text.Json;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.House;

/// <summary>dlaot.json: found beside the assembly or by --config; what is wrong with it is told with line and column.</summary>
public sealed class ConfigurationFileTests : IDisposable
{
    private const string Model = """
        public enum Mode { Fast, Exact }
        public class Config { public int Layers { get; set; } }
        public abstract class Base : Module<Tensor, Tensor> { protected Base() : base("b") { } }
        public class Net : Base { public Net(int layers, Mode mode = Mode.Fast, Config? config = null) { RegisterComponents(); } public override Tensor forward(Tensor x) => x.exp(); }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-config-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("{", 1, 2, "")]
    [InlineData("{\n  \"instances\": 1\n}", 2, 16, "\"instances\" is an array, not a number")]
    [InlineData("{\n  \"instance\": []\n}", 2, 3, "\"instance\" is unknown here; there are $schema, instances, inputs, signature, dynamic, maxVersions, exact, freeze, benefit")]
    [InlineData("{ \"benefit\": \"maybe\" }", 1, 14, "\"benefit\" is \"on\" or \"off\"")]
    [InlineData("{ \"instances\": [{ \"args\": {} }] }", 1, 17, "the instance has no \"type\"")]
    [InlineData("{ \"instances\": [{ \"type\": \"Nest\" }] }", 1, 17, "the assembly has no class Nest")]
    [InlineData("{ \"instances\": [{ \"type\": \"Base\" }] }", 1, 17, "Base is abstract")]
    [InlineData("{ \"instances\": [{ \"type\": \"Config\" }] }", 1, 17, "Config is no module")]
    [InlineData("{ \"instances\": [{ \"type\": \"Net\", \"args\": { \"layer\": 4 } }] }", 1, 44, "no constructor of Net has a parameter layer; there are layers, mode, config")]
    [InlineData("{ \"instances\": [{ \"type\": \"Net\", \"args\": { \"layers\": \"four\" } }] }", 1, 54, "\"four\" is no Int32")]
    [InlineData("{ \"instances\": [{ \"type\": \"Net\", \"args\": { \"layers\": 4,\n \"mode\": \"Slow\" } }] }", 2, 10, "Mode has no member Slow; there are Fast, Exact")]
    [InlineData("{ \"instances\": [{ \"type\": \"Net\", \"args\": { \"layers\": 4, \"config\": { \"depth\": 1 } } }] }", 1, 69, "Config has no public property or field depth that can be set")]
    [InlineData("{ \"inputs\": { \"Net.backward\": { \"x\": \"f32[N]\" } } }", 1, 15, "the assembly has no method Net.backward")]
    [InlineData("{ \"inputs\": { \"Net.forward\": { \"y\": \"f32[N]\" } } }", 1, 32, "Net.forward has no tensor parameter y; there are x")]
    [InlineData("{ \"inputs\": { \"Net.forward\": { \"x\": \"f31[N]\" } } }", 1, 32, "\"f31[N]\" is no tensor type such as f32[N,3,H,W]")]
    [InlineData("{ \"inputs\": { \"Net.forward\": { \"x\": \"f32[N]\", \"x\": \"f32[N]\" } } }", 1, 47, "\"x\" is written twice")]
    public void ProblemsHaveAPlace(string json, int line, int column, string text)
    {
        string assembly = Snippet.Compile(Model, "Model", folder: folder);
        string file = Path.Combine(folder, "dlaot.json");
        File.WriteAllText(file, json);
        Diagnostic d = Assert.Throws<CompilationException>(() =>
        {
            using Compilation compilation = Compilation.Open(new CompileOptions { Input = assembly, References = [AppContext.BaseDirectory] });
            compilation.Plan();
        }).Diagnostic;
        Assert.Equal(("DLAOT1022", file, line, column), (d.Rule.Code, d.Location.File, d.Location.Line, d.Location.Column));
        Assert.StartsWith(text, d.Text, StringComparison.Ordinal);
    }

    /// <summary>One file tells of all assemblies of an application: what is another's is no problem.</summary>
    [Fact]
    public void OneFileIsForAllAssembliesOfAnApplication()
    {
        string first = Snippet.Compile(Model, "Model", folder: folder);
        string second = Snippet.Compile("public class Other : Module<Tensor, Tensor> { readonly int n; public Other(int n) : base(\"o\") { this.n = n; } public override Tensor forward(Tensor x) => x * n; }", "Second", folder: folder);
        File.WriteAllText(Path.Combine(folder, "dlaot.json"), """{ "instances": [{ "type": "Other", "args": { "n": 7 } }, { "type": "Net", "args": { "layers": 3 } }], "inputs": { "Other.forward": { "x": "f64[N]" }, "Net.forward": { "x": "f32[N,3]" } } }""");
        Assert.Equal("f32[x_0,3]", Type(first, "Net"));
        Assert.Equal("f64[x_0]", Type(second, "Other"));

        string Type(string assembly, string type)
        {
            using Compilation compilation = Compilation.Open(new CompileOptions { Input = assembly, References = [AppContext.BaseDirectory, first, second] });
            compilation.Plan();
            return compilation.Methods.Single(m => m.Lifted.Name == type + ".forward").Versions.Single().Lifted.Graph.Inputs.Single(i => i.Name == "x").Value.Type.ToString();
        }
    }

    [Fact]
    public void AFileThatIsAskedForMustBeThere() => Assert.Equal("DLAOT1001", Assert.Throws<CompilationException>(() =>
        Compilation.Open(new CompileOptions { Input = Snippet.Compile(Model, "Model", folder: folder), References = [AppContext.BaseDirectory], ConfigurationFile = Path.Combine(folder, "no.json") })).Diagnostic.Rule.Code);

    [Fact]
    public void TheSchemaTellsWhatTheReaderKnows()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "dlaot.schema.json")));
        JsonElement root = schema.RootElement;
        Assert.Equal(["$schema", .. DlAot.Compiler.Configuration.MethodSettings.Rows.Select(r => r.Json), "benefit", "instances", "inputs"], root.GetProperty("properties").EnumerateObject().Select(p => p.Name));
        Assert.Equal(["type", "args"], root.GetProperty("properties").GetProperty("instances").GetProperty("items").GetProperty("properties").EnumerateObject().Select(p => p.Name));
    }
}
