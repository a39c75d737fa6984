using System.Diagnostics;

namespace DlAot.Runtime;

/// <summary>
/// How long a worker watches for the next loop before it sleeps: twice the pause it has come to expect between loops,
/// or next to nothing where loops come too rarely for watching to pay.
/// </summary>
internal struct IdleTime
{
    private const int LongestWatch = 100;
    private const int ShortestWatch = 5;

    // Pure spinning so long, then every look lets other threads have the core first.
    private const int SpinOnly = 10;

    private readonly long _microsecond;
    private long _since;
    private long _expected;

    /// <param name="microsecond">One, in Stopwatch ticks.</param>
    public IdleTime(long microsecond)
    {
        _microsecond = microsecond;
        _expected = LongestWatch / 2 * microsecond;
        _since = Stopwatch.GetTimestamp();
    }

    /// <summary>The worker has nothing to do from now on.</summary>
    public void Begin() => _since = Stopwatch.GetTimestamp();

    /// <summary>The worker has work again: learns from the pause.</summary>
    public void End()
    {
        var pause = Math.Min(Stopwatch.GetTimestamp() - _since, 10 * LongestWatch * _microsecond);
        _expected += (pause - _expected) / 4;
    }

    /// <summary>
    /// The worker was woken for a loop. It may have come too late for that one: the next may be near, and only a worker that is
    /// awake meets it.
    /// </summary>
    public void Woken()
    {
        _expected = Math.Min(_expected, LongestWatch / 2 * _microsecond);
        Begin();
    }

    /// <summary>Waits a moment; false when it is time to sleep.</summary>
    public readonly bool KeepWatching()
    {
        var pause = Stopwatch.GetTimestamp() - _since;
        var limit = _expected > LongestWatch * _microsecond
            ? ShortestWatch * _microsecond
            : Math.Clamp(2 * _expected, ShortestWatch * _microsecond, LongestWatch * _microsecond);
        if (pause >= limit)
            return false;
        if (pause < SpinOnly * _microsecond)
            Thread.SpinWait(2);
        else
            Thread.Yield();
        return true;
    }
}
