using System.Diagnostics;
using System.Globalization;

namespace DlAot.Benchmarks.Measuring;

/// <summary>
/// How busy other programs keep the processors while something is measured: threads that wait for each other at barriers, as
/// libtorch's do, then wait for whoever else is running, and times of several threads mean little.
/// </summary>
internal sealed class OtherLoad
{
    /// <summary>A share of the processors from which on results are not to be trusted.</summary>
    public const double Disturbing = 0.1;

    // Linux counts in hundredths of a second, whatever the kernel's own tick.
    private const double TicksPerSecond = 100;

    private readonly double _busy = BusySeconds();
    private readonly double _own = OwnSeconds();
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>The share of all processors' time that others have used since this was made; 0 where it cannot be known.</summary>
    public double Share()
    {
        double others = BusySeconds() - _busy - (OwnSeconds() - _own);
        return Math.Round(Math.Clamp(others / (Stopwatch.GetElapsedTime(_start).TotalSeconds * Environment.ProcessorCount), 0, 1), 3);
    }

    // user, nice, system, (idle, iowait,) irq, softirq, steal of all processors together.
    private static double BusySeconds()
    {
        const string Statistics = "/proc/stat";
        if (!File.Exists(Statistics))
            return 0;
        double[] fields = [.. File.ReadLines(Statistics).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return (fields[..3].Sum() + fields[5..8].Sum()) / TicksPerSecond;
    }

    private static double OwnSeconds()
    {
        using var self = Process.GetCurrentProcess();
        return File.Exists("/proc/stat") ? self.TotalProcessorTime.TotalSeconds : 0;
    }
}
