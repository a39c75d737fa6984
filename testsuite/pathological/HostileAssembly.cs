using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using DlAot.Tests.Lifting;
using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.Pathological;

/// <summary>An assembly with one harmless module, <c>Fine</c>, and another one, <c>Net</c>, that a test makes as hostile as it likes.</summary>
internal sealed class HostileAssembly : IDisposable
{
    /// <summary>What lifting and planning a method may take, in seconds of processor time: three times what it should on an idle machine.</summary>
    private const double SecondsPerMethod = 6;

    private const long BytesPerMethod = 6L << 30; // allocated in all, not at once

    private const string Skeleton = """
        public class Fine : Module<Tensor, Tensor> { private readonly Linear l = Linear(4, 4); public Fine() : base("fine") { RegisterComponents(); } public override Tensor forward(Tensor x) => l.call(x).relu(); }
        public class Net : Module<Tensor, Tensor>
        {
            public int n = 3; public bool b; public Tensor? t; public static int Seed = 1;
            public Net() : base("net") { }
            public override Tensor forward(Tensor x) => x.relu();
            public Tensor Other(Tensor x) => x.exp();
            public static Tensor Twice(Tensor x) => x + x;
        }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-hostile-").FullName;

    private HostileAssembly(string source) => Input = Snippet.Compile(source, "Hostile", folder: Directory.CreateDirectory(Path.Combine(folder, "in")).FullName);

    public string Input { get; }

    /// <summary>C# in place of the skeleton's Net.</summary>
    public static HostileAssembly Of(string source) => new(Skeleton[..Skeleton.IndexOf("public class Net", StringComparison.Ordinal)] + source);

    /// <summary>IL in place of the body of Net.forward.</summary>
    public static HostileAssembly Of(Action<HostileBody> write)
    {
        var made = new HostileAssembly(Skeleton);
        made.Edit(module =>
        {
            MethodDefinition forward = module.GetType("Net").Methods.Single(m => m.Name == "forward");
            forward.Body = new Mono.Cecil.Cil.MethodBody(forward) { InitLocals = true };
            write(new HostileBody(module, forward));
        });
        return made;
    }

    /// <summary>Changes the assembly as a whole.</summary>
    public void Edit(Action<ModuleDefinition> change)
    {
        byte[] bytes = File.ReadAllBytes(Input);
        using (AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(new MemoryStream(bytes)))
        {
            change(assembly.MainModule);
            assembly.Write(Input);
        }

        File.Delete(Path.ChangeExtension(Input, ".pdb")); // it fits no more
    }

    /// <summary>Compiles it within bounds; what was not compiled has a coded reason with a place, and the harmless module is compiled.</summary>
    /// <param name="codes">One of these must be the reason for Net.forward; none when it must be compiled.</param>
    public void Compile(params string[] codes)
    {
        CompiledMethod net = CompileBounded();
        Assert.True(codes.Length == 0 ? !net.Versions.IsEmpty : net.Versions.IsEmpty && codes.Contains(net.Lifted.Diagnostics[0].Rule.Code), $"{net.Versions.Length} versions; {string.Join("; ", net.Lifted.Diagnostics)}");
    }

    /// <summary>The same, where compiling it is as good.</summary>
    public void CompileEither(params string[] codes)
    {
        CompiledMethod net = CompileBounded();
        Assert.True(!net.Versions.IsEmpty || codes.Contains(net.Lifted.Diagnostics[0].Rule.Code), string.Join("; ", net.Lifted.Diagnostics));
    }

    /// <summary>Compiles it within bounds, whatever comes of Net.forward: a reason with a code is enough.</summary>
    public void CompileAnyhow() => CompileBounded();

    private CompiledMethod CompileBounded()
    {
        using Compilation compilation = Compilation.Open(new CompileOptions { Input = Input, References = [AppContext.BaseDirectory] });
        using var process = Process.GetCurrentProcess();
        (TimeSpan before, long allocated) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes());
        compilation.Plan();
        process.Refresh();
        double seconds = (process.TotalProcessorTime - before).TotalSeconds / compilation.Methods.Length;
        long bytes = (GC.GetTotalAllocatedBytes() - allocated) / compilation.Methods.Length;
        Assert.True(seconds < SecondsPerMethod, $"{seconds:F1} s a method");
        Assert.True(bytes < BytesPerMethod, $"{bytes >> 20} MiB a method");
        foreach (CompiledMethod method in compilation.Methods.Where(m => m.Versions.IsEmpty && !m.Lifted.IsTrivial))
        {
            var reason = Assert.Single(method.Lifted.Diagnostics);
            Assert.Matches(@"^DLAOT\d{4}$", reason.Rule.Code);
            Assert.NotEqual("DLAOT2099", reason.Rule.Code);
            Assert.Matches(@"(\.cs\(\d+,\d+\)|IL_[0-9a-fA-F]+)", reason.Location.ToString());
        }

        CompiledMethod net = compilation.Methods.Single(m => m.Lifted.Name == "Net.forward");
        Assert.False(compilation.Methods.Single(m => m.Lifted.Name == "Fine.forward").Versions.IsEmpty);
        foreach ((string name, byte[] content) in compilation.Build())
        {
            if (name != "DlAot.Runtime.dll")
            {
                string path = Path.Combine(folder, "out", name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
            }
        }

        Assert.Contains("Fine.forward", compilation.Written);
        return net;
    }

    /// <summary>Original and drop-in do the same, be it to throw.</summary>
    public void AssertRunsAlike(string type = "Net")
    {
        using var off = no_grad();
        var x = linspace(-1, 1, 16, dtype: float32).reshape(4, 4);
        (Tensor? expected, string? thrown) = Call(Input, type, x);
        (Tensor? actual, string? thrownToo) = Call(Path.Combine(folder, "out", "Hostile.dll"), type, x);
        Assert.Equal(thrown, thrownToo);
        if (expected is not null)
        {
            Assert.Equal(expected.shape, actual!.shape);
            Assert.InRange((expected - actual).abs().nan_to_num().max().item<float>(), 0, 1e-5);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static (Tensor? Result, string? Thrown) Call(string path, string type, Tensor x)
    {
        Assembly assembly = new AssemblyLoadContext(path).LoadFromAssemblyPath(path);
        try
        {
            dynamic net = Activator.CreateInstance(assembly.GetType(type, throwOnError: true)!)!;
            return (net.forward(x), null);
        }
        catch (Exception e)
        {
            return (null, (e is TargetInvocationException { InnerException: { } inner } ? inner : e).GetType().Name);
        }
    }
}

/// <summary>The body that a test writes.</summary>
internal sealed class HostileBody(ModuleDefinition module, MethodDefinition method)
{
    public ModuleDefinition Module { get; } = module;

    public MethodDefinition Method { get; } = method;

    public ILProcessor Il { get; } = method.Body.GetILProcessor();

    public MethodReference Relu { get; } = module.ImportReference(typeof(Tensor).GetMethod(nameof(Tensor.relu), [])!);

    public MethodReference Add { get; } = module.ImportReference(typeof(Tensor).GetMethod("op_Addition", [typeof(Tensor), typeof(Tensor)])!);

    public MethodReference Size { get; } = module.ImportReference(typeof(Tensor).GetMethod(nameof(Tensor.size), [typeof(int)])!);

    public FieldReference Field(string name) => Module.GetType("Net").Fields.Single(f => f.Name == name);

    public VariableDefinition Local(TypeReference type)
    {
        var local = new VariableDefinition(type);
        Method.Body.Variables.Add(local);
        return local;
    }

    public Instruction Label() => Il.Create(OpCodes.Nop);

    /// <summary><c>return x.relu();</c></summary>
    public void Return()
    {
        Il.Emit(OpCodes.Ldarg_1);
        Il.Emit(OpCodes.Callvirt, Relu);
        Il.Emit(OpCodes.Ret);
    }
}
