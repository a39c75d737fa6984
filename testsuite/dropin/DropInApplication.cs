using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Loader;
using DlAot.CodeGen.Cpu;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Freezing;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using DlAot.Ir.Plans;
using DlAot.Passes;
using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>
/// An assembly and its drop-in side by side, each in a folder and a load context of its own. TorchSharp and the runtime are shared,
/// so that tensors go from one to the other.
/// </summary>
internal sealed class DropInApplication : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dlaot-dropin-");

    private DropInApplication(string assembly)
    {
        OriginalPath = Path.Combine(_folder.CreateSubdirectory("original").FullName, Path.GetFileName(assembly));
        DropInPath = Path.Combine(_folder.CreateSubdirectory("dropin").FullName, Path.GetFileName(assembly));
        foreach (var file in new[] { assembly, Path.ChangeExtension(assembly, ".pdb") }.Where(File.Exists))
            File.Copy(file, Path.Combine(Path.GetDirectoryName(OriginalPath)!, Path.GetFileName(file)));
    }

    public string OriginalPath { get; }

    public string DropInPath { get; }

    public DropInResult Result { get; private set; } = null!;

    public IReadOnlyList<CompiledMethod> Methods { get; private set; } = [];

    public Assembly Original { get; private set; } = null!;

    public Assembly DropIn { get; private set; } = null!;

    public string NativePath => Path.Combine(Path.GetDirectoryName(DropInPath)!, NativeSearch.FileName(LibraryName));

    private string LibraryName => Path.GetFileNameWithoutExtension(DropInPath) + ".dlaot";

    /// <summary>Compiles C# and then the drop-in.</summary>
    /// <param name="edit">Changes what was lifted before it is written.</param>
    public static DropInApplication Of(
        string source, string? signatures = null, DropInSource? options = null, string? keyFile = null, PassOptions? passes = null, Func<CompiledMethod, CompiledMethod>? edit = null, bool freeze = false)
    {
        var folder = Directory.CreateTempSubdirectory("dlaot-source-");
        try
        {
            return OfAssembly((options ?? new()).Compile(source, folder.FullName), signatures, keyFile, passes, edit, freeze: freeze);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Compiles the drop-in of an existing assembly.</summary>
    /// <param name="signatures"><c>Net.forward=x: f32[N,4]</c>, separated by |.</param>
    /// <param name="forThisMachine">Native code of the highest instruction set level that it has, to be timed; else of the lowest.</param>
    public static DropInApplication OfAssembly(
        string assembly, string? signatures = null, string? keyFile = null, PassOptions? passes = null, Func<CompiledMethod, CompiledMethod>? edit = null, bool forThisMachine = false, bool freeze = false)
    {
        var application = new DropInApplication(assembly);
        application.Result = Write(application.OriginalPath, application.LibraryName, signatures, keyFile, passes, edit, out var methods, out var native, forThisMachine, freeze);
        application.BuildId = LastBuildId;
        application.Methods = methods;
        File.WriteAllBytes(application.DropInPath, application.Result.Assembly);
        if (application.Result.Symbols is { } symbols)
            File.WriteAllBytes(Path.ChangeExtension(application.DropInPath, ".pdb"), symbols);
        File.WriteAllBytes(application.NativePath, native);
        application.Original = new AssemblyLoadContext("original").LoadFromAssemblyPath(application.OriginalPath);
        application.DropIn = new AssemblyLoadContext("drop-in").LoadFromAssemblyPath(application.DropInPath);
        return application;
    }

    private const long FirstBuildId = 0x0123_4567_89ab_cdef;
    private static long _builds;

    [ThreadStatic]
    private static long LastBuildId;

    /// <summary>For what this thread compiles next, where bytes are compared.</summary>
    [ThreadStatic]
    internal static long? FixedBuildId;

    // x86-64-v4 and v3; the others have one level.
    private static int LevelsAbove => RuntimeInformation.ProcessArchitecture != Architecture.X64 || Vector512.IsHardwareAccelerated ? 0 : Fma.IsSupported ? 1 : 2;

    /// <summary>What tells the native library from others.</summary>
    public long BuildId { get; private set; }

    /// <summary>The way of the compiler: lift, plan, native code, drop-in.</summary>
    public static DropInResult Write(
        string path, string library, string? signatures, string? keyFile, PassOptions? passes, Func<CompiledMethod, CompiledMethod>? edit,
        out IReadOnlyList<CompiledMethod> methods, out byte[] native, bool forThisMachine = false, bool freeze = false)
    {
        using var reader = AssemblyReader.Open(path, [AppContext.BaseDirectory]);
        var given = (signatures ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2))
            .ToImmutableDictionary(s => s[0].Trim(), s => s[1].Trim());
        var lifter = new Lifter(reader.World, new LiftOptions(Signatures: given));
        var regions = new List<(Plan Plan, RegionStep Step)>();
        var search = new MethodSearch(reader.World, lifter);
        search.LiftEntries();
        search.SplitAndFollow();
        var (lifted, split) = (search.Lifted, search.Divided);
        methods = [.. lifted.Where(m => m.IsWhole).Concat(split.SelectMany(s => s.Parts).Select(p => p.Lifted)).Select(m => new CompiledMethod(m, [.. m.Versions.Select(v => Plan(v, regions, passes, freeze && !m.Method.IsStatic))]))];
        if (edit is not null)
            methods = [.. methods.Select(edit)];
        // As real compilations do: a library of the same name that another test has loaded must not pass for this one.
        long buildId = LastBuildId = FixedBuildId ?? FirstBuildId + Interlocked.Increment(ref _builds);
        var target = CpuTarget.For(RuntimeInformation.RuntimeIdentifier, library, buildId);
        native = CpuCompiler.Compile(regions, target with { Levels = [target.Levels[forThisMachine ? target.Levels.Length - 1 - LevelsAbove : 0]] });
        foreach (var host in split)
            host.Commit();
        var result = DropInWriter.Write(reader, methods, new DropInOptions(library, buildId, regions.Count, "0.1.0-test", keyFile));
        return result with { Diagnostics = [.. lifted.Where(m => !m.IsWhole).SelectMany(m => m.Diagnostics), .. result.Diagnostics] };
    }

    /// <summary>The same class of the original and of the drop-in, with the same parameters.</summary>
    public (dynamic Original, dynamic DropIn) Make(string type, params object?[] arguments)
    {
        dynamic Create(Assembly assembly)
        {
            return Activator.CreateInstance(assembly.GetType(type, throwOnError: true)!, BindingFlags.OptionalParamBinding | BindingFlags.Public | BindingFlags.Instance | BindingFlags.CreateInstance, null, arguments, null)!;
        }

        var (original, dropIn) = (Create(Original), Create(DropIn));
        dropIn.load_state_dict(original.state_dict());
        return (original, dropIn);
    }

    /// <summary>Whether the drop-in found its native library.</summary>
    public bool IsEnabled => (bool)DropIn.GetType("<DlAot>Library", throwOnError: true)!.GetField("Enabled", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

    /// <summary>Why the original ran instead of compiled code, and how often.</summary>
    public static IReadOnlyDictionary<string, long> Misses(string method) =>
        Fallback.Reasons().Where(r => r.Method == method).ToDictionary(r => r.Reason, r => r.Count);

    /// <summary>Runs something that must run compiled.</summary>
    public T Compiled<T>(string method, Func<T> run)
    {
        Assert.True(IsEnabled);
        Assert.True(Result.Methods.Contains(method), $"{method} is not compiled: {string.Join("; ", Result.Diagnostics)}");
        var before = Misses(method);
        var result = run();
        Assert.Empty(Misses(method).Where(m => m.Value != before.GetValueOrDefault(m.Key)).Select(m => m.Key));
        return result;
    }

    /// <summary>Runs something that must run the original for the reason given.</summary>
    public T Missed<T>(string method, string reason, Func<T> run)
    {
        Assert.True(IsEnabled);
        Assert.True(Result.Methods.Contains(method), $"{method} is not compiled: {string.Join("; ", Result.Diagnostics)}");
        var before = Misses(method);
        try
        {
            return run();
        }
        finally
        {
            var counted = Misses(method).Where(m => m.Value != before.GetValueOrDefault(m.Key)).ToArray();
            Assert.True(counted.Length == 1 && counted[0].Key.StartsWith(reason, StringComparison.Ordinal), string.Join(", ", counted));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static CompiledVersion Plan(LiftedVersion version, List<(Plan, RegionStep)> regions, PassOptions? passes, bool freeze)
    {
        var divided = freeze ? Freezer.Divide(version, passes ?? new()) : null;
        var compiled = new CompiledVersion(version, Numbered(divided?.Plan ?? Pipeline.Run(version.Graph, passes), regions));
        return divided is null ? compiled : compiled with { Frozen = divided.Value.Part with { Plan = Numbered(divided.Value.Part.Plan, regions) } };
    }

    private static Plan Numbered(Plan plan, List<(Plan, RegionStep)> regions)
    {
        plan = plan with { Steps = [.. plan.Steps.Select(s => s is RegionStep r ? Number(r, regions.Count + plan.Steps.TakeWhile(t => t != s).OfType<RegionStep>().Count()) : s)] };
        regions.AddRange(plan.Steps.OfType<RegionStep>().Select(r => (plan, r)));
        return plan;
    }

    private static RegionStep Number(RegionStep step, int region) => step with { Region = region };
}
