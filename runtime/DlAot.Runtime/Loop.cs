using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>
/// One parallel loop: who may join, who is inside, and what is left. In native memory, each contended word on its own
/// pair of cache lines.
/// </summary>
/// <remarks>
/// State, changed only atomically: number of the loop in bits 32-63, places left for helpers in bits 16-31, helpers
/// inside in bits 0-15. A helper that joins takes a place and goes inside in one step, so once <see cref="Close"/> has
/// taken the places away, the loop's other fields are read by nobody but those still inside.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal unsafe struct Loop
{
    public const int MaxWorkers = 0x7fff;

    private const long OneInside = 1;
    private const long OnePlace = 1 << 16;
    private const long AllPlaces = 0xffffL << 16;

    [FieldOffset(0)] private long _state;
    [FieldOffset(128)] private long _next;
    [FieldOffset(256)] private RegionFrame* _frame;
    [FieldOffset(264)] private delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void> _body;
    [FieldOffset(272)] private long _count;
    [FieldOffset(280)] private long _range;

    /// <summary>Helpers that have joined and not left.</summary>
    public long Inside => Volatile.Read(ref _state) & 0xffff;

    /// <summary>Starts a loop. The previous one must be closed and left by all.</summary>
    public void Open(
        RegionFrame* frame, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void> body, long count, long range, int places)
    {
        _frame = frame;
        _body = body;
        _count = count;
        _range = range;
        _next = 0;
        var number = (_state >>> 32) + 1;
        // A full fence: the sleepers are counted after this.
        Interlocked.Exchange(ref _state, (number << 32) | (places * OnePlace));
    }

    /// <summary>Lets nobody join any more.</summary>
    public void Close() => Interlocked.And(ref _state, ~AllPlaces);

    /// <summary>Whether there is a place in a loop other than number <paramref name="seen"/>.</summary>
    public readonly bool IsOpen(long seen)
    {
        var state = Volatile.Read(in _state);
        return (state & AllPlaces) != 0 && state >>> 32 != seen;
    }

    /// <summary>Joins a loop other than number <paramref name="seen"/>, which becomes its number.</summary>
    public bool TryJoin(ref long seen)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((state & AllPlaces) == 0 || state >>> 32 == seen)
                return false;
            if (Interlocked.CompareExchange(ref _state, state - OnePlace + OneInside, state) != state)
                continue;
            seen = state >>> 32;
            return true;
        }
    }

    /// <summary>Undoes <see cref="TryJoin"/>; what this thread wrote is then visible to the caller.</summary>
    public void Leave() => Interlocked.Add(ref _state, -OneInside);

    /// <summary>Runs ranges until none is left.</summary>
    public void TakeRanges()
    {
        while (true)
        {
            var begin = Interlocked.Add(ref _next, _range) - _range;
            if (begin >= _count)
                return;
            _body(_frame, begin, Math.Min(begin + _range, _count));
        }
    }
}
