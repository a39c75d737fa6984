using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>
/// Runs loops on the OpenMP threads that libtorch has in this process. After an operation those threads watch for the next one
/// for milliseconds: a second set of threads would fight them for the same cores, and they answer sooner than a sleeping worker.
/// </summary>
/// <remarks>
/// <c>GOMP_parallel</c> is the entry point that GCC compiles <c>#pragma omp parallel</c> to (libgomp's ABI documentation);
/// libiomp5 and libomp export it too on Linux.
/// </remarks>
internal static unsafe class OpenMpTeam
{
    private static readonly string[] _libraries = ["libgomp", "libiomp5", "libomp"];

    private static readonly delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<Team*, void>, Team*, uint, uint, void> _parallel =
        (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<Team*, void>, Team*, uint, uint, void>)Find();

    /// <summary>Whether libtorch's OpenMP can be used.</summary>
    public static bool IsAvailable => _parallel != null;

    /// <summary>For <see cref="RegionFrame.ParallelFor"/>.</summary>
    public static delegate* unmanaged[Cdecl]<RegionFrame*, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void>, long, long, void> ParallelFor =>
        &Run;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Run(RegionFrame* frame, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void> body, long count, long grain)
    {
        if (count <= 0)
            return;
        var grains = (count - 1) / grain + 1;
        var threads = Math.Min(frame->Threads, grains);
        var share = (grains - 1) / (threads * WorkerPool.RangesPerThread) + 1;
        var team = new Team { Frame = frame, Body = body, Count = count, Range = share * grain };
        _parallel(&Work, &team, (uint)threads, 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Work(Team* team)
    {
        while (true)
        {
            var begin = Interlocked.Add(ref team->Next, team->Range) - team->Range;
            if (begin >= team->Count)
                return;
            team->Body(team->Frame, begin, Math.Min(begin + team->Range, team->Count));
        }
    }

    private static nint Find()
    {
        if (!OperatingSystem.IsLinux() || Switches.OwnThreads)
            return 0;
        foreach (var file in NativeSearch.LoadedFiles())
        {
            if (_libraries.Any(name => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal))
                && NativeLibrary.TryLoad(file, out var handle))
            {
                if (NativeLibrary.TryGetExport(handle, "GOMP_parallel", out var entry))
                    return entry;
                NativeLibrary.Free(handle);
            }
        }
        return 0;
    }

    private struct Team
    {
        public RegionFrame* Frame;
        public delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void> Body;
        public long Count;
        public long Range;
        public long Next;
    }
}
