using Mono.Cecil;

namespace DlAot.Compiler.DropIn;

/// <summary>What stubs call in DlAot.Runtime (see runtime/README.md), read from its metadata: the compiler does not load it.</summary>
internal sealed class RuntimeMembers : IDisposable
{
    private readonly AssemblyDefinition assembly;
    private readonly TypeImporter types;
    private readonly AssemblyNameReference reference;

    public RuntimeMembers(TypeImporter types, string path)
    {
        this.types = types;
        assembly = AssemblyDefinition.ReadAssembly(path, new ReaderParameters { InMemory = true });
        reference = types.Module.AssemblyReferences.FirstOrDefault(r => r.FullName == assembly.Name.FullName)
            ?? new AssemblyNameReference(assembly.Name.Name, assembly.Name.Version) { PublicKeyToken = assembly.Name.PublicKeyToken };
        if (!types.Module.AssemblyReferences.Contains(reference))
        {
            types.Module.AssemblyReferences.Add(reference);
        }
    }

    /// <summary>Of the runtime's assembly.</summary>
    public string FileName => assembly.MainModule.Name;

    public TypeReference LibraryType => Type("CompiledLibrary");

    public TypeReference ArenaType => Type("Arena");

    public TypeReference KeptBlock => Type("KeptBlock");

    public MethodReference KeptResults => Find("KeptBlock", "get_Results");

    public MethodReference BeginKept => Find("KeptBlock", "Begin");

    public MethodReference FindKept => Find("KeptValues", "Find");

    public MethodReference KeepKept => Find("KeptValues", "Keep");

    public MethodReference Load => Find("CompiledLibrary", "Load");

    public MethodReference Enabled => Find("CompiledLibrary", "get_Enabled");

    public MethodReference Region => Find("CompiledLibrary", "Region");

    public MethodReference IsBuiltWith => Find("CompiledLibrary", "IsBuiltWith");

    public MethodReference Check => Find("TensorGuards", "Check");

    public MethodReference First => Find("Sequences", "First");

    public MethodReference All => Find("Sequences", "All");

    public MethodReference Rest => Find("Sequences", "Rest");

    public MethodReference MayOverlap => Find("TensorGuards", "MayOverlap");

    public MethodReference DataOf => Find("TorchNative", "DataOf");

    public MethodReference Run => Find("RegionRunner", "Run");

    public MethodReference RunIn => Find("RegionRunner", "RunIn");

    public MethodReference CurrentArena => Find("Arena", "get_Current");

    public MethodReference Rent => Find("Arena", "Rent");

    public MethodReference GiveBack => Find("Arena", "Return");

    public MethodReference Hit => Find("Fallback", "Hit");

    public MethodReference GuardMissed => Find("Fallback", "GuardMissed");

    public MethodReference RegionFailed => Find("Fallback", "RegionFailed");

    public MethodReference Missed => Find("Fallback", "Missed");

    public void Dispose() => assembly.Dispose();

    private TypeReference Type(string name) => new("DlAot.Runtime", name, types.Module, reference);

    private MethodReference Find(string type, string name)
    {
        TypeDefinition definition = assembly.MainModule.GetType("DlAot.Runtime", type) ?? throw new InvalidOperationException($"DlAot.Runtime has no type {type}");
        MethodDefinition method = definition.Methods.SingleOrDefault(m => m.Name == name && m.IsPublic) ?? throw new InvalidOperationException($"DlAot.Runtime has no {type}.{name}");
        return types.Import(method, Type(type));
    }
}
