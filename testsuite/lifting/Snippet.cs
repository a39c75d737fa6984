using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace DlAot.Tests.Lifting;

/// <summary>Compiles C# to an assembly on disk, with a PDB, the way a user's project would, and lifts it.</summary>
internal static class Snippet
{
    private const string Usings = """
        using System; using System.Collections.Generic; using System.Linq;
        using TorchSharp; using TorchSharp.Modules;
        using static TorchSharp.torch; using static TorchSharp.torch.nn;

        """;

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(f => Path.GetFileName(f) is var n && (n.StartsWith("System.", StringComparison.Ordinal) || n is "Microsoft.CSharp.dll" or "netstandard.dll" or "mscorlib.dll" or "TorchSharp.dll" or "DlAot.Annotations.dll"))
            .Select(f => MetadataReference.CreateFromFile(f)),
    ]);

    /// <summary>The path of the compiled assembly, in a new folder beside copies of nothing: references come from the test's own folder.</summary>
    public static string Compile(string source, string name = "Snippet", OptimizationLevel level = OptimizationLevel.Release, string? folder = null, IEnumerable<string>? references = null, bool isProgram = false)
    {
        folder ??= Directory.CreateTempSubdirectory("dlaot-snippet-").FullName;
        string path = Path.Combine(folder, name + ".dll");
        CSharpCompilation compilation = Parse(source, name, level, references, isProgram);
        using FileStream pe = File.Create(path), pdb = File.Create(Path.ChangeExtension(path, ".pdb"));
        EmitResult result = compilation.Emit(pe, pdb, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        Assert.True(result.Success, string.Join(Environment.NewLine, result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        return path;
    }

    /// <summary>The C# compiler's view of the source.</summary>
    public static CSharpCompilation Parse(string source, string name = "Snippet", OptimizationLevel level = OptimizationLevel.Release, IEnumerable<string>? references = null, bool isProgram = false)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(Usings + "#line 1 \"Snippet.cs\"\n" + source, new CSharpParseOptions(LanguageVersion.Latest), "Snippet.cs", System.Text.Encoding.UTF8);
        return CSharpCompilation.Create(
            name, [tree], [.. References.Value, .. (references ?? []).Select(r => MetadataReference.CreateFromFile(r))], new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, optimizationLevel: level, allowUnsafe: true, deterministic: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>Lifts the forward method of class Net.</summary>
    public static LiftedMethod Lift(string source, OptimizationLevel level = OptimizationLevel.Release, LiftOptions? options = null)
    {
        string path = Compile(source, level: level);
        try
        {
            using AssemblyReader reader = AssemblyReader.Open(path, [AppContext.BaseDirectory]);
            var lifter = new Lifter(reader.World, options ?? new LiftOptions(MaxVersions: 1));
            return lifter.Lift(lifter.Candidates().Single(m => m.DeclaringType.Name == "Net"));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    /// <summary>A module with a constructor body, fields and a forward body.</summary>
    public static string Net(string forward, string fields = "", string constructor = "", string parameters = "Tensor x", string more = "", string result = "Tensor") => $$"""
        public class Net : Module<{{string.Join(",", parameters.Split(',').Select(p => p.Trim().Split(' ')[0]))}},{{result}}> {
        {{fields}}
        public Net() : base("Net") { {{constructor}} RegisterComponents(); }
        public override {{result}} forward({{parameters}}) {
        {{forward}}
        }
        {{more}}
        }
        """;

    /// <summary>Names of the ops of the first version, in order.</summary>
    public static string Ops(LiftedMethod lifted)
    {
        Assert.True(lifted.IsWhole, string.Join(Environment.NewLine, lifted.Diagnostics));
        return string.Join(" ", lifted.Versions[0].Graph.Nodes.Select(n => n.Op.Name));
    }

    /// <summary>Debug and Release code of the form has the same ops.</summary>
    public static void LiftsAlike(string form, string source, string expected)
    {
        Assert.NotEmpty(form);
        Assert.Equal(expected, Ops(Lift(source)));
        Assert.Equal(expected, Ops(Lift(source, OptimizationLevel.Debug)));
    }

    /// <summary>The result types of the first version.</summary>
    public static string Results(LiftedMethod lifted)
    {
        Assert.True(lifted.IsWhole, string.Join(Environment.NewLine, lifted.Diagnostics));
        return string.Join(" ", lifted.Versions[0].Graph.Outputs.Select(o => o.Type));
    }
}
