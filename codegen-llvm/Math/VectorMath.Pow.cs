using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

// x^y = exp(y log |x|), and C99's special cases. f32 computes in f64; f64 carries the logarithm and the product in pairs of
// doubles (Dekker 1971), since an error of the exponent is multiplied by up to 709.
public sealed partial class VectorMath
{
    private static readonly double[] LogF64Long =
    [
        0.4000000000000492, 0.2857142856941263, 0.22222222606698924, 0.18181778379938493, 0.15386987643056296, 0.13252178449853746, 0.13234473038428302,
    ];

    /// <summary>x to the power y, with all of C99's special cases. Error under 1 ulp (f32), under 2 ulp (f64).</summary>
    public LLVMValueRef Pow(LLVMValueRef x, LLVMValueRef y)
    {
        Lanes v = In(x), w = In(y), size = v.Abs();
        return PowEdges(v, w, size, v.IsDouble ? PowOfPositive(size, w) : Exp(w.ToDouble() * Log(size.ToDouble())).ToFloat()).Value;
    }

    private static Lanes PowEdges(Lanes x, Lanes y, Lanes size, Lanes power)
    {
        Lanes half = y * 0.5, isWhole = y.EqualTo(y.Floor()), isOdd = isWhole.And(half.UnequalTo(half.Floor()));
        Lanes result = Lanes.Select(size.EqualTo(1), x.Const(1), power); // also for y = inf
        result = Lanes.Select(isOdd, result.CopySign(x), result);
        Lanes undefined = x.Less(0).And(x.Greater(double.NegativeInfinity)).And(y.UnequalTo(y.Floor()));
        result = Lanes.Select(undefined, x.Const(double.NaN), result);
        return Lanes.Select(y.EqualTo(0).Or(x.EqualTo(1)), x.Const(1), result); // also for NaN
    }

    private Lanes PowOfPositive(Lanes size, Lanes y)
    {
        (Lanes e, Lanes m) = Split(size);
        (Lanes high, Lanes low) = LogPair(e, m);
        (Lanes p, Lanes error) = Product(y, WithEdges(size, high));
        Lanes rest = Lanes.Select(p.Abs().Less(1000), y.MulAdd(low, error), p.Const(0)); // no inf - inf
        return ExpF64InTwoSteps(p.AtLeast(-746).AtMost(710), rest);
    }

    /// <summary>e ln 2 + log m to about 2^-64 of its size: log m = s (2 + z (2/3 + z T(z))), s = (m - 1) / (m + 1), z = s².</summary>
    private (Lanes High, Lanes Low) LogPair(Lanes e, Lanes m)
    {
        Lanes f = m - 1, d = m + 1, dLow = m - (d - 1), inverse = 1 / d;
        Lanes s = f * inverse;
        (Lanes back, Lanes backError) = Product(s, d);
        Lanes sLow = (f - back - backError - s * dLow) * inverse;

        (Lanes z, Lanes zLow) = Product(s, s);
        zLow = (s * 2).MulAdd(sLow, zLow);
        const double twoThirds = 0.6666666666666666;
        Lanes t = z * z.Polynomial(LogF64Long), p = t + twoThirds, pLow = t - (p - twoThirds);
        (Lanes w, Lanes wLow) = Product(z, p);
        wLow = z.MulAdd(pLow, zLow.MulAdd(p, wLow));
        Lanes u = w + 2, uLow = (w - (u - 2)) + wLow;
        (Lanes log, Lanes logLow) = Product(s, u);
        logLow = s.MulAdd(uLow, sLow.MulAdd(u, logLow));

        Lanes main = e * Ln2HighF64, high = main + log;
        return (high, (log - (high - main)) + e.MulAdd(Ln2LowF64, logLow));
    }

    /// <summary>x y as a rounded product and its exact error.</summary>
    private (Lanes Product, Lanes Error) Product(Lanes x, Lanes y)
    {
        if (!features.Fma)
            return LargeArgumentReduction.ExactProduct(x, y);
        Lanes p = x * y;
        return (p, new Lanes(builder, builder.BuildFma(x.Value, y.Value, (-p).Value)));
    }
}
