using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Reading;
using ICSharpCode.Decompiler;
using ICSharpCode.Decompiler.CSharp;
using ICSharpCode.Decompiler.TypeSystem;
using Microsoft.CodeAnalysis.Emit;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>What users see of a drop-in besides its results: surface, attributes, resources, symbols, identity.</summary>
public sealed class DropInWriterTests
{
    // The line numbers matter.
    private const string Source = """
        [assembly: System.Reflection.AssemblyMetadata("Owner", "someone")]
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Friend")]
        namespace Kept;
        [AttributeUsage(AttributeTargets.All)] public sealed class NoteAttribute(string text) : Attribute { public string Text => text; }
        public abstract class Root : Module<Tensor, Tensor>
        {
            protected Root(string name) : base(name) { }
            protected int calls;
            [Note("virtual")] public override Tensor forward(Tensor input) => input * 2;
        }
        /// A class with a bit of everything.
        public class Net : Root
        {
            private readonly Linear fc = Linear(4, 4);
            public event Action<int>? Changed;
            public int Size { get; private set; } = 4;
            public Net() : base("Net") { RegisterComponents(); }
            [Note("forward")] [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
            [return: Note("result")] public override Tensor forward([Note("argument")] Tensor input)
            {
                var doubled = base.forward(input);
                if (input.shape[1] != 4)
                {
                    try
                    {
                        throw new ArgumentException("four columns, please"); // line 26
                    }
                    finally
                    {
                        Changed?.Invoke(calls);
                    }
                }
                return fc.forward(doubled).relu();
            }
            public Tensor forward(Tensor input, Tensor other) => (input + other).tanh();
            private sealed class Hidden { internal int Secret = 1; }
        }
        """;

    // A signed assembly may name only signed friends.
    private static readonly string Unfriended = Source.Replace("[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Friend\")]", "");

    [Fact]
    public void ThePublicSurfaceIsUnchanged()
    {
        using var application = DropInApplication.Of(Source);
        Assert.Equal(Surface(application.OriginalPath), Surface(application.DropInPath));
        Assert.NotEmpty(application.Result.Methods);
    }

    [Fact]
    public void PrivateMembersStayPrivateAndTheOriginalBodyIsOneOfThem()
    {
        using var application = DropInApplication.Of(Source);
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var type in application.Original.GetTypes())
        {
            var same = application.DropIn.GetType(type.FullName!, throwOnError: true)!;
            Assert.Equal(type.Attributes, same.Attributes);
            Assert.Equal(type.GetFields(All).Select(f => (f.Name, f.Attributes)), same.GetFields(All).Select(f => (f.Name, f.Attributes)));
            Assert.Subset(same.GetMethods(All).Select(m => m.Name).ToHashSet(), type.GetMethods(All).Select(m => m.Name).ToHashSet());
        }

        var added = application.DropIn.GetType("Kept.Net")!.GetMethods(All).Where(m => m.Name.Contains("forward>__")).ToArray();
        Assert.All(added, m => Assert.True(m.IsPrivate));
        Assert.Equal(2, added.Count(m => m.Name.StartsWith("<forward>__original")));
    }

    [Fact]
    public void AttributesStay()
    {
        using var application = DropInApplication.Of(Source);
        var forward = application.DropIn.GetType("Kept.Net")!.GetMethod("forward", [typeof(Tensor)])!;
        string Note(ICustomAttributeProvider member) => (string)((dynamic)Assert.Single(member.GetCustomAttributes(false), a => a.GetType().Name == "NoteAttribute")).Text;
        Assert.Equal("forward", Note(forward));
        Assert.Equal("argument", Note(forward.GetParameters()[0]));
        Assert.Equal("result", Note(forward.ReturnParameter));
        Assert.True(forward.IsVirtual);
        Assert.Equal(MethodImplAttributes.NoInlining, forward.MethodImplementationFlags);
        var metadata = application.DropIn.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(a => a.Key, a => a.Value);
        Assert.Equal("someone", metadata["Owner"]);
        Assert.Equal("0.1.0-test", metadata["DlAot"]);
        Assert.Equal("Friend", application.DropIn.GetCustomAttribute<System.Runtime.CompilerServices.InternalsVisibleToAttribute>()!.AssemblyName);
    }

    [Fact]
    public void ResourcesStay()
    {
        using var application = DropInApplication.Of(Source, options: new(Resources: new Dictionary<string, string> { ["words.txt"] = "one two" }));
        using var reader = new StreamReader(application.DropIn.GetManifestResourceStream("words.txt")!);
        Assert.Equal("one two", reader.ReadToEnd());
    }

    [Theory]
    [InlineData(DebugInformationFormat.PortablePdb)]
    [InlineData(DebugInformationFormat.Embedded)]
    public void StackTracesNameTheUsersLines(DebugInformationFormat format)
    {
        using var application = DropInApplication.Of(Source, options: new(Symbols: format));
        Assert.Equal(format == DebugInformationFormat.PortablePdb, application.Result.Symbols is not null);
        var (original, dropIn) = application.Make("Kept.Net");
        using var x = rand(2, 5);
        Exception expected = Assert.Throws<ArgumentException>(() => (Tensor)original.forward(x)), actual = Assert.Throws<ArgumentException>(() => (Tensor)dropIn.forward(x));
        Assert.Equal(expected.Message, actual.Message);
        var frames = new StackTrace(actual, fNeedFileInfo: true).GetFrames().Where(f => f.GetMethod()!.DeclaringType!.Name == "Net").ToArray();
        Assert.Equal(("<forward>__original", "/src/Model.cs", 26), (frames[0].GetMethod()!.Name, frames[0].GetFileName(), frames[0].GetFileLineNumber()));
        Assert.Equal(("forward", "/src/Model.cs", 21), (frames[1].GetMethod()!.Name, frames[1].GetFileName(), frames[1].GetFileLineNumber()));
        Assert.Equal(2, frames.Length);
    }

    [Fact]
    public void LocalsKeepTheirNames()
    {
        using var application = DropInApplication.Of(Source);
        using var assembly = Mono.Cecil.AssemblyDefinition.ReadAssembly(application.DropInPath, new() { ReadSymbols = true });
        var moved = assembly.MainModule.GetType("Kept.Net").Methods.First(m => m.Name == "<forward>__original" && m.Parameters.Count == 1);
        Assert.Contains("doubled", moved.DebugInformation.Scope.GetAllVariables());
    }

    [Fact]
    public void WithoutSymbolsNoneAreWritten()
    {
        var folder = Directory.CreateTempSubdirectory("dlaot-nopdb-");
        try
        {
            var path = new DropInSource().Compile(Source, folder.FullName);
            File.Delete(Path.ChangeExtension(path, ".pdb"));
            using var application = DropInApplication.OfAssembly(path);
            Assert.Null(application.Result.Symbols);
            using Tensor y = application.Make("Kept.Net").DropIn.forward(rand(2, 4));
            Assert.Equal([2, 4], y.shape);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void BaseCallsMeanWhatTheyMeant()
    {
        using var application = DropInApplication.Of(Source);
        var (original, dropIn) = application.Make("Kept.Net");
        using var x = rand(2, 4); // the parameters need gradients: the original runs
        using Tensor expected = original.forward(x), actual = dropIn.forward(x);
        Assert.True(actual.requires_grad);
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        using var off = no_grad();
        using Tensor compiled = application.Compiled<Tensor>("Kept.Net.forward", () => dropIn.forward(x));
        Assert.InRange((expected - compiled).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void TheSameInputGivesTheSameBytes()
    {
        foreach (var format in new[] { DebugInformationFormat.PortablePdb, DebugInformationFormat.Embedded })
        {
            DropInApplication.FixedBuildId = 7;
            using DropInApplication first = DropInApplication.Of(Source, options: new(Symbols: format)), second = DropInApplication.Of(Source, options: new(Symbols: format));
            DropInApplication.FixedBuildId = null;
            Assert.Equal(first.Result.Assembly, second.Result.Assembly);
            Assert.Equal(first.Result.Symbols, second.Result.Symbols);
        }
    }

    [Fact]
    public void AnotherPlanIsAnotherModule()
    {
        using DropInApplication first = DropInApplication.Of(Source), second = DropInApplication.Of(Source.Replace("relu()", "tanh()"));
        Assert.NotEqual(first.DropIn.ManifestModule.ModuleVersionId, second.DropIn.ManifestModule.ModuleVersionId);
        Assert.NotEqual(first.Original.ManifestModule.ModuleVersionId, first.DropIn.ManifestModule.ModuleVersionId);
    }

    [Fact]
    public void ADropInIsNotCompiledAgain()
    {
        using var application = DropInApplication.Of(Source);
        var e = Assert.Throws<CompilationException>(() => AssemblyReader.Open(application.DropInPath, [AppContext.BaseDirectory]));
        Assert.Equal("DLAOT1006", e.Diagnostic.Rule.Code);
    }

    [Fact]
    public void ASignedAssemblyKeepsItsIdentityAndReachesItsPrivateMembers()
    {
        using var key = new KeyFile();
        using var application = DropInApplication.Of(Unfriended, options: new(KeyFile: key.Path));
        Assert.Equal(application.Original.FullName, application.DropIn.FullName);
        Assert.NotEmpty(application.DropIn.GetName().GetPublicKeyToken()!);
        using var off = no_grad();
        var (_, dropIn) = application.Make("Kept.Net");
        using var x = rand(2, 4);
        using Tensor y = application.Compiled<Tensor>("Kept.Net.forward", () => dropIn.forward(x));
    }

    [Fact]
    public void AKeyFileSigns()
    {
        using var key = new KeyFile();
        using DropInApplication unsigned = DropInApplication.Of(Unfriended, options: new(KeyFile: key.Path)), signed = DropInApplication.Of(Unfriended, options: new(KeyFile: key.Path), keyFile: key.Path);
        Assert.Equal(unsigned.DropIn.FullName, signed.DropIn.FullName);
        Assert.True(Signature(unsigned.DropInPath).All(b => b == 0));
        Assert.Contains(Signature(signed.DropInPath), b => b != 0);
    }

    [Fact]
    public void AKeyFileThatIsNoneIsRefused()
    {
        var file = Path.GetTempFileName();
        try
        {
            foreach (var path in new[] { file, file + ".missing" })
            {
                var e = Assert.Throws<CompilationException>(() => DropInApplication.Of(Source, keyFile: path));
                Assert.Equal("DLAOT1013", e.Diagnostic.Rule.Code);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void WithoutTheRuntimeNothingIsWritten()
    {
        var folder = Directory.CreateTempSubdirectory("dlaot-noruntime-");
        try
        {
            using var reader = AssemblyReader.Open(new DropInSource().Compile(Source, folder.FullName), [AppContext.BaseDirectory]);
            var e = Assert.Throws<CompilationException>(() => DropInWriter.Write(reader, [], new("x", 1, 0, "1", RuntimeAssembly: "/nowhere/DlAot.Runtime.dll")));
            Assert.Equal("DLAOT1020", e.Diagnostic.Rule.Code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void AMethodThatCannotBeWrittenStaysAsItWas()
    {
        using var application = DropInApplication.Of(Source, edit: m => m.Lifted.Method.DeclaringType.Name != "Net" ? m : m with
        {
            Versions = [.. m.Versions.Select(v => v with { Lifted = v.Lifted with { Inputs = [.. v.Lifted.Inputs.Select(_ => (Compiler.Lifting.Access)new Odd(m.Lifted.Method.DeclaringType))] } })],
        });
        Assert.Contains(application.Result.Diagnostics, d => d.Rule == Rules.StubNotWritten && d.Subject == "Kept.Net.forward");
        Assert.DoesNotContain("Kept.Net.forward", application.Result.Methods);
        using Tensor y = application.Make("Kept.Net").DropIn.forward(rand(2, 4));
        Assert.DoesNotContain(application.DropIn.GetType("Kept.Net")!.GetMethods(BindingFlags.NonPublic | BindingFlags.Instance), m => m.Name.Contains("__"));
    }

    private sealed record Odd(Mono.Cecil.TypeReference Kind) : Compiler.Lifting.Access(Kind);

    // Every public and protected declaration, without bodies.
    private static string Surface(string path)
    {
        var decompiler = new CSharpDecompiler(path, new DecompilerSettings { DecompileMemberBodies = false, ThrowOnAssemblyResolveErrors = false });
        var types = decompiler.TypeSystem.MainModule.TypeDefinitions.Where(t => t.EffectiveAccessibility() is Accessibility.Public or Accessibility.Protected).OrderBy(t => t.FullName, StringComparer.Ordinal);
        var text = string.Join("\n", types.Select(t => decompiler.DecompileTypeAsString(t.FullTypeName)));
        return Regex.Replace(text, @"(?m)^\s*(\[CompilerGenerated\]\s*)?(private|internal)( \w+)* [^\n]*<forward>__[^\n]*\n", "");
    }

    private static byte[] Signature(string path)
    {
        using var file = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(path));
        var directory = file.PEHeaders.CorHeader!.StrongNameSignatureDirectory;
        Assert.NotEqual(0, directory.Size);
        return [.. file.GetSectionData(directory.RelativeVirtualAddress).GetContent(0, directory.Size)];
    }

    /// <summary>A fresh key pair as a file.</summary>
    private sealed class KeyFile : IDisposable
    {
        public KeyFile()
        {
            using var rsa = new RSACryptoServiceProvider(1024);
            File.WriteAllBytes(Path, rsa.ExportCspBlob(includePrivateParameters: true));
        }

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}

internal static class ScopeExtensions
{
    public static IEnumerable<string> GetAllVariables(this Mono.Cecil.Cil.ScopeDebugInformation scope) =>
        scope.Variables.Select(v => v.Name).Concat(scope.Scopes.SelectMany(GetAllVariables));
}
