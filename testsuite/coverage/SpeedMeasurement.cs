using System.Diagnostics;

namespace DlAot.Tests.Coverage;

/// <summary>
/// Times two actions in turns, blocks of calls in the order a b, b a, and tells the lower quartile of each: what other work on the
/// machine adds is mostly above it.
/// </summary>
internal static class SpeedMeasurement
{
    private const int Blocks = 24, LeastBlocks = 6;

    // Of the slower side, in blocks of the usual length.
    private const int LongestBlock = 4;

    private const double BlockSeconds = 300e-6, MostSeconds = 1.5;

    /// <summary>Calls that bring both to the JIT's last tier, when made twice with a pause between.</summary>
    public static void WarmUp(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 40 && Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5; i++)
            action();
    }

    /// <summary>Microseconds for a call of each.</summary>
    public static (double A, double B) Measure(Action a, Action b)
    {
        // As many of one as of the other: what they do may depend on how often they were called before, as that of a growing cache does.
        var (callsA, callsB) = (Calls(a), Calls(b));
        int calls = Math.Min(Math.Max(callsA, callsB), LongestBlock * Math.Min(callsA, callsB));
        var (timesA, timesB) = (new List<double>(), new List<double>());
        long start = Stopwatch.GetTimestamp();
        for (int block = 0; block < Blocks && (block < LeastBlocks || Stopwatch.GetElapsedTime(start).TotalSeconds < MostSeconds); block++)
        {
            if (block % 2 == 0)
                timesA.Add(Time(a, calls));
            timesB.Add(Time(b, calls));
            if (block % 2 == 1)
                timesA.Add(Time(a, calls));
        }

        return (Quartile(timesA), Quartile(timesB));
    }

    private static int Calls(Action action)
    {
        action();
        return (int)Math.Clamp(BlockSeconds * 1e6 / Math.Max(Time(action, 3), 0.1), 1, 1000);
    }

    private static double Time(Action action, int calls)
    {
        action(); // the other side's cache lines are still leaving
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            action();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }

    private static double Quartile(List<double> times) => times.Order().ElementAt(times.Count / 4);
}
