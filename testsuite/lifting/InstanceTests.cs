using DlAot.Compiler.Configuration;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Microsoft.CodeAnalysis;
using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Lifting;

/// <summary>Where the structure of a module comes from when its constructor does not tell: attribute, dlaot.json, construction sites.</summary>
public sealed class InstanceTests : IDisposable
{
    private const string Stack = """
        public class Net : Module<Tensor, Tensor> {
            readonly ModuleList<Linear> ls = new();
            public Net(int layers, int width) : base("n") { for (int i = 0; i < layers; i++) ls.Add(Linear(width, width)); RegisterComponents(); }
            public override Tensor forward(Tensor x) { foreach (var l in ls) x = l.call(x); return x; }
        }
        """;

    private const string Optional = """
        public class Net : Module<Tensor, Tensor> {
            readonly Linear a, b;
            public Net(long width, long? inner = null) : base("n") { a = Linear(width, inner ?? width); b = Linear(inner ?? width, width); RegisterComponents(); }
            public override Tensor forward(Tensor x) => b.call(a.call(x).relu());
        }
        public static class Zoo { public static Net Small() => new Net(4, 8); }
        """;

    [Fact]
    public void OptionalSizesMayDiffer() => Assert.All(Lifted(Optional).Versions[0].Graph.Inputs, i => Assert.All(i.Value.Shape, d => Assert.Null(d.Constant)));

    private const string Settings = """
        public enum Gate { None, Soft, Hard }
        public class Sub { public int Depth { get; set; } }
        public class Config { public int Layers { get; set; } public bool Norm; public string Act { get; init; } = "relu"; public Gate Gate { get; set; } public int[] Sizes { get; set; } = new[] { 4 }; public Sub Sub { get; set; } = new Sub(); public double? Slope { get; set; } }
        public class Net : Module<Tensor, Tensor> {
            readonly Config c; readonly int n; readonly LayerNorm norm = LayerNorm(4);
            public Net(Config config) : base("n") { c = config; n = config.Sizes.Length; RegisterComponents(); }
            public override Tensor forward(Tensor x) {
                for (int i = 0; i < c.Layers; i++) x = x.exp();
                for (int i = 0; i < n; i++) x = x.sin();
                for (int i = 0; i < c.Sub.Depth; i++) x = x.cos();
                if (c.Norm) x = norm.call(x);
                x = c.Act == "tanh" ? x.tanh() : x.relu();
                return c.Gate == Gate.Soft ? x.sigmoid() : x;
            }
        }
        """;

    private const string MadeByMethod = """
        public class Net : Module<Tensor, Tensor> {
            readonly ModuleList<Linear> ls = new();
            public Net(int[] widths) : base("n") { foreach (var w in widths) ls.Add(Linear(8, w)); RegisterComponents(); }
            public override Tensor forward(Tensor x) { var all = new List<Tensor>(); foreach (var l in ls) all.Add(l.call(x)); return cat(all, 1); }
        }
        public class Owner : Module<Tensor, Tensor> {
            protected readonly float scale; protected int[] widths; readonly Net net;
            public Owner(float scale = 2) : base("o") { this.scale = scale; net = Make(); RegisterComponents(); }
            protected virtual Net Make() { widths = new List<int> { 4, 8, 16 }.Select(w => (int)(w * scale)).ToArray(); return new Net(new[] { widths[0], widths[1], widths[2] }); }
            public override Tensor forward(Tensor x) => net.call(x);
        }
        """;

    [Fact]
    public void AMethodThatAConstructorCallsMakesItAsTheConstructorWants() => Assert.Equal("linear linear linear concat", Ops(Lifted(MadeByMethod)));

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-instances-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private LiftedMethod Lifted(string source, string? json = null, string? application = null)
    {
        string path = Compile(source, folder: folder);
        if (application is not null)
        {
            Compile(application, "Application", folder: folder, references: [path]);
        }

        string file = Path.Combine(folder, "dlaot.json");
        if (json is not null)
        {
            File.WriteAllText(file, json);
        }

        using AssemblyReader reader = AssemblyReader.Open(path, [AppContext.BaseDirectory]);
        var lifter = new Lifter(reader.World, new LiftOptions(MaxVersions: 1, Configuration: ConfigurationFile.Find(null, path)));
        return lifter.Lift(lifter.Candidates().Single(m => m.DeclaringType.Name == "Net"));
    }

    private static string[] Guards(LiftedMethod lifted, int version = 0) => [.. lifted.Versions[version].Guards.Select(g => (g.Proved ? "proved " : "") + g)];

    [Fact]
    public void WithoutAnythingTheLoopIsUndecidable() => Assert.False(Lifted(Stack).Versions is [{ Graph.Nodes.Length: 4 }]);

    [Fact]
    public void TheFileSaysHowManyLayers()
    {
        LiftedMethod lifted = Lifted(Stack, """{ "$schema": "x", "instances": [{ "type": "Net", "args": { "layers": 4, "width": 16 } }] }""");
        Assert.Equal("linear linear linear linear", Ops(lifted));
        Assert.Contains("this.ls.Count == 4", Guards(lifted));
        Assert.Contains(lifted.Versions[0].Assumptions, a => a == "made as Net(layers: 4, width: 16) (dlaot.json)");
    }

    [Fact]
    public void SeveralInstancesGiveSeveralVersions()
    {
        LiftedMethod lifted = Lifted(Stack, """{ "instances": [{ "type": "Net", "args": { "layers": 2, "width": 8 } }, { "type": "Net", "args": { "layers": 3, "width": 8 } }, { "type": "Net", "args": { "layers": 3, "width": 9 } }] }""");
        Assert.Equal([2, 3], lifted.Versions.Select(v => v.Graph.Nodes.Length));
    }

    private const string Parts = """
        public interface IPart { int Times { get; } }
        public class Twice : IPart { public Twice(int more = 0) { Times = 2 + more; } public int Times { get; } }
        public class Inner : Module<Tensor, Tensor> { readonly int n; public Inner(int n) : base("i") { this.n = n; RegisterComponents(); } public override Tensor forward(Tensor x) { for (int i = 0; i < n; i++) x = x.sin(); return x; } }
        public class Net : Module<Tensor, Tensor> {
            readonly Module<Tensor, Tensor> a, b; readonly int n, m, k;
            public Net(Module<Tensor, Tensor> a, Module<Tensor, Tensor> b, IPart part, Dictionary<string, int> sizes, IReadOnlyDictionary<int, bool> flags) : base("n") { this.a = a; this.b = b; n = part.Times; m = sizes["m"]; k = flags[3] ? 1 : 0; RegisterComponents(); }
            public override Tensor forward(Tensor x) { for (int i = 0; i < n; i++) x = x.exp(); for (int i = 0; i < m; i++) x = x.cos(); for (int i = 0; i < k; i++) x = x.log(); return b.call(a.call(x)); }
        }
        """;

    [Fact]
    public void ModulesAndDictionariesAreArguments()
    {
        LiftedMethod lifted = Lifted(Parts, """{ "instances": [{ "type": "Net", "args": { "a": { "type": "Inner", "args": { "n": 3 } }, "b": { "type": "Linear", "args": { "inputSize": 4, "outputSize": 8 } }, "part": { "type": "Twice" }, "sizes": { "m": 2 }, "flags": { "3": true } } }] }""");
        Assert.Equal("exp exp cos cos log sin sin sin linear", Ops(lifted));
        Assert.Contains("this.a is exactly Inner", Guards(lifted));
        Assert.Contains("this.b is exactly Linear", Guards(lifted));
    }

    [Theory]
    [InlineData("""{ "type": "Inter", "args": {} }""", "there is no class Inter")]
    [InlineData("""{ "type": "Twice" }""", "Twice is no Module`2")]
    [InlineData("""{ "type": "Inner", "args": { "m": 3 } }""", "no constructor of Inner has a parameter m; there are n")]
    [InlineData("""{ "type": "Linear", "args": { "width": 3 } }""", "Linear has no argument width; there are inputSize, outputSize, hasBias, device, dtype")]
    public void ModulesThatAreNotThereAreTold(string module, string text) => Assert.StartsWith(
        text, Assert.Throws<DlAot.Compiler.Diagnostics.CompilationException>(() => Lifted(Parts, $$"""{ "instances": [{ "type": "Net", "args": { "a": {{module}} } }] }""")).Diagnostic.Text, StringComparison.Ordinal);

    [Fact]
    public void SettingsAreMadeFromObjects()
    {
        LiftedMethod lifted = Lifted(Settings, """{ "instances": [{ "type": "Net", "args": { "config": { "layers": 2, "Norm": true, "act": "tanh", "gate": "Soft", "sizes": [1, 2, 3], "sub": { "depth": 1 }, "slope": 0.5 } } }] }""");
        Assert.Equal("exp exp sin sin sin cos layer_norm tanh sigmoid", Ops(lifted));
        Assert.All(Guards(lifted).Where(g => g.Contains("this.n ", StringComparison.Ordinal) || g.Contains("this.c.", StringComparison.Ordinal)), g => Assert.DoesNotContain("proved", g));
    }

    [Fact]
    public void InputsPinTypesAndSizes()
    {
        LiftedMethod lifted = Lifted(Net("return x.exp();"), """{ "inputs": { "Net.forward": { "x": "f64[N,3,?]" } } }""");
        Assert.Equal("f64[x_0,3,x_2]", lifted.Versions.Single().Graph.Inputs[0].Value.Type.ToString());
    }

    [Fact]
    public void TheAttributeWinsOverTheFile()
    {
        string source = Net("return x.exp();").Replace("public override", "[DlAot.Compile(Signature = \"forward(x: f32[N,4]) -> f32[N,4]\")] public override", StringComparison.Ordinal);
        LiftedMethod lifted = Lifted(source, """{ "inputs": { "Net.forward": { "x": "f64[N,3,?]" } } }""");
        Assert.Equal("f32[x_0,4]", lifted.Versions.Single().Graph.Inputs[0].Value.Type.ToString());
    }

    [Fact]
    public void ConstantsAtConstructionSitesAreSeen()
    {
        string source = Stack + """
            public class Outer : Module<Tensor, Tensor> { const int Depth = 3; readonly Net a = new Net(2, 8); readonly Net b; public Outer() : base("o") { b = new Net(Depth, 16); RegisterComponents(); } public override Tensor forward(Tensor x) => b.call(a.call(x)); }
            """;
        Assert.Equal([2, 3], Lifted(source).Versions.Select(v => v.Graph.Nodes.Length).Order());
    }

    [Fact]
    public void ArgumentsAreFollowedThroughSeveralConstructors()
    {
        string source = Stack + """
            public class Outer : Module<Tensor, Tensor> { readonly Net n; public Outer(int depth) : base("o") { n = new Net(depth + 1, 8); RegisterComponents(); } public override Tensor forward(Tensor x) => n.call(x); }
            public static class Factory { public static Outer Make() { var depth = 3; return new Outer(depth); } }
            """;
        Assert.Equal(4, Lifted(source).Versions[0].Graph.Nodes.Length);
    }

    /// <summary>What it makes itself in one way, others make otherwise with it: that comes after what is seen.</summary>
    [Fact]
    public void ALibrarysOwnSitesAreNotTheOnlyOnes()
    {
        string source = """
            public class Net : Module<Tensor, Tensor> { readonly bool odd; public Net(int width, bool odd = true) : base("n") { this.odd = odd; } public override Tensor forward(Tensor x) => odd ? x.exp().sin() : x.exp().cos(); }
            public class Outer : Module<Tensor, Tensor> { readonly Net net = new(8, true); public Outer() : base("o") { RegisterComponents(); } public override Tensor forward(Tensor x) => net.call(x); }
            """;
        string[] operations = [.. Lifted(source).Versions.Select(v => v.Graph.Nodes[^1].Op.Name).Distinct()];
        Assert.Equal(["sin", "cos"], operations);
    }

    [Fact]
    public void AForwardThatIsInheritedIsLiftedForTheHeirsToo()
    {
        string source = """
            public class Net : Module<Tensor, Tensor> { protected Module<Tensor, Tensor> act = ReLU(); public Net() : base("n") { RegisterComponents(); } public override Tensor forward(Tensor x) => act.call(x.exp()); }
            public class Smooth : Net { public Smooth() { act = Tanh(); } }
            """;
        string[] operations = [.. Lifted(source).Versions.Select(v => v.Graph.Nodes[^1].Op.Name).Distinct()];
        Assert.Equal(["relu", "tanh"], operations);
    }

    [Fact]
    public void ModulesGivenToAConstructorAreSeenAndChecked()
    {
        string source = """
            public class Net : Module<Tensor, Tensor> { readonly Module<Tensor, Tensor> inner; public Net(Module<Tensor, Tensor> inner) : base("n") { this.inner = inner; RegisterComponents(); } public override Tensor forward(Tensor x) => x + inner.call(x); }
            public class Outer : Module<Tensor, Tensor> { readonly Net n = new Net(Linear(4, 4)), m = new Net(GELU()); public Outer() : base("o") { RegisterComponents(); } public override Tensor forward(Tensor x) => m.call(n.call(x)); }
            """;
        LiftedMethod lifted = Lifted(source);
        Assert.Equal(2, lifted.Versions.Length);
        Assert.Contains("this.inner is exactly Linear", Guards(lifted, 0).Concat(Guards(lifted, 1)));
        Assert.Contains("this.inner is exactly GELU", Guards(lifted, 0).Concat(Guards(lifted, 1)));
    }

    [Fact]
    public void WhatAGivenModuleDoesNotTellIsNotTaken()
    {
        string source = """
            public class Net : Module<Tensor, Tensor> { private readonly Embedding inner; public Net(Embedding inner) : base("n") { this.inner = inner; RegisterComponents(); } public override Tensor forward(Tensor x) => inner.call(x); }
            public class Outer : Module<Tensor, Tensor> { readonly Net n = new Net(Embedding(4, 4)); public Outer() : base("o") { RegisterComponents(); } public override Tensor forward(Tensor x) => n.call(x); }
            """;
        Assert.False(Lifted(source).IsWhole);
    }

    [Fact]
    public void OtherAssembliesThatConstructItAreLookedAt()
    {
        string application = """
            public static class Program { public static void Main(string[] a) { for (int i = 0; i < a.Length; i++) Console.WriteLine(a[i]); var c = new Config { Layers = 3, Sizes = new[] { 1, 2 } }; c.Sub.Depth = 2; var net = new Net(c); } }
            """;
        Assert.Equal("exp exp exp sin sin cos cos relu", Ops(Lifted(Settings, application: application)));
    }

    [Fact]
    public void SitesInAsynchronousMethodsAreReadFromTheirStraightLine()
    {
        string application = """
            public static class Program { public static async System.Threading.Tasks.Task Main() { await System.Threading.Tasks.Task.Delay(1); var net = new Net(5, 8); await System.Threading.Tasks.Task.Delay(1); GC.KeepAlive(net); } }
            """;
        Assert.Equal(5, Lifted(Stack, application: application).Versions[0].Graph.Nodes.Length);
    }

    [Fact]
    public void TheFileWinsOverConstructionSites()
    {
        string source = Stack + "public static class Factory { public static Net Make() => new Net(5, 8); }";
        Assert.Equal([2], Lifted(source, """{ "instances": [{ "type": "Net", "args": { "layers": 2 } }] }""").Versions.Select(v => v.Graph.Nodes.Length));
    }

    [Fact]
    public void AGuessedListLengthIsNeverProved()
    {
        string source = """
            public class Config { public int[] Sizes { get; set; } = new[] { 4, 5 }; }
            public class Net : Module<Tensor, Tensor> { private readonly int n; public Net(Config c) : base("n") { n = c.Sizes.Length; RegisterComponents(); } public override Tensor forward(Tensor x) { for (int i = 0; i < n; i++) x = x.exp(); return x; } }
            """;
        LiftedMethod lifted = Lifted(source);
        Assert.Equal("exp exp", Ops(lifted));
        Assert.Superset(new HashSet<string> { "2 >= n", "n >= 2" }, lifted.Versions[0].Graph.Constraints.Select(c => c.ToString()).ToHashSet());
    }

    [Fact]
    public void AnInheritedMethodIsLiftedForEveryHeir()
    {
        string source = """
            public abstract class Net : Module<Tensor, Tensor> { protected Net(string n) : base(n) { } protected abstract Tensor Go(Tensor x); public override Tensor forward(Tensor x) => Go(x).exp(); }
            public class A : Net { public A() : base("a") { } protected override Tensor Go(Tensor x) => x.sin(); }
            public class B : Net { public B() : base("b") { } protected override Tensor Go(Tensor x) => x.cos(); }
            """;
        Assert.Equal(["sin exp", "cos exp"], Lifted(source).Versions.Select(v => string.Join(" ", v.Graph.Nodes.Select(n => n.Op.Name))));
    }

    [Fact]
    public void BothWaysThroughAConstructorAreLifted()
    {
        string source = """
            public class Net : Module<Tensor, Tensor> { readonly Linear? down; public Net(int a, int b) : base("n") { down = a != b ? Linear(a, b) : null; RegisterComponents(); } public override Tensor forward(Tensor x) => down is null ? x.exp() : down.call(x).exp(); }
            """;
        Assert.Equal(["exp", "linear exp"], Lifted(source).Versions.Select(v => string.Join(" ", v.Graph.Nodes.Select(n => n.Op.Name))).Order());
    }

    [Fact]
    public void AComparisonOfArgumentsThatIsKeptIsDecidedWhenItIsRead()
    {
        string source = """
            public class Net : Module<Tensor, Tensor> { readonly bool same; public Net(int a, int b) : base("n") { same = a == b; RegisterComponents(); } public override Tensor forward(Tensor x) => same ? x.sin() : x.cos(); }
            """;
        Assert.Equal(["cos", "sin"], Lifted(source).Versions.Select(v => string.Join(" ", v.Graph.Nodes.Select(n => n.Op.Name))).Order());
    }

    [Fact]
    public void NamesSayWhichArgumentsAreWholeNumbers() =>
        Assert.Equal("i64", Lifted(Net("return timesteps.unsqueeze(1).to(ScalarType.Float32).sin();", parameters: "Tensor timesteps")).Versions[0].Graph.Inputs[0].Value.DType.Name());

    [Fact]
    public void UnknownSizesAreMoreThanOne() =>
        Assert.Equal("sin", Ops(Lifted(Net("return x.shape[0] > 1 ? x.sin() : x.cos();"))));

    [Fact]
    public void AParameterThatWidensItsArgumentIsTheLastChoice()
    {
        LiftedMethod lifted = Lifted(Net("return x * w.unsqueeze(-1).unsqueeze(-1);", "private readonly Parameter w = Parameter(ones(4));"));
        Assert.True(lifted.Versions[0].Graph.Inputs[0].Value.Rank >= 3);
    }
}
