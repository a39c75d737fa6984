using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Profiling;

namespace DlAot.Tests.Profiles;

/// <summary>From a run of the application to a drop-in that fits it.</summary>
public sealed class ProfileTests
{
    // What it is made with comes from the command line, so that nothing in the assemblies tells.
    private const string Model = """
        public enum Act { Relu, Tanh }
        public sealed record Options(int Layers, Act Act) { public float[] Scales { get; init; } = Array.Empty<float>(); }
        public class Head : Module<Tensor, Tensor> { readonly Linear l; public Head(int inputs) : base("h") { l = Linear(inputs, 2); RegisterComponents(); } public override Tensor forward(Tensor x) => l.call(x); }
        public abstract class Base : Module<Tensor, Tensor?, int, Tensor> { protected Base(string name, int depth) : base(name) { Depth = depth; } protected readonly int Depth; }
        public class Net : Base {
            readonly Options o; readonly ModuleList<Linear> ls = new(); readonly Module<Tensor, Tensor> head; readonly Func<Tensor, Tensor> last;
            public Net(Options options, Module<Tensor, Tensor> head, Func<Tensor, Tensor> last) : base("n", options.Layers) { o = options; this.head = head; this.last = last; for (int i = 0; i < o.Layers; i++) ls.Add(Linear(4, 4)); RegisterComponents(); }
            public override Tensor forward(Tensor x, Tensor? mask, int steps) {
                foreach (var l in ls) x = o.Act == Act.Tanh ? l.call(x).tanh() : l.call(x).relu();
                foreach (float s in o.Scales) x = x * s;
                if (mask is not null) x = x + mask;
                if (steps > 3) x = x.exp();
                return last(head.call(x));
            }
        }
        """;

    private const string Main = """
        int layers = int.Parse(args[0]);
        Func<Tensor, Tensor> last = layers > 3 ? t => t.sin() : t => t.cos();
        using var net = new Net(new Options(layers, Enum.Parse<Act>(args[1])) { Scales = new[] { 0.5f, 2f } }, new Head(4), Finish.Apply);
        net.eval();
        for (int i = 0; i < int.Parse(args[2]); i++) net.call(rand(3 + i, 5, 4), i % 4 == 3 ? null : rand(3 + i, 1, 4), 7).Dispose();
        """;

    private const string Finish = "public static class Finish { public static Tensor Apply(Tensor t) => t.sigmoid(); }";

    [Fact]
    public void WhatWasRecordedIsCompiledFor()
    {
        using var application = new ProfiledApplication(Model + Finish, Main);
        byte[] before = File.ReadAllBytes(application.Model);
        (int code, _, string error) = application.DlAot("profile", "Model.dll", "-o", "run.dlprofile", "--", "dotnet", "App.dll", "5", "Tanh", "8");
        Assert.True(code == 0, error);
        Assert.Equal(before, File.ReadAllBytes(application.Model));
        Assert.Empty(Directory.EnumerateFiles(application.Folder, "*.dlaot-original"));

        string text = File.ReadAllText(application.At("run.dlprofile"));
        string[] rows = [.. text.Split('\n').Select(l => l.Trim().TrimEnd(','))];
        Assert.Contains("""{ "type": "Head", "made": 1, "called": 8, "args": { "inputs": 4 } }""", rows);
        Assert.Contains("""{ "type": "Net", "made": 1, "called": 8, "args": { "options": { "type": "Options", "fields": { "Layers": 5, "Act": "Tanh", "Scales": [0.5, 2.0] } }, "head": { "type": "Head", "args": { "inputs": 4 } }, "last": { "method": "Finish.Apply" } } }""", rows);
        Assert.Contains("""{ "method": "Net.forward", "count": 6, "args": { "x": { "tensor": "f32[N,5,4]" }, "mask": { "tensor": "f32[N,1,4]" }, "steps": 7 } }""", rows);
        Assert.Contains("""{ "method": "Net.forward", "count": 2, "args": { "x": { "tensor": "f32[N,5,4]" }, "mask": null, "steps": 7 } }""", rows);
        Assert.Contains("\"method\": \"Net.forward\", \"code\"", text);
        Assert.DoesNotContain("\"type\": \"Base\"", text);

        Assert.Equal((0, 0), (application.DlAot("compile", "Model.dll", "-o", "plain", "-q").Code, application.DlAot("compile", "Model.dll", "-o", "out", "-q", "--profile", "run.dlprofile").Code));
        application.Install(application.At("plain"));
        Assert.Matches("compiled [0-9]+, original [1-9]", application.Run("5", "Tanh", "8"));
        application.Install(application.At("out"));
        Assert.Equal("compiled 8, original 0", application.Run("5", "Tanh", "8"));
        Assert.Matches("original [1-9]", application.Run("4", "Tanh", "8")); // another object is none that was recorded
    }

    // Nothing in the assemblies says what is in the lists.
    [Fact]
    public void ModulesInListsAndContainersAreRecorded()
    {
        const string Staged = """
            public sealed class Stage : Module<Tensor, Tensor> { readonly Linear l; readonly float slope; public Stage(int i, int o, float slope) : base("s") { l = Linear(i, o); this.slope = slope; RegisterComponents(); } public override Tensor forward(Tensor x) => functional.leaky_relu(l.call(x), slope); }
            public sealed class Net : Module<Tensor, Tensor> {
                readonly ModuleList<Module<Tensor, Tensor>> stages; readonly Sequential head; readonly string pool; readonly Device device; readonly Dictionary<string, int> dims;
                public Net(IEnumerable<Module<Tensor, Tensor>> stages, Sequential head, string pool, Device device, Dictionary<string, int> dims) : base("n") { this.stages = new ModuleList<Module<Tensor, Tensor>>(stages.ToArray()); this.head = head; this.pool = pool; this.device = device; this.dims = dims; RegisterComponents(); }
                public override Tensor forward(Tensor x) { x = x.to(device); foreach (var s in stages) x = s.call(x); x = pool switch { "max" => x.amax(new long[] { dims["time"] }), "mean" => x.mean(new long[] { dims["time"] }), _ => throw new ArgumentException(pool) }; return head.call(x); }
            }
            """;
        const string Main = """
            var stages = new List<Module<Tensor, Tensor>>();
            for (int i = 0, at = 4; i + 2 < args.Length; i++) stages.Add(new Stage(at, at = int.Parse(args[i + 2]), 0.25f));
            using var net = new Net(stages, Sequential(Linear(int.Parse(args[^1]), 16), GELU(), Linear(16, 5, hasBias: false)), args[0], torch.CPU, new Dictionary<string, int> { [args[1]] = 1 });
            net.eval();
            for (int i = 0; i < 4; i++) net.call(rand(1, 6, 4)).Dispose();
            """;
        using var application = new ProfiledApplication(Staged, Main);
        string[] run = ["mean", "time", "8", "12", "6"];
        Assert.Equal(0, application.DlAot(["profile", "Model.dll", "-o", "run.dlprofile", "--", "dotnet", "App.dll", .. run]).Code);
        string net = Profile.Read(application.At("run.dlprofile")).Instances.Single(i => i.Type == "Net").Arguments.ToString();
        Assert.Contains("""{"type": "List", "items": [{"type": "Stage", "args": {"i": 4, "o": 8, "slope": 0.25}}""", net);
        Assert.Contains("""{"type": "TorchSharp.Modules.Linear", "properties": {""", net);
        Assert.Contains(""" "device": {"device": "cpu"}, "dims": {"type": "Dictionary", "entries": [["time", 1]]}""", net);
        (int code, _, string problems) = application.DlAot("compile", "Model.dll", "-o", "out", "-q", "--profile", "run.dlprofile");
        Assert.Equal((0, ""), (code, problems));
        application.Install(application.At("out"));
        Assert.Equal("compiled 4, original 0", application.Run(run));
    }

    // The class of the inner module is in an assembly that the outer one's does not refer to: a call of it stays a call, and both are compiled.
    [Fact]
    public void SeveralAssembliesAreRecordedTogether()
    {
        const string Parts = "public sealed class Inner : Module<Tensor, Tensor> { readonly int n; public Inner(int n) : base(\"i\") { this.n = n; RegisterComponents(); } public override Tensor forward(Tensor x) { for (int i = 0; i < n; i++) x = (x * 0.5f).tanh(); return x; } }";
        const string Outer = "public sealed class Net : Module<Tensor, Tensor> { readonly Module<Tensor, Tensor> inner; readonly int n; public Net(Module<Tensor, Tensor> inner, int n) : base(\"n\") { this.inner = inner; this.n = n; RegisterComponents(); } public override Tensor forward(Tensor x) { for (int i = 0; i < n; i++) x = x.exp().tanh(); x = inner.call(x); for (int i = 0; i < n; i++) x = x.exp().sigmoid(); return x; } }";
        using var application = new ProfiledApplication(Outer, "using var net = new Net(new Inner(int.Parse(args[0])), int.Parse(args[1])); net.eval(); for (int i = 0; i < 3; i++) net.call(rand(2, 3)).Dispose();", Parts);
        Assert.Equal(0, application.DlAot("profile", "Model.dll", "Parts.dll", "-o", "run.dlprofile", "--", "dotnet", "App.dll", "5", "4").Code);
        Profile profile = Profile.Read(application.At("run.dlprofile"));
        Assert.Equal(["Inner 3 {\"n\": 5}", "Net 3 {\"inner\": {\"type\": \"Inner\", \"args\": {\"n\": 5}}, \"n\": 4}"], profile.Instances.Select(i => $"{i.Type} {i.Called} {i.Arguments}"));
        (int code, _, string error) = application.DlAot("compile", "Model.dll", "Parts.dll", "-o", "out", "-q", "--profile", "run.dlprofile");
        Assert.True(code == 0, error);
        application.Install(application.At("out"));
        Assert.Matches("compiled [1-9][0-9]*, original 0", application.Run("5", "4"));
    }

    [Fact]
    public void ARunThatIsStoppedKeepsWhatItRecorded()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var application = new ProfiledApplication(Model + Finish, Main + """ Console.WriteLine("ready"); Console.Out.Flush(); System.Threading.Thread.Sleep(60_000);""");
        byte[] before = File.ReadAllBytes(application.Model);
        using Process process = application.Begin("profile", "Model.dll", "--", "dotnet", "App.dll", "2", "Relu", "3");
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        Assert.NotEqual(before, File.ReadAllBytes(application.Model));
        Process.Start("kill", $"-TERM {process.Id}").WaitForExit();
        process.WaitForExit();
        Assert.Equal(before, File.ReadAllBytes(application.Model));
        Assert.Equal(3, Profile.Read(application.At("Model.dlprofile")).Instances.Single(i => i.Type == "Net").Called);
    }

    [Fact]
    public void InstrumentedCodeIsValid()
    {
        string corpus = Path.Combine(AppContext.BaseDirectory, "Corpus.dll");
        var context = new AssemblyLoadContext("instrumented", isCollectible: true);
        Assembly assembly = context.LoadFromStream(new MemoryStream(Instrumenter.Instrument(corpus, [AppContext.BaseDirectory])));
        foreach (MethodBase method in assembly.GetTypes().Where(t => !t.ContainsGenericParameters).SelectMany(t => t.GetMembers(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)).OfType<MethodBase>().Where(m => !m.IsAbstract && !m.ContainsGenericParameters && m.GetMethodBody() is not null))
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }

        context.Unload();
    }

    [Fact]
    public void RunsAreAddedUp()
    {
        using var application = new ProfiledApplication(Model + Finish, Main);
        Assert.Equal(0, application.DlAot("profile", "-o", "run.dlprofile", "--", "dotnet", "App.dll", "2", "Relu", "3").Code); // what lies beside the program
        Assert.Equal(0, application.DlAot("profile", "Model.dll", "-o", "run.dlprofile", "--add", "--", "dotnet", "App.dll", "6", "Relu", "5").Code);
        Profile profile = Profile.Read(application.At("run.dlprofile"));
        Assert.Equal([5, 3], profile.Instances.Where(i => i.Type == "Net").Select(i => i.Called));
        Assert.Equal(8, profile.Calls.Where(c => c.Method == "Head.forward").Sum(c => c.Count));
        Assert.Equal(0, application.DlAot("compile", "Model.dll", "-o", "out", "-q", "--profile", "run.dlprofile").Code);
        application.Install(application.At("out"));
        Assert.Equal("compiled 8, original 0", application.Run("6", "Relu", "8"));
        Assert.Equal("compiled 8, original 0", application.Run("2", "Relu", "8"));
    }

    [Fact]
    public void TheOriginalComesBackWhateverTheCommandDoes()
    {
        using var application = new ProfiledApplication(Model + Finish, Main);
        byte[] before = File.ReadAllBytes(application.Model);
        (int code, _, string error) = application.DlAot("profile", "Model.dll", "--", "dotnet", "App.dll", "2", "Relu", "oops");
        Assert.Equal(1, code);
        Assert.Contains("warning DLAOT1027", error);
        Assert.Equal("Net", Assert.Single(Profile.Read(application.At("Model.dlprofile")).Instances, i => i.Type == "Net").Type);
        Assert.Equal(before, File.ReadAllBytes(application.Model));

        Assert.Contains("error DLAOT1026", application.DlAot("profile", "Model.dll", "--", "no-such-program").Error);
        Assert.Contains("error DLAOT1026", application.DlAot("profile", "Model.dll").Error);
        Assert.Contains("error DLAOT1026", application.DlAot("profile", "--", "some-script").Error);
        Assert.Contains("error DLAOT1025", application.DlAot("profile", "Model.dll", "--", "dotnet", "--version").Error);
        Assert.Equal(before, File.ReadAllBytes(application.Model));

        // A run that was killed left the original aside.
        File.Move(application.Model, application.Model + ".dlaot-original");
        File.WriteAllText(application.Model, "");
        Assert.Equal(0, application.DlAot("profile", "Model.dll", "--", "dotnet", "App.dll", "2", "Relu", "1").Code);
        Assert.Equal(before, File.ReadAllBytes(application.Model));
    }
}
