using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace DlAot.Runtime;

/// <summary>Counts calls that ran compiled code and calls that ran the original, and says why the latter did.</summary>
/// <remarks>
/// Every miss is counted; the first of each (method, reason) is an event of the event source DlAot. Counts are plain
/// additions, cheap enough for every call; under concurrency a few may be lost.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Fallback
{
    // Reasons are few, and fixed by the compiler; this bounds what a mistake there could cost.
    private const int MostReasons = 4096;

    private static readonly ConcurrentDictionary<Key, Entry> _entries = new();
    private static long _hits;
    private static long _misses;

    private readonly record struct Key(string Method, int Guard, string? Reason);

    private sealed class Entry(string reason)
    {
        public string Reason { get; } = reason;

        public long Count;
    }

    /// <summary>Calls that ran compiled code.</summary>
    public static long CompiledCalls => Volatile.Read(ref _hits);

    /// <summary>Calls that could have, and ran the original code.</summary>
    public static long OriginalCalls => Volatile.Read(ref _misses);

    /// <summary>Every (method, reason) seen so far with its number of misses.</summary>
    public static IReadOnlyList<(string Method, string Reason, long Count)> Reasons() =>
        [.. _entries.Select(entry => (entry.Key.Method, entry.Value.Reason, Volatile.Read(ref entry.Value.Count)))];

    /// <summary>A call ran compiled code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit() => _hits++;

    /// <summary>A call runs the original code because a tensor guard failed.</summary>
    /// <param name="method">The method, as the user knows it; the same object every time.</param>
    /// <param name="guard">What <see cref="TensorGuards.Check"/> returned.</param>
    public static void GuardMissed(string method, int guard) => Count(new(method, guard, null));

    /// <summary>A call runs the original code because a region did not run to its end.</summary>
    /// <param name="method">The method, as the user knows it.</param>
    /// <param name="status">What <see cref="RegionRunner.Run"/> returned.</param>
    public static void RegionFailed(string method, int status) => Count(new(method, status, "region"));

    /// <summary>A call runs the original code for another reason, such as a changed field or an added hook.</summary>
    /// <param name="method">The method, as the user knows it.</param>
    /// <param name="reason">One of a fixed set of texts, quoting the user's own names.</param>
    public static void Missed(string method, string reason) => Count(new(method, 0, reason));

    private static void Count(Key key)
    {
        _misses++;
        if (!_entries.TryGetValue(key, out var entry))
            entry = First(key);
        if (entry is not null)
            entry.Count++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Entry? First(Key key)
    {
        if (_entries.Count >= MostReasons)
            return null;
        var added = new Entry(Describe(key));
        var entry = _entries.GetOrAdd(key, added);
        if (ReferenceEquals(entry, added))
            DlAotEventSource.Log.ReportMiss(key.Method, added.Reason);
        return entry;
    }

    private static string Describe(Key key) => (key.Reason, key.Guard) switch
    {
        (null, var guard) => TensorGuards.Describe(guard),
        ("region", RegionRunner.NoCode) => "the native library has no code for a region",
        ("region", RegionRunner.NoArena) => "there was no memory for temporaries",
        ("region", RegionRunner.LibraryThrew) => "a library call in compiled code threw an exception",
        ("region", not 0) => $"a check inside a region failed (status {key.Guard})",
        _ => key.Reason,
    };
}
