using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>
/// Threads that help a caller through the iterations of one parallel loop at a time. A loop that arrives while another
/// runs (nested, or from a second thread) is run by its caller alone. Workers start when first needed, watch for work
/// for some microseconds after each loop, then sleep; they never keep the process alive.
/// </summary>
/// <remarks>
/// A caller never waits for a worker that has not joined: it takes ranges itself until none is left, closes the loop,
/// and waits only for workers that are inside a range. So a sleeping or descheduled worker costs nothing.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class WorkerPool : IDisposable
{
    // More ranges than threads, so that a thread that is held up does not hold up the loop.
    internal const int RangesPerThread = 4;

    private static readonly long _microsecond = Math.Max(1, Stopwatch.Frequency / 1_000_000);

    private readonly object _sleep = new();
    private readonly Thread?[] _workers;
    private readonly Loop* _loop;
    private readonly GCHandle _self;
    private int _started;
    private int _busy;
    private int _asleep;
    private volatile bool _stopping;

    /// <param name="workers">The most threads to start besides the callers' own.</param>
    public WorkerPool(int workers)
    {
        _workers = new Thread?[Math.Clamp(workers, 0, Loop.MaxWorkers)];
        _loop = (Loop*)NativeMemory.AlignedAlloc((nuint)sizeof(Loop), 128);
        *_loop = default;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The pool of the process: with the callers, one thread per processor.</summary>
    public static WorkerPool Shared { get; } = new(Environment.ProcessorCount - 1);

    /// <summary>The most threads that one loop gets, the caller included.</summary>
    public int MaxThreads => _workers.Length + 1;

    /// <summary>Worker threads that exist now.</summary>
    public int StartedWorkers => Volatile.Read(ref _started);

    /// <summary>For <see cref="RegionFrame.Pool"/>.</summary>
    public void* Cookie => (void*)GCHandle.ToIntPtr(_self);

    /// <summary>For <see cref="RegionFrame.ParallelFor"/>.</summary>
    public static delegate* unmanaged[Cdecl]<RegionFrame*, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void>, long, long, void> ParallelFor =>
        &ParallelForEntry;

    /// <summary>
    /// Runs <paramref name="body"/> over [0, <paramref name="count"/>) in ranges that begin at multiples of
    /// <paramref name="grain"/>, on at most frame->Threads threads, and returns when all of it is done.
    /// </summary>
    public void Run(
        RegionFrame* frame, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void> body, long count, long grain)
    {
        if (count <= 0)
            return;
        grain = Math.Max(1, grain);
        var grains = (count - 1) / grain + 1;
        var threads = (int)Math.Min(Math.Min(frame->Threads, MaxThreads), grains);
        if (threads <= 1 || _stopping || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            body(frame, 0, count);
            return;
        }
        var helpers = StartWorkers(threads - 1);
        var share = (grains - 1) / ((helpers + 1) * RangesPerThread) + 1;
        _loop->Open(frame, body, count, share * grain, helpers);
        WakeSleepers(helpers);
        _loop->TakeRanges();
        _loop->Close();
        // Ranges are short and every participant is running one: watching is cheaper than sleeping.
        for (var spins = 0; _loop->Inside != 0; spins++)
        {
            if (spins < 100)
                Thread.SpinWait(4);
            else
                Thread.Yield();
        }
        Volatile.Write(ref _busy, 0);
    }

    /// <summary>Ends the workers. Loops that come later run on their callers alone.</summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        lock (_sleep)
            Monitor.PulseAll(_sleep);
        foreach (var worker in _workers)
            worker?.Join();
        while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
            Thread.Yield();
        NativeMemory.AlignedFree(_loop);
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ParallelForEntry(
        RegionFrame* frame, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void> body, long count, long grain) =>
        Unsafe.As<WorkerPool>(GCHandle.FromIntPtr((nint)frame->Pool).Target)!.Run(frame, body, count, grain);

    // How many workers there are of those wanted. A system that gives no more threads is no error.
    private int StartWorkers(int wanted)
    {
        while (_started < wanted)
        {
            try
            {
                var worker = new Thread(Work) { IsBackground = true, Name = $"DlAot worker {_started + 1}" };
                worker.UnsafeStart();
                _workers[_started] = worker;
            }
            catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
            {
                break;
            }
            _started++;
        }
        return Math.Min(_started, wanted);
    }

    private void WakeSleepers(int wanted)
    {
        // Those awake will see the loop; only the rest of the wanted ones are worth a system call.
        var sleepers = Volatile.Read(ref _asleep);
        var wake = Math.Min(sleepers, wanted - (_started - sleepers));
        if (wake <= 0)
            return;
        try
        {
            lock (_sleep)
            {
                for (var i = 0; i < wake; i++)
                    Monitor.Pulse(_sleep);
            }
        }
        catch (ThreadInterruptedException)
        {
            // No exception may cross the native frames below us. The caller does the work alone and sees it later.
            Thread.CurrentThread.Interrupt();
        }
    }

    private void Work()
    {
        var seen = 0L;
        var idle = new IdleTime(_microsecond);
        while (!_stopping)
        {
            if (_loop->TryJoin(ref seen))
            {
                idle.End();
                _loop->TakeRanges();
                _loop->Leave();
                idle.Begin();
            }
            else if (!idle.KeepWatching())
            {
                Sleep(seen);
                idle.Woken();
            }
        }
    }

    private void Sleep(long seen)
    {
        lock (_sleep)
        {
            // Announced before the last look, as the caller opens the loop before it counts sleepers.
            Interlocked.Increment(ref _asleep);
            if (!_stopping && !_loop->IsOpen(seen))
                Monitor.Wait(_sleep);
            Interlocked.Decrement(ref _asleep);
        }
    }
}
