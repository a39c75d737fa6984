using Mono.Cecil;

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

        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string? path = files[name.Name].Concat(folders.Append(framework).Select(f => Path.Combine(f, name.Name + ".dll"))).FirstOrDefault(File.Exists);
        return cache[name.Name] = path is null
            ? throw new AssemblyResolutionException(name)
            : AssemblyDefinition.ReadAssembly(path, new ReaderParameters { AssemblyResolver = this, InMemory = true });
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
