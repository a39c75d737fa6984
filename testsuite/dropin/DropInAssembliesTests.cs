using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using DlAot.Tests.Lifting;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Assemblies of one application: each is compiled with what the others tell, and compiled code holds for the builds it was made of.</summary>
public sealed class DropInAssembliesTests(DropInAssembliesTests.Together together) : IClassFixture<DropInAssembliesTests.Together>, IDisposable
{
    // Nothing in the library tells what its modules are made with.
    private const string Library = """
        namespace Layers;
        public class Encoder : Module<Tensor, Tensor>
        {
            private readonly ModuleList<Linear> layers = new();
            private readonly Module<Tensor, Tensor> activation;
            private readonly double scale;
            private int calls;
            public Encoder(Module<Tensor, Tensor> activation, int width, int depth, double scale) : base("encoder")
            {
                this.activation = activation;
                this.scale = scale;
                for (var i = 0; i < depth; i++) layers.Add(Linear(width, width));
                RegisterComponents();
            }
            public int Calls => calls;
            public override Tensor forward(Tensor x) { calls++; foreach (var l in layers) x = activation.call(l.call(x)) * scale; return x; }
        }
        public static class Functions { internal static double offset = 0.5; public static Tensor Shifted(Tensor x) => x.exp() + offset; }
        """;

    private const string Application = """
        namespace App;
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Layers.Encoder encoder = new(GELU(), 8, 3, 0.25);
            private readonly Linear head = Linear(8, 2);
            public Net() : base("net") { RegisterComponents(); }
            public override Tensor forward(Tensor x) => head.call(encoder.call(x)).relu();
            public Layers.Encoder Encoder => encoder;
        }
        public class Plain : Module<Tensor, Tensor> { public Plain() : base("plain") { } public override Tensor forward(Tensor x) => x.exp() * 2; }
        public class Shift : Module<Tensor, Tensor> { public Shift() : base("shift") { } public override Tensor forward(Tensor x) => Layers.Functions.Shifted(x) * 3; }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-assemblies-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void EachIsWholeThanksToTheOther()
    {
        var methods = together.Methods;
        Assert.All(methods.Values, m => Assert.False(m.Versions.IsEmpty, $"{m.Lifted.Name}: {string.Join("; ", m.Lifted.Diagnostics)}"));
        Assert.Equal(["App.Net.forward", "App.Plain.forward", "App.Shift.forward", "Layers.Encoder.forward", "Layers.Functions.Shifted"], methods.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["Layers"], methods["App.Net.forward"].Versions[0].Lifted.Ties.Select(t => t.Name));
        Assert.Empty(methods["App.Plain.forward"].Versions[0].Lifted.Ties);
        Assert.Empty(methods["Layers.Encoder.forward"].Versions[0].Lifted.Ties);
    }

    [Fact]
    public void BothDropInsRunInOneProcess()
    {
        var (original, dropIn) = (new Folder(together.Input), new Folder(together.Output));
        AssertRuns(original, dropIn, "App.Net", "App.Net.forward", null);
        AssertRuns(original, dropIn, "App.Shift", "App.Shift.forward", null);
        dynamic net = dropIn.Make("App", "App.Net");
        using var off = no_grad();
        Assert.Equal(0, Misses("Layers.Encoder.forward"));
        Tensor inner = net.Encoder.forward(randn(4, 8));
        Assert.Equal(0, Misses("Layers.Encoder.forward"));
        Assert.Equal(1, net.Encoder.Calls);
        net.forward(randn(4, 8));
        Assert.Equal(2, net.Encoder.Calls);
    }

    [Fact]
    public void TheOriginalLibraryIsTheSameBuildAsItsDropIn()
    {
        string output = CopyOf(together.Output);
        Copy(Path.Combine(together.Input, "Layers.dll"), Path.Combine(output, "Layers.dll"));
        AssertRuns(new Folder(together.Input), new Folder(output), "App.Net", "App.Net.forward", null);
    }

    [Fact]
    public void AReplacedLibraryRunsTheOriginal()
    {
        string output = CopyOf(together.Output);

        // Other code, and a private field less: compiled code that names it must not even be touched.
        string other = Source(Path.Combine(folder, "other"), Library.Replace("* scale", "* 2").Replace("private readonly double scale;", "").Replace("this.scale = scale;", "").Replace("offset = 0.5", "offset2 = 0.75").Replace("+ offset", "+ offset2"));
        Copy(Path.Combine(other, "Layers.dll"), Path.Combine(output, "Layers.dll"));
        var (original, dropIn) = (new Folder(other), new Folder(output));
        const string Reason = "Layers is another build than the one whose code was compiled in";
        AssertRuns(original, dropIn, "App.Net", "App.Net.forward", Reason);
        AssertRuns(original, dropIn, "App.Shift", "App.Shift.forward", Reason);
        AssertRuns(original, dropIn, "App.Plain", "App.Plain.forward", null);
    }

    [Fact]
    public void ADropInAmongTheReferencesIsReadAsItsOriginal()
    {
        string separate = CopyOf(together.Output);
        Copy(Path.Combine(together.Input, "App.dll"), Path.Combine(separate, "App.dll"));
        var methods = Compile(Path.Combine(folder, "out"), Path.Combine(separate, "App.dll"));
        Assert.False(methods["App.Net.forward"].Versions.IsEmpty, string.Join("; ", methods["App.Net.forward"].Lifted.Diagnostics));
        Copy(Path.Combine(separate, "Layers.dll"), Path.Combine(folder, "out", "Layers.dll"));
        AssertRuns(new Folder(together.Input), new Folder(Path.Combine(folder, "out")), "App.Net", "App.Net.forward", null);
    }

    [Fact]
    public void AnotherTorchSharpDisablesTheAssembly()
    {
        var loaded = Runtime.CompiledLibrary.Load(typeof(DropInAssembliesTests), typeof(Tensor), "none", 1, 1, "0.1");
        Assert.False(loaded.Enabled);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
    }

    private string CopyOf(string from)
    {
        string to = Path.Combine(folder, "copy");
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        return to;
    }

    private static string Source(string folder, string library = Library)
    {
        Directory.CreateDirectory(folder);
        Snippet.Compile(Application, "App", folder: folder, references: [Snippet.Compile(library, "Layers", folder: folder)]);
        return folder;
    }

    // As the command does: a file, or all of a folder.
    private static Dictionary<string, CompiledMethod> Compile(string output, string input)
    {
        var inputs = ApplicationInputs.Find([input]);
        var files = new Dictionary<string, byte[]>();
        var methods = new Dictionary<string, CompiledMethod>();
        foreach (var options in ApplicationInputs.Each(inputs, i => new CompileOptions { Input = i, References = [AppContext.BaseDirectory] }))
        {
            using var compilation = Compilation.Open(options);
            foreach (var (name, content) in compilation.Build())
                files[name] = content;
            foreach (var method in compilation.Methods)
                methods.Add(method.Lifted.Name, method);
            Assert.Equal(compilation.Methods.Where(m => !m.Versions.IsEmpty).Select(m => m.Lifted.Name), compilation.Written);
        }

        OutputFolder.Write(output, inputs[0], files);
        File.Delete(Path.Combine(output, "DlAot.Runtime.dll")); // the test's own counts the calls
        return methods;
    }

    private static long Misses(string method) => DropInApplication.Misses(method).Values.Sum();

    // Equal results, compiled or with the reason for which the original ran.
    private static void AssertRuns(Folder original, Folder dropIn, string type, string method, string? reason)
    {
        using var off = no_grad();
        dynamic expecting = original.Make("App", type), net = dropIn.Make("App", type);
        net.load_state_dict(expecting.state_dict());
        var x = randn(4, 8);
        Tensor expected = expecting.forward(x);
        var before = DropInApplication.Misses(method);
        Tensor actual = net.forward(x);
        var counted = DropInApplication.Misses(method).Where(m => m.Value != before.GetValueOrDefault(m.Key)).Select(m => m.Key).ToArray();
        Assert.Equal(reason is null ? [] : [reason], counted);
        Assert.True((bool)dropIn.LoadFromAssemblyName(new AssemblyName("App")).GetType("<DlAot>Library")!.GetField("Enabled", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!);
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5);
    }

    // The assemblies of a folder, and all others as the test has them.
    private sealed class Folder(string path) : AssemblyLoadContext
    {
        public object Make(string assembly, string type) => Activator.CreateInstance(LoadFromAssemblyName(new AssemblyName(assembly)).GetType(type, throwOnError: true)!)!;

        protected override Assembly? Load(AssemblyName assemblyName) =>
            Path.Combine(path, assemblyName.Name + ".dll") is var file && File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    /// <summary>Both assemblies and their drop-ins, compiled together.</summary>
    public sealed class Together : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("dlaot-together-").FullName;

        public Together()
        {
            (Input, Output) = (Source(Path.Combine(_folder, "in")), Path.Combine(_folder, "out"));
            Methods = Compile(Output, Input);
        }

        public string Input { get; }

        public string Output { get; }

        internal Dictionary<string, CompiledMethod> Methods { get; }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
