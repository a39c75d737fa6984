using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlAot.Tests.Kernels;

/// <summary>Calls a region. Its loops are shared by two threads that claim one to three grains at a time, in no fixed order.</summary>
internal static unsafe class PlanCall
{
    /// <summary>Values after those that a region may read.</summary>
    private const long Trap = 0x5555555555555555;

    private static int splits;

    [StructLayout(LayoutKind.Sequential)]
    private struct Frame
    {
        public void** Buffers;
        public long* Symbols;
        public void* Arena;
        public delegate* unmanaged[Cdecl]<Frame*, delegate* unmanaged[Cdecl]<Frame*, long, long, void>, long, long, void> ParallelFor;
        public void* Pool;
        public int Threads;
        public int Status;
    }

    /// <summary>How many loops were shared since the program started.</summary>
    public static int Splits => splits;

    /// <returns>The region's status.</returns>
    public static int Run(nint region, void** buffers, ReadOnlySpan<long> symbols, void* arena, int threads)
    {
        long* values = stackalloc long[symbols.Length + 1];
        symbols.CopyTo(new Span<long>(values, symbols.Length));
        values[symbols.Length] = Trap;
        Frame frame = new() { Buffers = buffers, Symbols = values, Arena = arena, Threads = threads, ParallelFor = &ParallelFor };
        return ((delegate* unmanaged[Cdecl]<Frame*, int>)region)(&frame);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ParallelFor(Frame* frame, delegate* unmanaged[Cdecl]<Frame*, long, long, void> body, long count, long grain)
    {
        int split = Interlocked.Increment(ref splits);
        if (grain <= 0 || count <= 0 || frame->Threads < 2)
        {
            Environment.FailFast($"parallel_for of {count} by {grain} for {frame->Threads} threads");
        }

        long next = 0;
        nint f = (nint)frame, run = (nint)body;
        void Work(int step)
        {
            for (long begin = Interlocked.Add(ref next, grain * step) - (grain * step); begin < count; begin = Interlocked.Add(ref next, grain * step) - (grain * step))
            {
                ((delegate* unmanaged[Cdecl]<Frame*, long, long, void>)run)((Frame*)f, begin, Math.Min(count, begin + (grain * step)));
            }
        }

        Thread other = new(() => Work(1 + (split % 3)));
        other.Start();
        Work(1);
        other.Join();
    }
}
