using System.Collections.Immutable;
using System.Security.Cryptography;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Writes the drop-in: each compiled method becomes a stub (guards, native regions, library calls) with the original body beside it.
/// Everything else stays as it is: public surface, private members, attributes, resources, identity, debug information.
/// </summary>
public static class DropInWriter
{
    /// <summary>Rewrites the assembly in memory. The reader's model is changed: it can neither be lifted nor written again.</summary>
    /// <param name="methods">Methods with at least one version; others are left alone.</param>
    /// <returns>The files' contents. The same input gives the same bytes.</returns>
    /// <exception cref="CompilationException">DLAOT1013, the key file cannot be used; DLAOT1020, DlAot.Runtime was not found.</exception>
    public static DropInResult Write(AssemblyReader input, IReadOnlyList<CompiledMethod> methods, DropInOptions options)
    {
        byte[]? key = options.KeyFile is null ? null : ReadKey(options.KeyFile);
        var types = new TypeImporter(input.Assembly.MainModule);
        using RuntimeMembers runtime = OpenRuntime(types, options);
        var core = new CoreMembers(types);
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        var written = ImmutableArray.CreateBuilder<string>();
        try
        {
            var torch = new TorchMembers(types);
            var library = new LibraryClass(types, core, runtime, torch);
            var context = new DropInContext(input.World, types, core, runtime, torch, library);
            foreach (CompiledMethod method in methods.Where(m => !m.Versions.IsEmpty))
            {
                try
                {
                    WriteMethod(context, method);
                    written.Add(method.Lifted.Name);
                }
                catch (StubException e)
                {
                    diagnostics.Add(e.ToDiagnostic(method.Lifted.Name));
                }
            }

            library.Finish(options);
            AssemblyMarks.Write(input.Assembly, types, core, options.Version, library.TiedTo);
        }
        catch (StubException e)
        {
            throw new CompilationException(e.ToDiagnostic(""), e);
        }

        (byte[] assembly, byte[]? symbols) = Save(input.Assembly, key, options.KeyFile);
        return new DropInResult(assembly, symbols, written.ToImmutable(), diagnostics.ToImmutable());
    }

    // Versions are written before the method is touched: when one cannot be, the method stays as it was.
    private static void WriteMethod(DropInContext context, CompiledMethod compiled)
    {
        HashSet<string> taken = [.. compiled.Lifted.Method.DeclaringType.Methods.Select(m => m.Name)];
        string Name(string suffix)
        {
            string name = $"<{compiled.Lifted.Method.Name}>__{suffix}";
            for (int i = 2; !taken.Add(name); i++)
            {
                name = $"<{compiled.Lifted.Method.Name}>__{suffix}_{i}";
            }

            return name;
        }

        MethodDefinition?[] frozen = [.. compiled.Versions.Select((v, i) => v.Frozen is { } part ? new FrozenCode(context, part, Name($"frozen{i}")).Write() : null)];
        VersionOutcome[] versions = [.. compiled.Versions.Select((v, i) => new VersionCode(context, compiled.Lifted, v, Name($"compiled{i}"), frozen[i]).Write())];
        foreach (MethodDefinition kept in frozen.OfType<MethodDefinition>())
        {
            compiled.Lifted.Method.DeclaringType.Methods.Add(kept);
        }

        new StubCode(context, compiled.Lifted).Write(versions, Name("original"), Name("missed"));
    }

    private static (byte[] Assembly, byte[]? Symbols) Save(AssemblyDefinition assembly, byte[]? key, string? keyFile)
    {
        ModuleDefinition module = assembly.MainModule;
        var symbols = new MemoryStream();
        var parameters = new WriterParameters { DeterministicMvid = true, StrongNameKeyBlob = key };
        bool isEmbedded = module.SymbolReader is EmbeddedPortablePdbReader;
        if (module.SymbolReader is { } reader)
        {
            parameters.WriteSymbols = true;
            parameters.SymbolWriterProvider = isEmbedded ? new EmbeddedSymbols() : new PortablePdbWriterProvider();
            parameters.SymbolStream = isEmbedded ? null : symbols;
        }

        using var image = new MemoryStream();
        try
        {
            assembly.Write(image, parameters);
        }
        catch (Exception e) when (key is not null && e is CryptographicException or ArgumentException)
        {
            throw new CompilationException(Diagnostic.Of(Rules.KeyUnusable, Ir.SourceLocation.None, "", keyFile, e.Message), e);
        }

        return (image.ToArray(), module.HasSymbols && !isEmbedded ? symbols.ToArray() : null);
    }

    // Cecil's own asks for a file name, which it does not use; the image goes to memory.
    private sealed class EmbeddedSymbols : ISymbolWriterProvider
    {
        private readonly EmbeddedPortablePdbWriterProvider provider = new();

        public ISymbolWriter GetSymbolWriter(ModuleDefinition module, string fileName) => provider.GetSymbolWriter(module, module.Name);

        public ISymbolWriter GetSymbolWriter(ModuleDefinition module, Stream symbolStream) => provider.GetSymbolWriter(module, module.Name);
    }

    private static byte[] ReadKey(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CompilationException(Diagnostic.Of(Rules.KeyUnusable, Ir.SourceLocation.None, "", path, e.Message), e);
        }
    }

    private static RuntimeMembers OpenRuntime(TypeImporter types, DropInOptions options)
    {
        string path = options.RuntimeAssembly ?? Path.Combine(Path.GetDirectoryName(typeof(DropInWriter).Assembly.Location)!, "DlAot.Runtime.dll");
        return File.Exists(path) ? new RuntimeMembers(types, path) : throw new CompilationException(Rules.RuntimeMissing, "", path);
    }
}
