using System.Diagnostics.Tracing;
using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>Misses are counted every time and told once for each method and reason.</summary>
[Collection(RuntimeCopy.Collection)]
public sealed class RuntimeFallbackTests
{
    [Fact]
    public void EveryMissCountsAndTheFirstOfEachReasonIsTold()
    {
        var method = Name();
        using var heard = new Listener();
        var size = 1 | ((int)GuardProperty.Size << 16) | (1 << 24);
        for (var i = 0; i < 3; i++)
            Fallback.GuardMissed(method, size);
        Fallback.GuardMissed(method, 1 | ((int)GuardProperty.Rank << 16));
        Fallback.Missed(method, "the field 'scale' was changed");
        Fallback.Missed(method, "the field 'scale' was changed");
        Fallback.RegionFailed(method, 5);
        Fallback.RegionFailed(method, RegionRunner.NoArena);

        var told = heard.Lines.Where(line => line.Contains(method, StringComparison.Ordinal)).ToList();
        Assert.Equal(
            [
                $"CallRanOriginal: {method}, tensor 0 has another size in dimension 1",
                $"CallRanOriginal: {method}, tensor 0 has another number of dimensions",
                $"CallRanOriginal: {method}, the field 'scale' was changed",
                $"CallRanOriginal: {method}, a check inside a region failed (status 5)",
                $"CallRanOriginal: {method}, there was no memory for temporaries",
            ],
            told);
        Assert.Equal(3, Count(method, "tensor 0 has another size in dimension 1"));
        Assert.Equal(2, Count(method, "the field 'scale' was changed"));
    }

    [Fact]
    public void ThreadsThatMissTogetherTellOnce()
    {
        using var heard = new Listener();
        using var together = new Barrier(4);
        var methods = Enumerable.Range(0, 200).Select(_ => Name()).ToArray();
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            foreach (var method in methods)
            {
                together.SignalAndWait();
                Fallback.Missed(method, "raced");
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(methods.Order(), heard.Lines.Where(line => line.EndsWith(", raced", StringComparison.Ordinal)).Select(line => line[17..^7]).Order());
    }

    [Fact]
    public void TheSameReasonInAnotherMethodIsToldAgain()
    {
        string first = Name(), second = Name();
        using var heard = new Listener();
        Fallback.Missed(first, "why");
        Fallback.Missed(second, "why");
        Assert.Single(heard.Lines, line => line.Contains(first, StringComparison.Ordinal));
        Assert.Single(heard.Lines, line => line.Contains(second, StringComparison.Ordinal));
    }

    [Fact]
    public void WhatHappenedBeforeAnybodyListenedIsToldToTheFirstWhoDoes()
    {
        var method = Name();
        Fallback.Missed(method, "early");
        using (var first = new Listener())
            Assert.Single(first.Lines, line => line == $"CallRanOriginal: {method}, early");
        using var second = new Listener();
        Assert.DoesNotContain(second.Lines, line => line.Contains(method, StringComparison.Ordinal));
    }

    [Fact]
    public void CallsAreCounted()
    {
        long compiled = Fallback.CompiledCalls, original = Fallback.OriginalCalls;
        Fallback.Hit();
        Fallback.Missed(Name(), "counted");
        Assert.True(Fallback.CompiledCalls > compiled);
        Assert.True(Fallback.OriginalCalls > original);
    }

    [Fact]
    public void TheCountersAreThoseOfTheDocumentation()
    {
        var named = new HashSet<string>();
        using var arrived = new ManualResetEventSlim();
        using var listener = new CounterListener(name =>
        {
            lock (named)
            {
                named.Add(name);
                if (named.Count == 4)
                    arrived.Set();
            }
        });
        arrived.Wait(TimeSpan.FromSeconds(10));
        lock (named)
            Assert.Equal(["arena-bytes", "calls-compiled", "calls-original", "worker-threads"], named.Order());
    }

    [Fact]
    public void EveryGuardThatFailsIsToldInWords()
    {
        foreach (var property in Enum.GetValues<GuardProperty>())
        {
            var method = Name();
            Fallback.GuardMissed(method, 1 | ((int)property << 16));
            var reason = Fallback.Reasons().Single(entry => entry.Method == method).Reason;
            Assert.DoesNotMatch(@"^guard \d+$", reason);
            Assert.Contains(' ', reason);
        }
    }

    [Fact]
    public void ARepeatedMissAllocatesNothing()
    {
        var method = Name();
        Fallback.GuardMissed(method, 1);
        Fallback.Missed(method, "again");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Fallback.GuardMissed(method, 1);
            Fallback.Missed(method, "again");
            Fallback.Hit();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Name() => $"Net.forward-{Guid.NewGuid():n}";

    private static long Count(string method, string reason) =>
        Fallback.Reasons().Single(entry => entry.Method == method && entry.Reason == reason).Count;

    private sealed class CounterListener(Action<string> heard) : EventListener
    {
        private static readonly Dictionary<string, string?> _often = new() { ["EventCounterIntervalSec"] = "0.1" };

        protected override void OnEventSourceCreated(EventSource source)
        {
            if (source.Name == "DlAot")
                EnableEvents(source, EventLevel.Critical, EventKeywords.None, _often);
        }

        protected override void OnEventWritten(EventWrittenEventArgs e)
        {
            if (e.EventName == "EventCounters" && e.Payload is [IDictionary<string, object> counter])
                heard((string)counter["Name"]);
        }
    }
}
