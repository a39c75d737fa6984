using System.Collections.Immutable;
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
        byte[][] objects = new byte[target.Levels.Length][];
        Parallel.For(0, objects.Length, i => objects[i] = Emit(regions, target, target.Levels[i], (emitter, module) => emitter.EmitObject(module, Options)));
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
        Emit(regions, target, level, (emitter, module) =>
        {
            if (optimized)
            {
                emitter.Optimize(module, Options);
            }

            return module.PrintToString();
        });

    /// <summary>The assembly text of one level.</summary>
    public static string EmitAssembly(IReadOnlyList<(Plan Plan, RegionStep Step)> regions, CpuTarget target, IsaLevel level) =>
        Emit(regions, target, level, (emitter, module) => emitter.EmitAssembly(module, Options));

    private static EmitOptions Options { get; } = new() { Passes = "default<O2>" };

    private static T Emit<T>(IReadOnlyList<(Plan Plan, RegionStep Step)> regions, CpuTarget target, IsaLevel level, Func<ObjectEmitter, LLVMModuleRef, T> finish)
    {
        using ObjectEmitter emitter = new(target.Platform, level);
        using LevelModule unit = new(target.Platform, level);
        emitter.Prepare(unit.Module);
        LLVMValueRef[] functions = [.. regions.Select((region, i) => RegionCode.Define(unit, $"dlaot_r{i}{level.Suffix}", region.Plan, region.Step))];
        Define(unit, TableName(level), LLVMTypeRef.CreateArray2(unit.Pointer, (ulong)functions.Length), LLVMValueRef.CreateConstArray(unit.Pointer, functions));
        if (level == target.Levels[0])
        {
            Define(unit, "dlaot_abi", unit.I32, unit.I32.ConstInt(AbiVersion));
            Define(unit, "dlaot_region_count", unit.I32, unit.I32.ConstInt(functions.Length));
            Define(unit, "dlaot_build_id", unit.I64, unit.I64.ConstInt(target.BuildId));
        }

        return finish(emitter, unit.Module);
    }

    private static void Define(LevelModule unit, string name, LLVMTypeRef type, LLVMValueRef value)
    {
        LLVMValueRef global = unit.Module.AddGlobal(type, name);
        global.Initializer = value;
        global.IsGlobalConstant = true;
    }

    private static string TableName(IsaLevel level) => $"dlaot_regions_{level.Architecture}{level.Suffix}";

    private static ImmutableArray<string> Exports(CpuTarget target) =>
        [.. target.Levels.Select(TableName), "dlaot_abi", "dlaot_region_count", "dlaot_build_id"];
}
