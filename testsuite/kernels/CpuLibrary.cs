using System.Runtime.InteropServices;
using DlAot.CodeGen.Cpu;
using DlAot.CodeGen.Llvm;
using DlAot.Ir.Plans;

namespace DlAot.Tests.Kernels;

/// <summary>A compiled and loaded kernel library.</summary>
internal sealed unsafe class CpuLibrary : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dlaot-test-").FullName;
    private readonly nint handle;

    public CpuLibrary(IReadOnlyList<(Plan Plan, RegionStep Step)> regions)
    {
        byte[] bytes = CpuCompiler.Compile(regions, CpuHarness.Target);
        string file = Path.Combine(folder, CpuHarness.Target.Platform.LibraryFileName(CpuHarness.Target.LibraryName));
        File.WriteAllBytes(file, bytes);
        handle = NativeLibrary.Load(file);
        Assert.Equal(CpuCompiler.AbiVersion, *(int*)NativeLibrary.GetExport(handle, "dlaot_abi"));
        Assert.Equal(regions.Count, *(int*)NativeLibrary.GetExport(handle, "dlaot_region_count"));
        Assert.Equal(CpuHarness.Target.BuildId, *(long*)NativeLibrary.GetExport(handle, "dlaot_build_id"));
    }

    public nint Region(IsaLevel level, int index) => ((nint*)NativeLibrary.GetExport(handle, $"dlaot_regions_{level.Architecture}{level.Suffix}"))[index];

    public void Dispose()
    {
        NativeLibrary.Free(handle);
        Directory.Delete(folder, recursive: true);
    }
}
