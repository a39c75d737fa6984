using DlAot.Compiler.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Reading;

/// <summary>Opens an assembly with its symbols and references; every way in which that can fail is a coded error.</summary>
public sealed class AssemblyReader : IDisposable
{
    private readonly ReferenceResolver resolver;

    private AssemblyReader(string path, AssemblyDefinition assembly, ReferenceResolver resolver)
    {
        Path = path;
        Assembly = assembly;
        this.resolver = resolver;
        resolver.Add(assembly);
        World = new World(assembly, name => [.. resolver.FindUsers(name).Select(a => a.MainModule)], resolver.IsShared);
    }

    public string Path { get; }

    public AssemblyDefinition Assembly { get; }

    public World World { get; }

    /// <param name="path">The assembly.</param>
    /// <param name="references">Folders or files that hold what it references, besides its own folder and the shared framework.</param>
    /// <exception cref="CompilationException">DLAOT1001 to 1006.</exception>
    public static AssemblyReader Open(string path, IEnumerable<string> references)
    {
        if (!File.Exists(path))
        {
            throw new CompilationException(Rules.NotFound, "", path);
        }

        var resolver = new ReferenceResolver([System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, .. references]);
        AssemblyDefinition assembly = Read(path, resolver);
        try
        {
            Check(path, assembly, resolver);
        }
        catch (Exception e)
        {
            assembly.Dispose();
            resolver.Dispose();
            if (e is CompilationException)
            {
                throw;
            }

            throw new CompilationException(Diagnostic.Of(Rules.Truncated, Ir.SourceLocation.None, "", path, $"{e.GetType().Name}: {e.Message}"), e);
        }

        return new AssemblyReader(path, assembly, resolver);
    }

    public void Dispose()
    {
        Assembly.Dispose();
        resolver.Dispose();
    }

    private static AssemblyDefinition Read(string path, ReferenceResolver resolver)
    {
        try
        {
            // In memory, so that the file is not held open.
            return AssemblyDefinition.ReadAssembly(path, new ReaderParameters
            {
                AssemblyResolver = resolver,
                InMemory = true,
                ReadSymbols = true,
                SymbolReaderProvider = new DefaultSymbolReaderProvider(throwIfNoSymbol: false),
                ThrowIfSymbolsAreNotMatching = false,
            });
        }
        catch (BadImageFormatException e)
        {
            throw new CompilationException(NotDotNet(path, e), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CompilationException(Diagnostic.Of(Rules.Truncated, Ir.SourceLocation.None, "", path, e.Message), e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Cecil meets damaged tables with whatever exception the damage leads to.
            throw new CompilationException(Diagnostic.Of(Rules.Truncated, Ir.SourceLocation.None, "", path, $"{e.GetType().Name}: {e.Message}"), e);
        }
    }

    private static Diagnostic NotDotNet(string path, BadImageFormatException e)
    {
        byte[] head = new byte[4];
        using FileStream file = File.OpenRead(path);
        int read = file.ReadAtLeast(head, 4, throwOnEndOfStream: false);
        string what = read == 0 ? "it is empty"
            : head is [0x7f, (byte)'E', (byte)'L', (byte)'F'] ? "it is a native ELF library"
            : head is [(byte)'M', (byte)'Z', ..] ? "it is a native or damaged Windows file"
            : "it has no PE header";
        return Diagnostic.Of(Rules.NotAnAssembly, Ir.SourceLocation.None, "", path, what == "" ? e.Message : what);
    }

    private static void Check(string path, AssemblyDefinition assembly, ReferenceResolver resolver)
    {
        ModuleDefinition module = assembly.MainModule;
        if (!module.Attributes.HasFlag(ModuleAttributes.ILOnly))
        {
            throw new CompilationException(Rules.MixedMode, "", path);
        }

        if (DropInOrigin.IsDropIn(assembly))
        {
            throw new CompilationException(Rules.AlreadyCompiled, "", path);
        }

        // Only references that the lifting needs must be there.
        foreach (AssemblyNameReference reference in module.AssemblyReferences.Where(r => r.Name is "TorchSharp" or "System.Runtime"))
        {
            try
            {
                resolver.Resolve(reference);
            }
            catch (AssemblyResolutionException)
            {
                throw new CompilationException(Rules.MissingReference, "", path, reference.FullName);
            }
        }
    }
}
