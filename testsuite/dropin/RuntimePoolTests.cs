using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlAot.Runtime;
using TorchSharp;

namespace DlAot.Tests.DropIn;

/// <summary>Every iteration runs exactly once, whoever calls, however many at a time.</summary>
public sealed unsafe class RuntimePoolTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(63, 64)]
    [InlineData(65, 64)]
    [InlineData(1000, 7)]
    [InlineData(100_000, 1)]
    [InlineData(100, 0)]
    public void EveryIterationRunsOnceInRangesOfWholeGrains(int count, int grain)
    {
        using var pool = new WorkerPool(3);
        for (var repeat = 0; repeat < 20; repeat++)
        {
            using var marks = new Marks(count, grain);
            Loop(pool, marks, threads: 4, &Mark);
            marks.AssertAll(1);
        }
    }

    [Fact]
    public void NoIterationMeansNoCall()
    {
        using var pool = new WorkerPool(1);
        using var marks = new Marks(0, 1);
        Loop(pool, marks, 2, &Mark);
        Loop(pool, marks, 2, &Mark, count: -5);
        Assert.Equal(0, marks.Calls);
    }

    [Fact]
    public void ManyCallersAtOnceEachGetTheirOwnWorkDone()
    {
        using var pool = new WorkerPool(3);
        RunAll(callers: 6, () =>
        {
            for (var repeat = 0; repeat < 200; repeat++)
            {
                using var marks = new Marks(500, 8);
                Loop(pool, marks, 4, &Mark);
                marks.AssertAll(1);
            }
        });
    }

    [Fact]
    public void ALoopInsideALoopRunsOnItsCaller()
    {
        using var pool = new WorkerPool(3);
        for (var repeat = 0; repeat < 50; repeat++)
        {
            // Each of 200 iterations marks all 200 from within.
            using var marks = new Marks(200, 4);
            Loop(pool, marks, 4, &MarkAllFromWithin);
            marks.AssertAll(200);
        }
    }

    [Fact]
    public void WorkersTakePartAndStopAtTheLimit()
    {
        using var pool = new WorkerPool(3);
        using var two = new Marks(64, 1, wantedThreads: 2);
        Loop(pool, two, threads: 2, &MarkTogether);
        two.AssertAll(1);
        Assert.Equal((2, 1), (two.Threads, pool.StartedWorkers));
        using var all = new Marks(64, 1, wantedThreads: 4);
        Loop(pool, all, threads: 99, &MarkTogether);
        all.AssertAll(1);
        Assert.Equal((4, 3), (all.Threads, pool.StartedWorkers));
    }

    [Fact]
    public void SleepingWorkersWakeUp()
    {
        using var pool = new WorkerPool(1);
        for (var repeat = 0; repeat < 5; repeat++)
        {
            using var marks = new Marks(64, 1, wantedThreads: 2);
            Loop(pool, marks, 2, &MarkTogether);
            Assert.Equal(2, marks.Threads);
            // Far longer than any worker watches.
            Thread.Sleep(20);
        }
    }

    [Fact]
    public void WithoutWorkersTheCallerDoesItAll()
    {
        using var pool = new WorkerPool(0);
        using var marks = new Marks(1000, 10);
        Loop(pool, marks, 4, &Mark);
        marks.AssertAll(1);
        Assert.Equal((1, 1, 0), (marks.Calls, pool.MaxThreads, pool.StartedWorkers));
    }

    [Fact]
    public void AfterDisposeTheCallerDoesItAll()
    {
        var pool = new WorkerPool(2);
        using var marks = new Marks(1000, 10);
        Loop(pool, marks, 3, &Mark);
        var frame = marks.Frame(pool, 3);
        pool.Dispose();
        pool.Dispose();
        pool.Run(&frame, &Mark, marks.Count, marks.Grain);
        marks.AssertAll(2);
    }

    [Fact]
    public void AnInterruptedCallerFinishesAndIsStillInterrupted()
    {
        using var pool = new WorkerPool(1);
        var stillInterrupted = false;
        RunAll(callers: 1, () =>
        {
            using var marks = new Marks(64, 1, wantedThreads: 2);
            Thread.CurrentThread.Interrupt();
            for (var repeat = 0; repeat < 5; repeat++)
                Loop(pool, marks, 2, &MarkTogether);
            marks.AssertAll(5);
            try
            {
                Thread.Sleep(1);
            }
            catch (ThreadInterruptedException)
            {
                stillInterrupted = true;
            }
        });
        Assert.True(stillInterrupted);
    }

    [Fact]
    public void LoopsAllocateNothing()
    {
        using var pool = new WorkerPool(2);
        using var marks = new Marks(1000, 10);
        Loop(pool, marks, 3, &Mark);
        var frame = marks.Frame(pool, 3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            pool.Run(&frame, &Mark, 1000, 10);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        marks.AssertAll(101);
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(65, 64, 2)]
    [InlineData(1000, 7, 3)]
    [InlineData(100_000, 1, 4)]
    public void OpenMpThreadsRunEveryIterationOnce(int count, int grain, int threads)
    {
        torch.randn(8).Dispose(); // libtorch brings its OpenMP with it
        Assert.True(OpenMpTeam.IsAvailable || !OperatingSystem.IsLinux());
        if (!OpenMpTeam.IsAvailable)
            return;
        using var pool = new WorkerPool(0);
        for (var repeat = 0; repeat < 20; repeat++)
        {
            using var marks = new Marks(count, grain);
            var frame = marks.Frame(pool, threads);
            OpenMpTeam.ParallelFor(&frame, &Mark, count, grain);
            marks.AssertAll(1);
        }
    }

    private static void Loop(
        WorkerPool pool, Marks marks, int threads, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void> body, long? count = null)
    {
        var frame = marks.Frame(pool, threads);
        // The way native code calls it.
        frame.ParallelFor(&frame, body, count ?? marks.Count, marks.Grain);
    }

    private static void RunAll(int callers, Action call)
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, callers).Select(_ => new Thread(() =>
        {
            try
            {
                call();
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        foreach (var thread in threads)
            Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "a caller hangs");
        Assert.Empty(failures);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Mark(RegionFrame* frame, long begin, long end) => MarkRange(frame, begin, end);

    // Holds everyone until as many threads as wanted have come. Not by sleeping: that would end in an exception on an
    // interrupted thread, and native code throws none.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void MarkTogether(RegionFrame* frame, long begin, long end)
    {
        MarkRange(frame, begin, end);
        for (var start = Stopwatch.GetTimestamp(); Marks.ThreadsSeen(frame->Symbols) < frame->Symbols[Marks.Wanted];)
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > 20)
                break;
            Thread.Yield();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void MarkAllFromWithin(RegionFrame* frame, long begin, long end)
    {
        for (var i = begin; i < end; i++)
            frame->ParallelFor(frame, &Mark, frame->Symbols[0], frame->Symbols[1]);
    }

    private static void MarkRange(RegionFrame* frame, long begin, long end)
    {
        var marks = (int*)frame->Buffers[0];
        long count = frame->Symbols[0], grain = Math.Max(1, frame->Symbols[1]);
        if (begin < 0 || begin >= end || end > count || begin % grain != 0 || (end % grain != 0 && end != count))
            Interlocked.Increment(ref frame->Symbols[Marks.Bad]);
        for (var i = begin; i < end; i++)
            Interlocked.Increment(ref marks[i]);
        Interlocked.Increment(ref frame->Symbols[Marks.CallCount]);
        Marks.SeeThread(frame->Symbols, Environment.CurrentManagedThreadId);
    }

    /// <summary>What the bodies above write: a count per iteration, the number of calls, the threads seen.</summary>
    private sealed class Marks : IDisposable
    {
        // Positions in the symbols; 0 and 1 are count and grain, the threads seen follow.
        public const int CallCount = 2, Bad = 3, Wanted = 4, FirstThread = 5, MostThreads = 8;

        private readonly int* _marks;
        private readonly void** _buffers;
        private readonly long* _symbols;

        public Marks(int count, int grain, int wantedThreads = 0)
        {
            Count = count;
            Grain = grain;
            _marks = (int*)NativeMemory.AllocZeroed((nuint)count + 1, sizeof(int));
            _buffers = (void**)NativeMemory.AllocZeroed((nuint)sizeof(void*));
            _buffers[0] = _marks;
            _symbols = (long*)NativeMemory.AllocZeroed(FirstThread + MostThreads, sizeof(long));
            _symbols[0] = count;
            _symbols[1] = grain;
            _symbols[Wanted] = wantedThreads;
        }

        public int Count { get; }

        public int Grain { get; }

        public long Calls => _symbols[CallCount];

        public int Threads => ThreadsSeen(_symbols);

        public static int ThreadsSeen(long* symbols)
        {
            var seen = 0;
            while (seen < MostThreads && Volatile.Read(ref symbols[FirstThread + seen]) != 0)
                seen++;
            return seen;
        }

        public static void SeeThread(long* symbols, long thread)
        {
            for (var i = 0; i < MostThreads; i++)
            {
                var there = Interlocked.CompareExchange(ref symbols[FirstThread + i], thread, 0);
                if (there == 0 || there == thread)
                    return;
            }
        }

        public RegionFrame Frame(WorkerPool pool, int threads) => new()
        {
            Buffers = _buffers,
            Symbols = _symbols,
            ParallelFor = WorkerPool.ParallelFor,
            Pool = pool.Cookie,
            Threads = threads,
        };

        public void AssertAll(int expected)
        {
            Assert.True(_symbols[Bad] == 0, $"{_symbols[Bad]} ranges were out of bounds or not of whole grains");
            for (var i = 0; i < Count; i++)
                Assert.True(_marks[i] == expected, $"iteration {i} ran {_marks[i]} times, not {expected}");
        }

        public void Dispose()
        {
            NativeMemory.Free(_marks);
            NativeMemory.Free(_buffers);
            NativeMemory.Free(_symbols);
        }
    }
}
