using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.Tests.DropIn;

/// <summary>How a test's C# is compiled.</summary>
internal sealed record DropInSource(
    string Name = "Model", DebugInformationFormat Symbols = DebugInformationFormat.PortablePdb, string? KeyFile = null, bool PublicSign = false, IReadOnlyDictionary<string, string>? Resources = null,
    OptimizationLevel Level = OptimizationLevel.Release)
{
    private const string Usings = "using System; using System.Collections.Generic; using TorchSharp; using TorchSharp.Modules; using static TorchSharp.torch; using static TorchSharp.torch.nn;";

    /// <returns>The assembly's path; its PDB lies beside it. Lines are counted from the first of the source.</returns>
    public string Compile(string source, string folder)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is "System.Runtime.dll" or "System.Collections.dll" or "System.Linq.dll" or "System.Linq.Expressions.dll" or "Microsoft.CSharp.dll" or "System.Private.CoreLib.dll" or "System.Console.dll" or "netstandard.dll" or "TorchSharp.dll" or "DlAot.Annotations.dll")
            .Select(p => MetadataReference.CreateFromFile(p));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: Level, deterministic: true, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable,
            cryptoKeyFile: KeyFile, publicSign: PublicSign, strongNameProvider: KeyFile is null ? null : new DesktopStrongNameProvider());
        var tree = CSharpSyntaxTree.ParseText(SourceText.From($"{Usings}\n#line 1\n{source}", Encoding.UTF8), path: "/src/Model.cs");
        var compilation = CSharpCompilation.Create(Name, [tree], references, options);
        var path = Path.Combine(folder, Name + ".dll");
        using var image = File.Create(path);
        using var symbols = Symbols == DebugInformationFormat.PortablePdb ? File.Create(Path.ChangeExtension(path, ".pdb")) : null;
        var resources = Resources?.Select(r => new ResourceDescription(r.Key, () => new MemoryStream(Encoding.UTF8.GetBytes(r.Value)), isPublic: true));
        var result = compilation.Emit(image, symbols, manifestResources: resources, options: new EmitOptions(debugInformationFormat: Symbols));
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return path;
    }
}
