namespace DlAot.Tests.Kernels;

/// <summary>The largest error in units of the last place of the result's type, and where it was.</summary>
public sealed class UlpCount
{
    private (double X, double Got, double Expected) _at;

    /// <summary>Results are f64; otherwise f32.</summary>
    public bool Wide { get; init; }

    public double Largest { get; private set; }
    public long Count { get; private set; }

    public void Add(double x, double got, double expected)
    {
        Count++;
        double error = Error(got, expected);
        if (error > Largest)
            (Largest, _at) = (error, (x, got, expected));
    }

    private double Error(double got, double expected)
    {
        if (double.IsNaN(got) || double.IsNaN(expected))
            return double.IsNaN(got) == double.IsNaN(expected) ? 0 : double.PositiveInfinity;
        if (got == expected)
            return 0;
        if (Wide)
        {
            if (double.IsInfinity(got) || double.IsInfinity(expected))
                return Math.Abs(Bits(got) - (double)Bits(expected)); // distance in representable values
            return Math.Abs(got - expected) / Math.Max(Math.ScaleB(1, Math.ILogB(expected) - 52), double.Epsilon);
        }
        // An infinite f32 stands for 2^128, and so does what is true but larger.
        double limit = Math.ScaleB(1, 128);
        (got, expected) = (Math.Clamp(got, -limit, limit), Math.Clamp(expected, -limit, limit));
        double unit = Math.Max(expected == 0 ? 0 : Math.ScaleB(1, Math.ILogB(expected) - 23), float.Epsilon);
        return Math.Abs(got - expected) / unit;
    }

    private static long Bits(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? long.MinValue - bits : bits;
    }

    public override string ToString() => $"{Count} arguments, largest error {Largest:F3} ulp at x = {_at.X:R}: {_at.Got:R}, true {_at.Expected:R}";
}
