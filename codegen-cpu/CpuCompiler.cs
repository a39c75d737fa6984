using System.Collections.Immutable;
using DlAot.CodeGen.Cpu.Analysis;
using DlAot.CodeGen.Cpu.Emission;
using DlAot.CodeGen.Cpu.Linking;
using DlAot.CodeGen.Llvm;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu;

/// <summary>
/// Regions of plans to one shared library with code for several instruction set levels. Exports:
/// <list type="bullet">
/// <item><c>dlaot_regions_x86_64_v2</c> (and <c>_v3</c>, <c>_v4</c>): for each level an array of <c>i32 region(RegionFrame*)</c>, in the order given;</item>
/// <item><c>i32 dlaot_abi</c>, <c>i32 dlaot_region_count</c>, <c>i64 dlaot_build_id</c>.</item>
/// </list>
/// A region returns 0 when it is done and another number when a kernel's check failed, before anything visible was written.
/// </summary>
public static class CpuCompiler
{
    /// <summary>Version of the exports and of the frame's layout.</summary>
    public const int AbiVersion = 1;

    /// <summary>Compiles regions. The same input gives the same bytes.</summary>
    /// <returns>The shared library.</returns>
    /// <exception cref="LlvmNotFoundException">libLLVM 19 cannot be loaded.</exception>
    /// <exception cref="LinkerNotFoundException">No linker is installed.</exception>
    public static byte[] Compile(IReadOnlyList<(Plan Plan, RegionStep Step)> regions, CpuTarget target)
    {
        KernelSet set = KernelSet.Of(regions);
        Part[] parts = [.. Parts(set, regions.Count, target.Levels)];
        byte[][] objects = new byte[parts.Length][];
        ParallelOptions everyProcessor = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, parts.Length, everyProcessor, i => objects[i] = Emit(regions, set, target, parts[i], (emitter, module) => emitter.EmitObject(module, Options)));
        string folder = Directory.CreateTempSubdirectory("dlaot-cpu-").FullName;
        try
        {
            string file = Path.Combine(folder, target.Platform.LibraryFileName(target.LibraryName));
            SharedLibraryLinker.Link(target.Platform, objects, Exports(target), file);
            return File.ReadAllBytes(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The LLVM IR of one level: as emitted, or after optimisation.</summary>
    public static string EmitIr(IReadOnlyList<(Plan Plan, RegionStep Step)> regions, CpuTarget target, IsaLevel level, bool optimized = false) =>
        EmitWhole(regions, target, level, (emitter, module) =>
        {
            if (optimized)
            {
                emitter.Optimize(module, Options);
            }

            return module.PrintToString();
        });

    /// <summary>The assembly text of one level.</summary>
    public static string EmitAssembly(IReadOnlyList<(Plan Plan, RegionStep Step)> regions, CpuTarget target, IsaLevel level) =>
        EmitWhole(regions, target, level, (emitter, module) => emitter.EmitAssembly(module, Options));

    // What kernels need, a quarter of the time of default<O2>, and the same speed in the demo: they come with vectors, unrolling and hoisting done.
    private static EmitOptions Options { get; } = new()
    {
        Passes = "cgscc(inline),function(sroa<modify-cfg>,early-cse<memssa>,instcombine<no-verify-fixpoint>,loop-mssa(loop-rotate,licm),gvn,dse,simplifycfg)",
    };

    // Modules of this size are small enough to keep every processor busy, and large enough that what each repeats does not count.
    private const int KernelsOfPart = 32, RegionsOfPart = 128;

    /// <summary>What one object file holds.</summary>
    /// <param name="HasTables">The level's tables, and if it is the lowest the library's numbers.</param>
    private sealed record Part(IsaLevel Level, Range Kernels, Range Regions, bool HasTables);

    // Regions only call kernels: the lowest level's do for all.
    private static IEnumerable<Part> Parts(KernelSet set, int regions, ImmutableArray<IsaLevel> levels) =>
    [
        .. levels.SelectMany(level => Ranges(set.Kernels.Length, KernelsOfPart).Select(r => new Part(level, r, 0..0, false))),
        .. Ranges(regions, RegionsOfPart).Select(r => new Part(levels[0], 0..0, r, false)),
        .. levels.Select(level => new Part(level, 0..0, 0..0, true)),
    ];

    private static IEnumerable<Range> Ranges(int count, int length)
    {
        for (int first = 0; first < count; first += length)
        {
            yield return first..Math.Min(first + length, count);
        }
    }

    private static T EmitWhole<T>(IReadOnlyList<(Plan Plan, RegionStep Step)> regions, CpuTarget target, IsaLevel level, Func<ObjectEmitter, LLVMModuleRef, T> finish) =>
        Emit(regions, KernelSet.Of(regions), target, new Part(level, .., .., true), finish);

    private static T Emit<T>(IReadOnlyList<(Plan Plan, RegionStep Step)> regions, KernelSet set, CpuTarget target, Part part, Func<ObjectEmitter, LLVMModuleRef, T> finish)
    {
        IsaLevel level = part.Level;
        using ObjectEmitter emitter = new(target.Platform, level);
        using LevelModule unit = new(target.Platform, level);
        emitter.Prepare(unit.Module);
        foreach (LibraryKernel kernel in set.Kernels[part.Kernels])
        {
            KernelCode.Define(unit, kernel);
        }

        (int firstRegion, int count) = part.Regions.GetOffsetAndLength(regions.Count);
        for (int i = firstRegion; i < firstRegion + count; i++)
        {
            RegionCode.Define(unit, i, regions[i].Plan, set.Regions[i]);
        }

        if (part.HasTables)
        {
            LLVMValueRef kernels = Table(unit, "dlaot_kernels" + level.Suffix, [.. set.Kernels.Select(k => KernelCode.Declare(unit, k))]);
            kernels.Linkage = LLVMLinkage.LLVMInternalLinkage;
            Table(unit, TableName(level), [.. regions.Select((_, i) => RegionCode.DefineEntry(unit, i, kernels))]);
            if (level == target.Levels[0])
            {
                Define(unit, "dlaot_abi", unit.I32, unit.I32.ConstInt(AbiVersion));
                Define(unit, "dlaot_region_count", unit.I32, unit.I32.ConstInt(regions.Count));
                Define(unit, "dlaot_build_id", unit.I64, unit.I64.ConstInt(target.BuildId));
            }
        }

        return finish(emitter, unit.Module);
    }

    private static LLVMValueRef Table(LevelModule unit, string name, LLVMValueRef[] functions) =>
        Define(unit, name, LLVMTypeRef.CreateArray2(unit.Pointer, (ulong)functions.Length), LLVMValueRef.CreateConstArray(unit.Pointer, functions));

    private static LLVMValueRef Define(LevelModule unit, string name, LLVMTypeRef type, LLVMValueRef value)
    {
        LLVMValueRef global = unit.Module.AddGlobal(type, name);
        global.Initializer = value;
        global.IsGlobalConstant = true;
        return global;
    }

    private static string TableName(IsaLevel level) => $"dlaot_regions_{level.Architecture}{level.Suffix}";

    private static ImmutableArray<string> Exports(CpuTarget target) =>
        [.. target.Levels.Select(TableName), "dlaot_abi", "dlaot_region_count", "dlaot_build_id"];
}
