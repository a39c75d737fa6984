using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Tests.Lifting;

namespace DlAot.Tests.Profiles;

/// <summary>What a profile says becomes the hypotheses that are tried: instances, calls, branches.</summary>
public sealed class RecordedLiftTests : IDisposable
{
    private const string Stack = """
        public class Net : Module<Tensor, Tensor> {
            readonly ModuleList<Linear> ls = new();
            public Net(int layers, int width) : base("n") { for (int i = 0; i < layers; i++) ls.Add(Linear(width, width)); RegisterComponents(); }
            public override Tensor forward(Tensor x) { foreach (var l in ls) x = l.call(x); return x; }
        }
        public static class Factory { public static Net Make() => new Net(5, 8); }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-recorded-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (LiftedMethod Method, IReadOnlyList<Diagnostic> Problems) Lifted(string source, string instances = "", string calls = "", Func<AssemblyReader, string>? branches = null, string? json = null)
    {
        string path = Snippet.Compile(source, folder: folder), file = Path.Combine(folder, "run.dlprofile");
        using AssemblyReader reader = AssemblyReader.Open(path, [AppContext.BaseDirectory]);
        File.WriteAllText(file, $$"""{ "dlprofile": 1, "instances": [{{instances}}], "calls": [{{calls}}], "branches": [{{branches?.Invoke(reader)}}] }""");
        if (json is not null)
        {
            File.WriteAllText(Path.Combine(folder, "dlaot.json"), json);
        }

        var lifter = new Lifter(reader.World, new LiftOptions(MaxVersions: 1, Configuration: ConfigurationFile.Find(null, path), Profile: Profile.Read(file)));
        LiftedMethod lifted = lifter.Lift(lifter.Candidates().Single(m => m.DeclaringType.Name == "Net"));
        return (lifted, lifter.Problems);
    }

    private static string[] Ops(LiftedMethod lifted) => [.. lifted.Versions.Select(v => string.Join(" ", v.Graph.Nodes.Select(n => n.Op.Name)))];

    private static string[] Inputs(LiftedMethod lifted) => [.. lifted.Versions.Select(v => string.Join(" ", v.Graph.Inputs.Select(i => i.Value.Type)))];

    private static string Instance(string type, string args, int called) => $$"""{ "type": "{{type}}", "made": 1, "called": {{called}}, "args": { {{args}} } }""";

    private static string Call(string args, int count) => $$"""{ "method": "Net.forward", "count": {{count}}, "args": { {{args}} } }""";

    [Fact]
    public void TheObjectsThatWereCalledMostComeFirst()
    {
        LiftedMethod lifted = Lifted(Stack, $"{Instance("Net", "\"layers\": 2, \"width\": 4", 3)}, {Instance("Net", "\"layers\": 3, \"width\": 4", 30)}").Method;
        Assert.Equal(["linear linear linear", "linear linear"], Ops(lifted));
        Assert.Contains(lifted.Versions[0].Assumptions, a => a == "made as Net(layers: 3, width: 4) (profile, 30 calls)");
    }

    [Fact]
    public void WhatIsWrittenGoesBeforeWhatIsRecorded() => Assert.Equal(
        ["linear linear"], Ops(Lifted(Stack, Instance("Net", "\"layers\": 3, \"width\": 4", 1), json: """{ "instances": [{ "type": "Net", "args": { "layers": 2 } }] }""").Method));

    [Fact]
    public void WhatCouldNotBeRecordedIsLookedForWhereItIsMade()
    {
        const string Source = """
            public class Net : Module<Tensor, Tensor> {
                readonly ModuleList<Module<Tensor, Tensor>> ls;
                public Net(IEnumerable<Module<Tensor, Tensor>> parts, int n) : base("n") { ls = new ModuleList<Module<Tensor, Tensor>>(parts.ToArray()); RegisterComponents(); }
                public override Tensor forward(Tensor x) { foreach (var l in ls) x = l.call(x); return x; }
            }
            public static class Factory { public static Net Make() => new Net(new List<Module<Tensor, Tensor>> { Linear(4, 4), Linear(4, 4), Linear(4, 4) }, 8); }
            """;
        Assert.Equal("linear linear linear", Ops(Lifted(Source, Instance("Net", "\"parts\": { \"unknown\": \"System.Linq.Enumerable\" }, \"n\": 3", 9)).Method)[0]);
        Assert.Equal(["linear"], Ops(Lifted(Source, Instance("Net", "\"parts\": [{ \"type\": \"TorchSharp.Modules.Linear\", \"properties\": {} }], \"n\": 3", 9)).Method));
    }

    [Fact]
    public void ARowThatDoesNotFitIsReportedAndLeftOut()
    {
        (LiftedMethod lifted, IReadOnlyList<Diagnostic> problems) = Lifted(Stack, Instance("Net", "\"depth\": 3", 9));
        Assert.Equal("linear linear linear linear linear", Ops(lifted)[0]); // the construction site
        Assert.Equal("DLAOT1024", Assert.Single(problems).Rule.Code);
    }

    [Fact]
    public void ObjectsModulesAndListsAreMadeAsTheyWere()
    {
        string source = """
            public class Config { int layers; readonly string[] names; public Config(int n) { layers = n * 2; names = new[] { "a" }; } public int Layers => layers; public string[] Names => names; public Dictionary<string, int> Sizes = new(); }
            public class Inner : Module<Tensor, Tensor> { readonly bool twice; public Inner(bool twice) : base("i") { this.twice = twice; RegisterComponents(); } public override Tensor forward(Tensor x) => twice ? x.sin().sin() : x.sin(); }
            public class Net : Module<Tensor, Tensor> {
                readonly Config c; readonly Module<Tensor, Tensor> inner, layer; readonly List<int> sizes; readonly int big;
                public Net(Config config, Module<Tensor, Tensor> inner, Module<Tensor, Tensor> layer, IReadOnlyList<int> sizes) : base("n") { c = config; this.inner = inner; this.layer = layer; this.sizes = sizes.ToList(); big = c.Sizes["big"]; RegisterComponents(); }
                public override Tensor forward(Tensor x) {
                    for (int i = 0; i < c.Layers; i++) x = x.exp();
                    if (c.Names[0] == "tanh") x = x.tanh();
                    for (int i = 0; i < sizes.Count; i++) x = x.cos();
                    for (int i = 0; i < big; i++) x = x.log();
                    return inner.call(layer.call(x));
                }
            }
            """;
        string args = """
            "config": { "type": "Config", "fields": { "layers": 2, "names": ["tanh"], "Sizes": { "type": "Dictionary", "entries": [["big", 1]] } } },
            "inner": { "type": "Inner", "args": { "twice": true } },
            "layer": { "type": "TorchSharp.Modules.Linear", "properties": { "in_features": 4, "out_features": 4, "bias": true } },
            "sizes": { "type": "List", "items": [1, 2, 3] }
            """;
        (LiftedMethod lifted, IReadOnlyList<Diagnostic> problems) = Lifted(source, Instance("Net", args, 1));
        Assert.Empty(problems);
        Assert.Equal(["exp exp tanh cos cos cos log linear sin sin"], Ops(lifted));
    }

    [Fact]
    public void CallsSayTypesOfTensors()
    {
        LiftedMethod lifted = Lifted(Snippet.Net("return x.exp();"), calls: $$"""{{Call("\"x\": { \"tensor\": \"f64[8,3,N]\" }", 2)}}, {{Call("\"x\": { \"tensor\": \"i32[5]\" }", 20)}}, {{Call("\"x\": { \"tensor\": \"f32[N]\" }", 3)}}, {{Call("\"x\": { \"tensor\": \"f32[N,M]\" }", 4)}}""").Method;
        Assert.Equal(["i32[x_0]", "f32[x_0,x_1]", "f32[x_0]", "f64[x_0,x_1,x_2]"], Inputs(lifted));
    }

    [Fact]
    public void WhatIsWrittenOfATensorGoesBeforeWhatIsRecordedOfIt()
    {
        string shaped = Snippet.Net("return x.exp();").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"4,?\")] Tensor x)", StringComparison.Ordinal);
        Assert.Equal(["f64[4,x_1]"], Inputs(Lifted(shaped, calls: Call("\"x\": { \"tensor\": \"f64[N,M,K]\" }", 2)).Method));
        string calls = Call("\"x\": { \"tensor\": \"f64[N,M]\" }, \"y\": { \"tensor\": \"f32[N,M,K]\" }", 2);
        LiftedMethod lifted = Lifted(Snippet.Net("return x.exp() + y;", parameters: "Tensor x, Tensor y"), calls: calls, json: """{ "inputs": { "Net.forward": { "x": "f32[?,?,8]" } } }""").Method;
        Assert.Equal("f32[x_0,x_1,8]", lifted.Versions[0].Graph.Inputs.First(i => i.Name == "x").Value.Type.ToString());
        Assert.Equal(3, lifted.Versions[0].Graph.Inputs.First(i => i.Name == "y").Value.Rank);
    }

    [Fact]
    public void CallsSayWhatIsNullAndHowLongListsAre()
    {
        string source = Snippet.Net("var y = x.exp(); foreach (var t in ts) y = y + t; return mask is null ? y : flag ? y.masked_fill(mask, k) : y * mode.Length;", parameters: "Tensor x, IList<Tensor> ts, Tensor? mask, bool flag, int? k, string mode");
        LiftedMethod lifted = Lifted(source, calls: Call("""
            "x": { "tensor": "f32[N,4]" }, "ts": { "type": "List", "items": [{ "tensor": "f32[N,4]" }, { "tensor": "f32[4]" }, { "tensor": "f32[N,1]" }] }, "mask": { "tensor": "bool[N,4]" }, "flag": true, "k": 3, "mode": "fast"
            """, 7)).Method;
        Assert.Equal(2, lifted.Versions[0].Graph.Inputs.First(i => i.Name == "x").Value.Rank);
        Assert.Contains(lifted.Versions[0].Graph.Nodes, n => n.Op.Name == "where");
        Assert.Contains("ts is exactly List`1", lifted.Versions[0].Guards.Select(g => g.ToString()!));
        Assert.Contains("k.HasValue == 1", lifted.Versions[0].Guards.Select(g => g.ToString()!));
        Assert.Contains("flag == 1", lifted.Versions[0].Guards.Select(g => g.ToString()!));
    }

    [Fact]
    public void SizesThatWereAlwaysTheSameDecideConditions()
    {
        string source = Snippet.Net("return x.shape[0] > 100 ? x.sin() : x.cos();");
        Assert.Equal("cos", Ops(Lifted(source, calls: Call("\"x\": { \"tensor\": \"f32[8,4]\" }", 1)).Method)[0]);
        Assert.Equal("sin", Ops(Lifted(source, calls: Call("\"x\": { \"tensor\": \"f32[128,4]\" }", 1)).Method)[0]);
    }

    [Fact]
    public void SizesOfOneThatAreBroadcastAreFixed()
    {
        string source = Snippet.Net("return x * y;", parameters: "Tensor x, Tensor y");
        Assert.Equal(["f32[x_0,x_1] f32[x_0,1]"], Inputs(Lifted(source, calls: Call("\"x\": { \"tensor\": \"f32[N,8]\" }, \"y\": { \"tensor\": \"f32[N,1]\" }", 1)).Method));
        Assert.Equal(["f32[x_0,x_1] f32[x_0,x_1]"], Inputs(Lifted(source, calls: Call("\"x\": { \"tensor\": \"f32[1,8]\" }, \"y\": { \"tensor\": \"f32[1,8]\" }", 1)).Method));
    }

    [Theory]
    [InlineData(9, 2, "sin")]
    [InlineData(2, 9, "cos")]
    public void TheOutcomeThatWasMetMoreOftenComesFirst(int taken, int notTaken, string first)
    {
        string source = Snippet.Net("if (x.sum().item<float>() > 3) return x.cos(); return x.sin();");
        LiftedMethod lifted = Lifted(source, branches: reader =>
        {
            Mono.Cecil.MethodDefinition forward = reader.World.Module.GetType("Net").Methods.Single(m => m.Name == "forward");
            int at = forward.Body.Instructions.Single(i => i.OpCode.FlowControl == Mono.Cecil.Cil.FlowControl.Cond_Branch).Offset;
            return $$"""{ "method": "Net.forward", "code": "{{MethodCode.Of(forward)}}", "outcomes": [{ "at": {{at}}, "line": 1, "taken": {{taken}}, "notTaken": {{notTaken}} }] }""";
        }).Method;
        Assert.EndsWith(first, string.Join(" ", lifted.Versions[0].Graph.Nodes.Where(n => n.Op.Name is "sin" or "cos").Select(n => n.Op.Name)), StringComparison.Ordinal);
        Assert.Equal(2, lifted.Versions.Length);
    }

    [Fact]
    public void AFileThatIsNoProfileIsRefused()
    {
        string file = Path.Combine(folder, "x.dlprofile");
        File.WriteAllText(file, """{ "dlprofile": 9 }""");
        Assert.Equal("DLAOT1023", Assert.Throws<CompilationException>(() => Profile.Read(file)).Diagnostic.Rule.Code);
        Assert.Equal("DLAOT1001", Assert.Throws<CompilationException>(() => Profile.Read(file + "x")).Diagnostic.Rule.Code);
    }

    [Fact]
    public void ProfilesAreAddedUp()
    {
        string one = Path.Combine(folder, "1.dlprofile"), two = Path.Combine(folder, "2.dlprofile");
        File.WriteAllText(one, $$"""{ "dlprofile": 1, "instances": [{{Instance("Net", "\"n\": 1", 3)}}], "calls": [{{Call("\"x\": { \"tensor\": \"f32[8,3,8]\" }, \"n\": 8", 2)}}] }""");
        File.WriteAllText(two, $$"""{ "dlprofile": 1, "instances": [{{Instance("Net", "\"n\": 1", 4)}}], "calls": [{{Call("\"x\": { \"tensor\": \"f32[4,3,4]\" }, \"n\": 5", 5)}}] }""");
        string[] lines = [.. ProfileText.Write(Profile.Read([one, two])).Split('\n').Select(l => l.Trim())];
        Assert.Contains("""{ "type": "Net", "made": 2, "called": 7, "args": { "n": 1 } }""", lines);
        Assert.Contains("""{ "method": "Net.forward", "count": 7, "args": { "x": { "tensor": "f32[N,3,N]" }, "n": { "int": "M" } } }""", lines);
    }
}
