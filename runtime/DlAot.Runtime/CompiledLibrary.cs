using System.ComponentModel;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace DlAot.Runtime;

/// <summary>
/// The native library of one compiled assembly. It is either enabled, with an entry point per region, or disabled, and
/// then the assembly runs its original code; the event source DlAot says why.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class CompiledLibrary
{
    /// <summary>Version of the native interface: the exports below and <see cref="RegionFrame"/>.</summary>
    public const int AbiVersion = 1;

    private readonly nint[] _regions;

    private CompiledLibrary(string name, bool enabled, nint[] regions)
    {
        Name = name;
        Enabled = enabled;
        _regions = regions;
    }

    /// <summary>The library's name, without prefix and extension.</summary>
    public string Name { get; }

    /// <summary>Whether compiled regions may run.</summary>
    public bool Enabled { get; }

    /// <summary>Entry point of a region for <see cref="RegionRunner"/>; 0 when disabled or not compiled for this CPU.</summary>
    public nint Region(int index) => (uint)index < (uint)_regions.Length ? _regions[index] : 0;

    /// <summary>Finds, checks and loads a library. Never throws: what is wrong is reported once to the event source.</summary>
    /// <param name="anchor">Any type of the compiled assembly; the library is looked for beside it.</param>
    /// <param name="tensorType">TorchSharp.torch.Tensor as the assembly sees it; leads to the LibTorchSharp in use.</param>
    /// <param name="libraryName">The library's name, without prefix and extension.</param>
    /// <param name="buildId">The compilation it must come from.</param>
    /// <param name="regionCount">The number of regions it must have.</param>
    /// <param name="torchSharp">Major and minor version of TorchSharp that the assembly was compiled for; null for any.</param>
    public static CompiledLibrary Load(
        Type anchor, Type tensorType, string libraryName, long buildId, int regionCount, string? torchSharp = null)
    {
        string? reason;
        try
        {
            reason = Switches.DisabledReason ?? OtherVersion(tensorType.Assembly, torchSharp);
            if (reason is null)
            {
                var levels = InstructionSet.Usable(Switches.IsaLimit, out reason);
                if (levels.Count > 0)
                {
                    var found = Open(anchor.Assembly, libraryName, buildId, regionCount, levels, out reason);
                    if (found is not null && (reason = TorchBinding.Bind(tensorType)) is null)
                    {
                        DlAotEventSource.Log.ReportLoaded(libraryName, found.Where, found.Level, regionCount);
                        return new CompiledLibrary(libraryName, true, found.Regions);
                    }
                }
            }
        }
        catch (Exception e)
        {
            // The user's assembly works without us, whatever went wrong here.
            reason = $"loading failed: {e.GetType().Name}: {e.Message}";
        }
        DlAotEventSource.Log.ReportDisabled(libraryName, reason ?? "unknown");
        return new CompiledLibrary(libraryName, false, []);
    }

    /// <summary>
    /// Whether an assembly is the build whose code was compiled into another one, or a drop-in made of that build. Reports
    /// otherwise: methods made of its code run as they were written then. Never throws.
    /// </summary>
    /// <param name="anchor">Any type of the compiled assembly, whose load context finds the other one.</param>
    /// <param name="assemblyName">Full name of the other assembly.</param>
    /// <param name="origin">Module version id of the build.</param>
    public static bool IsBuiltWith(Type anchor, string assemblyName, string origin)
    {
        var name = new AssemblyName(assemblyName);
        string reason;
        try
        {
            var context = AssemblyLoadContext.GetLoadContext(anchor.Assembly) ?? AssemblyLoadContext.Default;
            var assembly = context.LoadFromAssemblyName(name);
            var found = OriginOf(assembly) ?? assembly.ManifestModule.ModuleVersionId;
            if (found == Guid.Parse(origin))
                return true;
            reason = $"its code was compiled in from build {origin}, {found:D} is loaded";
        }
        catch (Exception e)
        {
            reason = $"it was not found: {e.GetType().Name}: {e.Message}";
        }
        DlAotEventSource.Log.ReportReplaced(anchor.Assembly.GetName().Name!, name.Name!, reason);
        return false;
    }

    // What a drop-in was made of.
    private static Guid? OriginOf(Assembly assembly)
    {
        foreach (var metadata in assembly.GetCustomAttributes<AssemblyMetadataAttribute>())
            if (metadata.Key == "DlAot.Origin" && Guid.TryParse(metadata.Value, out var origin))
                return origin;
        return null;
    }

    private static string? OtherVersion(Assembly torchSharp, string? expected)
    {
        var found = torchSharp.GetName().Version;
        return expected is null || found is null || found.ToString(2) == expected ? null
            : $"{torchSharp.GetName().Name} {found.ToString(3)} is loaded, the assembly was compiled for {expected}";
    }

    private sealed record Code(string Where, string Level, nint[] Regions);

    private static Code? Open(
        Assembly assembly, string name, long buildId, int regionCount, IReadOnlyList<InstructionSet> levels, out string? reason)
    {
        reason = null;
        foreach (var (handle, where) in NativeSearch.Open(name, assembly))
        {
            var mismatch = Mismatch(handle, buildId, regionCount);
            if (mismatch is null)
            {
                foreach (var level in levels)
                {
                    if (!NativeLibrary.TryGetExport(handle, "dlaot_regions_" + level.Suffix, out var table))
                        continue;
                    return new(where, level.Name, new ReadOnlySpan<nint>((void*)table, regionCount).ToArray());
                }
                mismatch = $"no code for {string.Join(" or ", levels.Select(level => level.Name))}";
            }
            reason ??= $"{where}: {mismatch}";
            NativeLibrary.Free(handle);
        }
        reason ??= $"the native library {NativeSearch.FileName(name)} was not found beside "
            + $"{assembly.GetName().Name}, in runtimes/RID/native, or by the default search";
        return null;
    }

    private static string? Mismatch(nint handle, long buildId, int regionCount)
    {
        if (!NativeLibrary.TryGetExport(handle, "dlaot_abi", out var abi)
            || !NativeLibrary.TryGetExport(handle, "dlaot_build_id", out var id)
            || !NativeLibrary.TryGetExport(handle, "dlaot_region_count", out var count))
            return "not a DlAot library";
        if (*(int*)abi != AbiVersion)
            return $"native interface version {*(int*)abi}, this runtime has {AbiVersion}";
        if (*(long*)id != buildId)
            return $"build id {*(long*)id:x16}, the assembly was compiled with {buildId:x16}";
        if (*(int*)count != regionCount)
            return $"{*(int*)count} regions, the assembly expects {regionCount}";
        return null;
    }
}
