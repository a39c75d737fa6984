using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace DlAot.Runtime;

/// <summary>Calls compiled regions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class RegionRunner
{
    /// <summary>Status: done.</summary>
    public const int Done = 0;

    /// <summary>Status: the library has no code for this region.</summary>
    public const int NoCode = -1;

    /// <summary>Status: there is no memory for the arena.</summary>
    public const int NoArena = -2;

    /// <summary>Status: a library call between regions threw an exception.</summary>
    public const int LibraryThrew = -3;

    /// <summary>Runs a region with scratch memory rented for the time of the call.</summary>
    /// <param name="region">From <see cref="CompiledLibrary.Region"/>.</param>
    /// <param name="buffers">Data pointers in the region's order.</param>
    /// <param name="symbols">Symbol values.</param>
    /// <param name="arenaBytes">Scratch memory needed; 0 for none.</param>
    /// <returns>
    /// <see cref="Done"/>, or why not: a status of the region's own (positive) or one of the constants here (negative).
    /// Unless done, nothing observable was written and the original code must run.
    /// </returns>
    public static int Run(nint region, void** buffers, long* symbols, long arenaBytes)
    {
        if (arenaBytes == 0)
            return RunIn(region, buffers, symbols, null);
        var arena = Arena.Current;
        var memory = arena.Rent(arenaBytes);
        if (memory == null)
            return NoArena;
        var status = RunIn(region, buffers, symbols, memory);
        arena.Return(memory);
        return status;
    }

    /// <summary>Runs a region with scratch memory that the caller has rented for several of them.</summary>
    /// <inheritdoc cref="Run"/>
    /// <param name="region">From <see cref="CompiledLibrary.Region"/>.</param>
    /// <param name="buffers">Data pointers in the region's order.</param>
    /// <param name="symbols">Symbol values.</param>
    /// <param name="arena">Scratch memory, 64-byte aligned, or null.</param>
    [SkipLocalsInit]
    public static int RunIn(nint region, void** buffers, long* symbols, void* arena)
    {
        if (region == 0)
            return NoCode;
        var pool = WorkerPool.Shared;
        RegionFrame frame;
        frame.Buffers = buffers;
        frame.Symbols = symbols;
        frame.Arena = arena;
        frame.ParallelFor = OpenMpTeam.IsAvailable ? OpenMpTeam.ParallelFor : WorkerPool.ParallelFor;
        frame.Pool = pool.Cookie;
        frame.Threads = pool.MaxThreads == 1 ? 1 : Math.Clamp(TorchNative.NumThreads(), 1, pool.MaxThreads);
        frame.Status = 0;
        return ((delegate* unmanaged[Cdecl]<RegionFrame*, int>)region)(&frame);
    }
}
