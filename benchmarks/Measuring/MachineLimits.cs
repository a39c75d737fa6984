using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DlAot.Benchmarks.Measuring;

/// <summary>What one core can do at most: bytes read and written by a large copy, and float multiply-adds (two operations each).</summary>
internal sealed record MachineLimits(double CopyGigabytesPerSecond, double GigaflopsPerSecond, int VectorBits)
{
    private const int Rounds = 5;

    public static MachineLimits Measure() => new(Copy(), MultiplyAdd(), Vector512.IsHardwareAccelerated ? 512 : 256);

    private static double Copy()
    {
        byte[] from = new byte[256 << 20], to = new byte[256 << 20];
        return Best(() => from.CopyTo(to, 0)) is var seconds ? 2.0 * from.Length / seconds / 1e9 : 0;
    }

    private static double MultiplyAdd()
    {
        const int Steps = 20_000_000;
        int lanes = Vector512.IsHardwareAccelerated ? 16 : 8;
        // Compiled in full before it is timed.
        for (int i = 0; i < 200; i++)
            Chains(10);
        Thread.Sleep(300);
        Chains(1000);
        return 2.0 * 8 * lanes * Steps / Best(() => Chains(Steps)) / 1e9;
    }

    // Eight independent chains hide the latency of a multiply-add.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains(int steps)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> m = Vector512.Create(0.999f), a = m, b = m, c = m, d = m, e = m, f = m, g = m, h = m;
            for (int i = 0; i < steps; i++)
            {
                a = Vector512.FusedMultiplyAdd(a, m, m);
                b = Vector512.FusedMultiplyAdd(b, m, m);
                c = Vector512.FusedMultiplyAdd(c, m, m);
                d = Vector512.FusedMultiplyAdd(d, m, m);
                e = Vector512.FusedMultiplyAdd(e, m, m);
                f = Vector512.FusedMultiplyAdd(f, m, m);
                g = Vector512.FusedMultiplyAdd(g, m, m);
                h = Vector512.FusedMultiplyAdd(h, m, m);
            }
            return Vector512.Sum(a + b + c + d + e + f + g + h);
        }
        else
        {
            Vector256<float> m = Vector256.Create(0.999f), a = m, b = m, c = m, d = m, e = m, f = m, g = m, h = m;
            for (int i = 0; i < steps; i++)
            {
                a = Vector256.FusedMultiplyAdd(a, m, m);
                b = Vector256.FusedMultiplyAdd(b, m, m);
                c = Vector256.FusedMultiplyAdd(c, m, m);
                d = Vector256.FusedMultiplyAdd(d, m, m);
                e = Vector256.FusedMultiplyAdd(e, m, m);
                f = Vector256.FusedMultiplyAdd(f, m, m);
                g = Vector256.FusedMultiplyAdd(g, m, m);
                h = Vector256.FusedMultiplyAdd(h, m, m);
            }
            return Vector256.Sum(a + b + c + d + e + f + g + h);
        }
    }

    private static double Best(Action action)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
