using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>Where the native library of an assembly can be.</summary>
internal static class NativeSearch
{
    /// <summary>
    /// Opens, one after another, every library of that name that is found: beside the assembly, in runtimes/RID/native
    /// beside it, and by the search that a DllImport in the assembly would do. The caller frees those it does not keep.
    /// </summary>
    public static IEnumerable<(nint Handle, string Where)> Open(string name, Assembly assembly)
    {
        var folder = FolderOf(assembly);
        foreach (var path in Candidates(name, folder))
            if (File.Exists(path) && NativeLibrary.TryLoad(path, out var beside))
                yield return (beside, path);
        if (NativeLibrary.TryLoad(name, assembly, null, out var found))
            yield return (found, name);
    }

    /// <summary>The file of a native library in this process's naming.</summary>
    public static string FileName(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    /// <summary>The files of this process's native libraries; none where the system has no list of them.</summary>
    public static IReadOnlyList<string> LoadedFiles()
    {
        try
        {
            using var process = Process.GetCurrentProcess();
            return [.. process.Modules.Cast<ProcessModule>().Select(m => m.FileName)];
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or NotSupportedException or InvalidOperationException)
        {
            return [];
        }
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location means a bundle: its natives lie in the base directory.")]
    public static string FolderOf(Assembly assembly) =>
        Path.GetDirectoryName(assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;

    private static IEnumerable<string> Candidates(string name, string folder)
    {
        var file = FileName(name);
        yield return Path.Combine(folder, file);
        yield return Path.Combine(folder, "runtimes", PortableRid(), "native", file);
        if (RuntimeInformation.RuntimeIdentifier != PortableRid())
            yield return Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file);
    }

    private static string PortableRid()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
