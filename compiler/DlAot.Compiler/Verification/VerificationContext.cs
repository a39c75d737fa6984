using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace DlAot.Compiler.Verification;

/// <summary>
/// Loads what both assemblies share, TorchSharp and the runtime among it, apart from what this process itself uses: from the original's
/// folder and its .deps.json, the references, and the drop-in's folder.
/// </summary>
internal sealed class VerificationContext : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver? resolver;
    private readonly string[] folders;
    private readonly string[] files;

    public VerificationContext(string original, string dropIn, IEnumerable<string> references)
        : base("dlaot verify")
    {
        try
        {
            resolver = new AssemblyDependencyResolver(Path.GetFullPath(original));
        }
        catch (InvalidOperationException)
        {
            // No host that knows .deps.json; folders must do.
        }

        files = [.. references.Where(File.Exists).Select(Path.GetFullPath)];
        folders = [.. new[] { FolderOf(original) }.Concat(references.Where(Directory.Exists).Select(Path.GetFullPath)).Concat(files.Select(FolderOf)).Append(FolderOf(dropIn)).Distinct()];
    }

    /// <summary>Loads an assembly in a context of its own that takes everything else from here.</summary>
    public Assembly LoadApart(string path) => new Apart(this).LoadFromAssemblyPath(Path.GetFullPath(path));

    /// <summary>A shared assembly, or null when it is nowhere.</summary>
    public Assembly? TryLoad(string name)
    {
        try
        {
            return LoadFromAssemblyName(new AssemblyName(name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string file = assemblyName.Name + ".dll";
        if (File.Exists(Path.Combine(FolderOf(typeof(object).Assembly.Location), file)))
        {
            return null; // the framework's, which the default context has
        }

        string? path = files.FirstOrDefault(f => string.Equals(Path.GetFileName(f), file, StringComparison.OrdinalIgnoreCase))
            ?? resolver?.ResolveAssemblyToPath(assemblyName)
            ?? folders.Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists);
        return path is null ? null : LoadFromAssemblyPath(path);
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        string file = OperatingSystem.IsWindows() ? unmanagedDllName + ".dll" : OperatingSystem.IsMacOS() ? $"lib{unmanagedDllName}.dylib" : $"lib{unmanagedDllName}.so";
        string native = Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        string? path = resolver?.ResolveUnmanagedDllToPath(unmanagedDllName)
            ?? folders.SelectMany(f => new[] { Path.Combine(f, file), Path.Combine(f, native, file) }).FirstOrDefault(File.Exists);
        return path is null ? 0 : LoadUnmanagedDllFromPath(path);
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    private sealed class Apart(VerificationContext shared) : AssemblyLoadContext("dlaot verify, one side")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            try
            {
                return shared.LoadFromAssemblyName(assemblyName);
            }
            catch (FileNotFoundException)
            {
                return null; // the message of the default context names who needed it
            }
        }
    }
}
