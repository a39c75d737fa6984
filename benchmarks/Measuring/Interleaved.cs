using System.Diagnostics;

namespace DlAot.Benchmarks.Measuring;

/// <summary>Microseconds per call: the middle and the quartiles of the samples.</summary>
internal sealed record Timing(double Median, double Low, double High, int Samples);

/// <summary>How long a measurement may take.</summary>
/// <param name="Samples">The least number of samples of each side.</param>
/// <param name="Seconds">More are taken until so much time is spent on each side.</param>
internal sealed record Effort(int Samples = 30, double Seconds = 0.4);

/// <summary>
/// Times two actions in turns, so that both meet the same machine: blocks of samples in the order a b, b a, a b. The first calls of a
/// block are not counted: the other side's threads and cache lines are still leaving.
/// </summary>
internal static class Interleaved
{
    private const int BlockSamples = 5;
    private const double LeastSampleSeconds = 200e-6;
    private const int MostSamples = 300;

    public static (Timing A, Timing B) Measure(Action a, Action b, Effort effort)
    {
        // Three rounds: the JIT promotes a hot method twice, each time after 100 ms without new ones.
        for (int round = 0; round < 3; round++)
        {
            WarmUp(a);
            WarmUp(b);
            Thread.Sleep(120);
        }
        var (sideA, sideB) = (Side.Calibrate(a), Side.Calibrate(b));
        long start = Stopwatch.GetTimestamp();
        for (bool swap = false; !IsEnough(sideA.Times.Count, start, effort); swap = !swap)
        {
            (swap ? sideB : sideA).Block();
            (swap ? sideA : sideB).Block();
        }
        return (sideA.Result(), sideB.Result());
    }

    private static bool IsEnough(int samples, long start, Effort effort) =>
        samples >= effort.Samples && (samples >= MostSamples || Stopwatch.GetElapsedTime(start).TotalSeconds >= 2 * effort.Seconds);

    private static void WarmUp(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 100 && Stopwatch.GetElapsedTime(start).TotalSeconds < 0.1; i++)
            action();
    }

    private sealed class Side(Action action, int calls)
    {
        public List<double> Times { get; } = [];

        public static Side Calibrate(Action action)
        {
            int calls = 1;
            for (double seconds = 0; ;)
            {
                seconds = Run(action, calls);
                if (seconds >= LeastSampleSeconds)
                    return new Side(action, calls);
                calls = Math.Max(calls + 1, (int)Math.Min(calls * 10.0, calls * LeastSampleSeconds * 1.2 / Math.Max(seconds, 1e-7)));
            }
        }

        public void Block()
        {
            Run(action, calls);
            for (int i = 0; i < BlockSamples; i++)
                Times.Add(Run(action, calls) / calls * 1e6);
        }

        public Timing Result()
        {
            double[] sorted = [.. Times.Order()];
            double At(double part) => sorted[(int)Math.Round(part * (sorted.Length - 1))];
            double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
            return new Timing(median, At(0.25), At(0.75), sorted.Length);
        }

        private static double Run(Action action, int calls)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
                action();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
