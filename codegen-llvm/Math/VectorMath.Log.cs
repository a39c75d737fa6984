using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

// log(x) = e ln 2 + log(1 + f), x = 2^e (1 + f). f32: f - f²/2 + f³ P(f). f64: with s = f / (2 + f),
// log(1 + f) = f - (f²/2 - s (f²/2 + s² P(s²))), the arrangement of Sun's fdlibm e_log.c.
public sealed partial class VectorMath
{
    private static readonly double[] LogF32 = // 1 + f in [sqrt(1/2), sqrt(2))
        [0.333333313, -0.250008196, 0.200012416, -0.166234091, 0.142016649, -0.131597564, 0.127612278, -0.0763438642];

    private static readonly double[] LogF32Wide = // 1 + f in [3/4, 3/2)
        [0.333334506, -0.250001013, 0.199908137, -0.16647099, 0.144786075, -0.131631956, 0.104658023, -0.0450845584];

    private static readonly double[] LogF64 =
    [
        0.6666666666666734, 0.39999999999417046, 0.28571428741897176, 0.22222198620520195, 0.18183561991173364,
        0.15314107721292136, 0.14795398361291903,
    ];

    /// <summary>Natural logarithm: -inf at 0, NaN below. Error under 2 ulp.</summary>
    public LLVMValueRef Log(LLVMValueRef x) => Log(In(x)).Value;

    /// <summary>log(1 + x) without cancellation near 0. Error under 3 ulp.</summary>
    public LLVMValueRef Log1p(LLVMValueRef x) => Log1p(In(x)).Value;

    private Lanes Log(Lanes x)
    {
        if (features.Avx512 && !x.IsDouble)
        {
            Lanes m = Avx512.Mantissa(x);
            return LogOfParts(Avx512.Exponent(x) - Avx512.Exponent(m), m - 1, LogF32Wide); // 0, inf, negative: right as they are
        }
        (Lanes e, Lanes mantissa) = Split(x);
        return WithEdges(x, LogOfParts(e, mantissa - 1, LogF32));
    }

    private Lanes Log1p(Lanes x)
    {
        Lanes u = 1 + x;
        (Lanes e, Lanes m) = SplitNormal(u, out Lanes exponentBits);
        // What the addition lost, scaled like the mantissa. Where the scale would not be a number nothing was lost.
        Lanes lost = x - (u - 1);
        (long one, int mantissa, long largest) = x.IsDouble ? (0x3FF0000000000000, 52, 1000L) : (0x3F800000L, 23, 120L);
        Lanes capped = new(builder, builder.BuildIntrinsic("llvm.smin", exponentBits.Value, exponentBits.Type.ConstInt(largest)));
        Lanes scale = capped.ConstInt(one).IntSub(capped.ShiftLeft(mantissa)).FromBits(x);
        Lanes result = WithEdges(u, LogOfParts(e, lost.MulAdd(scale, m - 1), LogF32));
        return Lanes.Select(x.EqualTo(0), x, result); // keeps the sign of zero
    }

    private static Lanes LogOfParts(Lanes e, Lanes f, double[] f32)
    {
        if (f.IsDouble)
        {
            Lanes s = f / (2 + f), z = s * s, half = f * f * 0.5;
            Lanes inner = s.MulAdd(z.MulAdd(z.Polynomial(LogF64), half), e * Ln2LowF64);
            return e.MulAdd(Ln2HighF64, f - (half - inner));
        }
        Lanes square = f * f;
        Lanes tail = e.MulAdd(Ln2LowF32, f * square * f.Polynomial(f32));
        return e.MulAdd(Ln2HighF32, f + square.MulAdd(-0.5, tail));
    }

    /// <summary>Exponent and mantissa in [sqrt(1/2), sqrt(2)) of a positive number, denormal or not.</summary>
    private static (Lanes Exponent, Lanes Mantissa) Split(Lanes x)
    {
        (double smallest, int up) = x.IsDouble ? (2.2250738585072014e-308, 54) : (1.1754943508222875e-38, 25);
        Lanes denormal = x.Less(smallest);
        (Lanes e, Lanes m) = SplitNormal(Lanes.Select(denormal, x * System.Math.ScaleB(1, up), x), out _);
        return (Lanes.Select(denormal, e - up, e), m);
    }

    private static (Lanes Exponent, Lanes Mantissa) SplitNormal(Lanes x, out Lanes exponentBits)
    {
        // Subtracting the bits of sqrt(1/2) carries into the exponent exactly when the mantissa is above sqrt(2).
        if (!x.IsDouble)
        {
            Lanes offset = x.Bits().IntAdd(-0x3F3504F3);
            exponentBits = offset.ShiftRightSigned(23);
            return (exponentBits.SignedToFloat(x), offset.And(0x7FFFFF).IntAdd(0x3F3504F3).FromBits(x));
        }
        // 64-bit signed shifts and conversions are not instructions before AVX-512: stay unsigned, convert by adding 2^52.
        Lanes biased = x.Bits().IntAdd((1023L << 52) - 0x3FE6A09E667F3BCD);
        Lanes exponent = biased.ShiftRight(52);
        exponentBits = exponent.IntAdd(-1023);
        Lanes value = exponent.Or(0x4330000000000000).FromBits(x) - (4503599627370496.0 + 1023);
        return (value, biased.And(0xFFFFFFFFFFFFF).IntAdd(0x3FE6A09E667F3BCD).FromBits(x));
    }

    private static Lanes WithEdges(Lanes x, Lanes log)
    {
        Lanes upper = Lanes.Select(x.Less(double.PositiveInfinity), log, x); // inf and NaN are their own logarithms
        Lanes edge = Lanes.Select(x.EqualTo(0), x.Const(double.NegativeInfinity), x.Const(double.NaN));
        return Lanes.Select(x.AtMostMask(0), edge, upper);
    }
}
