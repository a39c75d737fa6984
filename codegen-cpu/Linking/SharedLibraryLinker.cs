using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Linking;

/// <summary>
/// Object files to one shared library that needs no other library, shows only the named symbols, and is the same bytes
/// for the same input whatever the folder it is made in.
/// </summary>
public static class SharedLibraryLinker
{
    /// <summary>Links with the first linker of <see cref="LinkerTool.All"/> that is installed.</summary>
    /// <param name="objects">Object files of the platform, in an order that is always the same.</param>
    /// <param name="exports">The symbols that stay visible; all others are hidden.</param>
    /// <param name="outputPath">The library file; its name goes into the library, its folder does not. Written last, whole or not at all.</param>
    /// <exception cref="LinkerNotFoundException">No linker is installed.</exception>
    /// <exception cref="LinkFailedException">A symbol is undefined, or an export is missing.</exception>
    public static void Link(TargetPlatform platform, IReadOnlyList<byte[]> objects, IReadOnlyList<string> exports, string outputPath)
    {
        (LinkerTool tool, string program) = LinkerTool.Find(platform);
        Link(tool, program, platform, objects, exports, outputPath);
    }

    /// <summary>As above with a chosen linker.</summary>
    public static void Link(LinkerTool tool, string program, TargetPlatform platform, IReadOnlyList<byte[]> objects, IReadOnlyList<string> exports, string outputPath)
    {
        string folder = Directory.CreateTempSubdirectory("dlaot-link-").FullName;
        try
        {
            List<string> inputs = [];
            foreach (byte[] bytes in objects.Append(FreestandingObject(platform)))
            {
                inputs.Add(Path.Combine(folder, $"{inputs.Count:D4}.o"));
                File.WriteAllBytes(inputs[^1], bytes);
            }
            string name = Path.GetFileName(outputPath);
            string linked = Path.Combine(folder, name);
            LinkerTool.Run(program, LinkArguments.For(tool.Style, platform, inputs, exports, folder, linked));
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(outputPath))!);
            File.Move(linked, outputPath, overwrite: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] FreestandingObject(TargetPlatform platform)
    {
        using LlvmSession session = new();
        using ObjectEmitter emitter = new(platform, platform.Levels.First());
        using LLVMModuleRef module = FreestandingRuntime.Build(session.Context, platform);
        return emitter.EmitObject(module);
    }
}
