namespace DlAot.Ir;

/// <summary>Float64 functions that .NET lacks or has only with cancellation. Slow and accurate to a few units in the last place.</summary>
public static class SpecialFunctions
{
    /// <summary>
    /// The error function. Abramowitz and Stegun, Handbook of Mathematical Functions: series 7.1.5 up to 1, beyond it one minus the
    /// continued fraction 7.1.14 of erfc.
    /// </summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        double value = double.IsNaN(x) ? x : a < 1 ? ErfSeries(a) : a < 6 ? 1 - ErfcFraction(a) : 1;
        return Math.CopySign(value, x);
    }

    /// <summary>exp(x) - 1 without cancellation: W. Kahan's (u - 1) x / log(u), in Higham, Accuracy and Stability, 1.14.1.</summary>
    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : double.IsInfinity(u) ? u : (u - 1) * (x / Math.Log(u));
    }

    /// <summary>log(1 + x) without cancellation, by the same device (Higham, problem 1.5).</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : double.IsPositiveInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    // 2/sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1))
    private static double ErfSeries(double x)
    {
        double power = x, sum = x;
        for (int n = 1; Math.Abs(power) > 1e-20 * x; n++)
        {
            power *= -x * x / n;
            sum += power / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    // exp(-x^2)/sqrt(pi) * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), from the inside out; 200 terms are enough from x = 1 on.
    private static double ErfcFraction(double x)
    {
        double tail = x;
        for (int k = 200; k > 0; k--)
        {
            tail = x + (k / 2.0 / tail);
        }

        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / tail;
    }
}
