using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Driver;

/// <summary>
/// Assemblies of one application that are compiled together: what one makes modules of another with is known to both, and the code of
/// one becomes part of the compiled methods of the other.
/// </summary>
public static class ApplicationInputs
{
    /// <summary>Files as they are given; of a folder every assembly that uses TorchSharp.</summary>
    /// <exception cref="CompilationException">DLAOT1009: a folder has none. DLAOT1018: two files have the same name.</exception>
    public static ImmutableArray<string> Find(IEnumerable<string> paths)
    {
        ImmutableArray<string> inputs = [.. paths.SelectMany(p => Directory.Exists(p) ? In(p) : [p]).DistinctBy(Path.GetFullPath)];
        return inputs.GroupBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } same
            ? throw new CompilationException(Rules.Usage, "", $"'{string.Join("' and '", same)}' would be written to the same file.")
            : inputs;
    }

    /// <summary>Options for each: the others are among its references.</summary>
    public static IEnumerable<CompileOptions> Each(ImmutableArray<string> inputs, Func<string, CompileOptions> options) =>
        inputs.Select(options).Select(o => inputs.Length == 1 ? o : o with
        {
            AllowEmpty = true,
            KeyFile = IsSigned(o.Input) ? o.KeyFile : null,
            References = [.. o.References, .. inputs.Where(i => i != o.Input && File.Exists(i)).Select(Path.GetFullPath)],
        });

    private static IEnumerable<string> In(string folder)
    {
        string[] found = [.. Directory.EnumerateFiles(folder, "*.dll").Where(UsesTorchSharp).Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : throw new CompilationException(Rules.NoCandidates, "", folder);
    }

    private static bool IsSigned(string path)
    {
        try
        {
            return AssemblyName.GetAssemblyName(path).GetPublicKeyToken() is { Length: > 0 };
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return false; // said where it is opened
        }
    }

    private static bool UsesTorchSharp(string path)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            if (!file.HasMetadata)
            {
                return false;
            }

            MetadataReader metadata = file.GetMetadataReader();
            return metadata.IsAssembly && metadata.GetString(metadata.GetAssemblyDefinition().Name) is not ("TorchSharp" or "TorchVision" or "TorchAudio")
                && metadata.AssemblyReferences.Any(r => metadata.StringComparer.Equals(metadata.GetAssemblyReference(r).Name, "TorchSharp"));
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
