using System.Diagnostics.Tracing;
using System.Reflection;
using System.Runtime.InteropServices;
using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>What the whole process shares, event sources and random numbers: these run alone.</summary>
[CollectionDefinition(RuntimeCopy.Collection, DisableParallelization = true)]
public class RuntimeEvents;

/// <summary>
/// A second copy of the runtime in this process, bound to the fake LibTorchSharp: the runtime binds one LibTorchSharp
/// for good, and the first copy's is the real one. Tests that use it, or listen to events, are of one collection.
/// </summary>
public sealed unsafe class RuntimeCopy : IDisposable
{
    public const string Collection = "runtime events";

    private readonly RuntimeNative _native = new();
    private readonly object _library;

    public RuntimeCopy()
    {
        // .NET refuses to enable one of two event sources of the same name unless it was enabled while alone, and other
        // tests listen to the first copy's.
        using (var deaf = new Deaf())
            deaf.EnableEvents(DlAotEventSource.Log, EventLevel.Critical);
        _native.Compile("LibTorchSharp", RuntimeNative.Torch());
        _native.Compile("regions", RuntimeNative.Regions());
        var runtime = _native.LoadRuntimeCopy();
        MethodInfo Method(string type, string name) => runtime.GetType($"DlAot.Runtime.{type}")!.GetMethod(name)!;
        _library = Method(nameof(CompiledLibrary), nameof(CompiledLibrary.Load)).Invoke(
            null, [_native.Anchor, _native.Anchor, "regions", RuntimeNative.BuildId, RuntimeNative.RegionCount, null])!;
        Check = Method(nameof(TensorGuards), nameof(TensorGuards.Check)).CreateDelegate<CheckFunction>();
        Run = Method(nameof(RegionRunner), nameof(RegionRunner.Run)).CreateDelegate<RunFunction>();
        Hit = Method(nameof(Fallback), nameof(Fallback.Hit)).CreateDelegate<Action>();
        Region = _library.GetType().GetMethod(nameof(CompiledLibrary.Region))!.CreateDelegate<Func<int, nint>>(_library);
        var torch = NativeLibrary.Load(Path.Combine(_native.Folder, NativeSearch.FileName("LibTorchSharp")));
        GradMode = (int*)NativeLibrary.GetExport(torch, "fake_grad");
        GradReads = (int*)NativeLibrary.GetExport(torch, "fake_grad_reads");
        Threads = (int*)NativeLibrary.GetExport(torch, "fake_threads");
        PendingError = (nint*)NativeLibrary.GetExport(torch, "fake_error");
    }

    internal delegate int CheckFunction(nint* handles, int count, int* spec, long* symbols, void** data);

    internal delegate int RunFunction(nint region, void** buffers, long* symbols, long arenaBytes);

    internal bool Enabled => (bool)_library.GetType().GetProperty(nameof(CompiledLibrary.Enabled))!.GetValue(_library)!;

    internal CheckFunction Check { get; }

    internal RunFunction Run { get; }

    internal Action Hit { get; }

    internal Func<int, nint> Region { get; }

    internal int* GradMode { get; }

    internal int* GradReads { get; }

    internal int* Threads { get; }

    internal nint* PendingError { get; }

    public void Dispose() => _native.Dispose();

    private sealed class Deaf : EventListener;
}
