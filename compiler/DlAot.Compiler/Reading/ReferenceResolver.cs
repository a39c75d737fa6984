using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Mono.Cecil;
using AssemblyDefinition = Mono.Cecil.AssemblyDefinition;

namespace DlAot.Compiler.Reading;

/// <summary>Finds referenced assemblies by simple name: given files, given folders, then the shared framework that runs the compiler.</summary>
public sealed class ReferenceResolver(IEnumerable<string> places) : BaseAssemblyResolver
{
    private readonly Dictionary<string, AssemblyDefinition> cache = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> folders = [.. places.Where(Directory.Exists)];
    private readonly ILookup<string, string> files = places.Where(File.Exists).ToLookup(f => Path.GetFileNameWithoutExtension(f), StringComparer.OrdinalIgnoreCase);

    public override AssemblyDefinition Resolve(AssemblyNameReference name) => Resolve(name, new ReaderParameters());

    public override AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters)
    {
        if (cache.TryGetValue(name.Name, out AssemblyDefinition? known))
        {
            return known;
        }

        string? path = files[name.Name].Concat(folders.Append(Framework).Select(f => Path.Combine(f, name.Name + ".dll"))).FirstOrDefault(File.Exists);
        return cache[name.Name] = path is null
            ? throw new AssemblyResolutionException(name)
            : DropInOrigin.Restored(AssemblyDefinition.ReadAssembly(path, new ReaderParameters { AssemblyResolver = this, InMemory = true }));
    }

    private static string Framework { get; } = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>It was found in the shared framework.</summary>
    public bool IsShared(Mono.Cecil.ModuleDefinition module) => Path.GetDirectoryName(module.FileName) == Framework;

    /// <summary>The assembly being compiled: what refers to it means this object.</summary>
    public void Add(AssemblyDefinition assembly) => cache[assembly.Name.Name] = assembly;

    /// <summary>Assemblies among the places that refer to one of that name, by name.</summary>
    public IEnumerable<AssemblyDefinition> FindUsers(string name)
    {
        foreach (string path in folders.Distinct().SelectMany(f => Directory.EnumerateFiles(f, "*.dll")).Concat(files.SelectMany(f => f)).DistinctBy(Path.GetFileName).OrderBy(Path.GetFileName, StringComparer.Ordinal))
        {
            string file = Path.GetFileNameWithoutExtension(path);
            if (file != name && !file.StartsWith("System.", StringComparison.Ordinal) && !file.StartsWith("Microsoft.", StringComparison.Ordinal) && RefersTo(path, name) && TryResolve(file) is { } user)
            {
                yield return user;
            }
        }
    }

    private AssemblyDefinition? TryResolve(string name)
    {
        try
        {
            return Resolve(new AssemblyNameReference(name, new Version()));
        }
        catch (Exception e) when (e is AssemblyResolutionException or BadImageFormatException or IOException)
        {
            return null;
        }
    }

    // Only the tables of names are read.
    private static bool RefersTo(string path, string name)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            if (!file.HasMetadata)
            {
                return false;
            }

            MetadataReader metadata = file.GetMetadataReader();
            return metadata.AssemblyReferences.Any(r => metadata.StringComparer.Equals(metadata.GetAssemblyReference(r).Name, name));
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (AssemblyDefinition a in cache.Values)
        {
            a.Dispose();
        }

        cache.Clear();
        base.Dispose(disposing);
    }
}
