using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, and a polynomial for exp(r): Cody & Waite 1980, chapter 6.
public sealed partial class VectorMath
{
    private static readonly double[] ExpF32 = [1, 1, 0.49999994, 0.166665167, 0.0416681021, 0.00836919807, 0.00138390297];

    // One degree less: 2^-23.4 in place of 2^-28.2.
    private static readonly double[] ExpF32Short = [1, 0.999999702, 0.499991477, 0.166676506, 0.0418981761, 0.00828943774];

    private static readonly double[] ExpF64 =
    [
        1, 1, 0.5000000000000011, 0.1666666666666645, 0.0416666666665273, 0.008333333333473823, 0.0013888888944233256,
        0.00019841269547375316, 2.4801492562323118e-05, 2.7557552285681064e-06, 2.763042017440848e-07, 2.5010321750991663e-08,
    ];

    private static readonly double[] Expm1F32 = [0.5, 0.166666657, 0.0416664928, 0.00833354425, 0.00139323308, 0.000197634567];

    private static readonly double[] Expm1F64 =
    [
        0.5, 0.16666666666666677, 0.04166666666666666, 0.008333333333321525, 0.0013888888888897947, 0.0001984126988626294,
        2.4801587286177373e-05, 2.7557244143591953e-06, 2.755731404759769e-07, 2.5109045400573952e-08, 2.0900712140003172e-09,
    ];

    /// <summary>e^x, denormal results included. Error under 3 ulp with FMA, 3.5 without.</summary>
    public LLVMValueRef Exp(LLVMValueRef x) => Exp(In(x)).Value;

    /// <summary>e^x for x up to 64 (softmax, sigmoid), cheaper by the overflow handling and one degree. Error under 2.5 ulp.</summary>
    public LLVMValueRef ExpOfNonPositive(LLVMValueRef x) => ExpOfNonPositive(In(x)).Value;

    /// <summary>e^x - 1 without cancellation near 0. Error under 3 ulp.</summary>
    public LLVMValueRef Expm1(LLVMValueRef x) => Expm1(In(x)).Value;

    /// <summary>1 / (1 + e^-x), denormal results included. Error under 4 ulp.</summary>
    public LLVMValueRef Sigmoid(LLVMValueRef x)
    {
        // e^-|x| cannot overflow, and both halves share it: 1 / (1 + z) for x >= 0, z / (1 + z) for x < 0.
        Lanes v = In(x), z = ExpOfNonPositive(v.NegativeAbs());
        return Quotient(Lanes.Select(v.Bits().IsNegativeInt(), z, v.Const(1)), 1 + z).Value;
    }

    private Lanes Exp(Lanes x)
    {
        if (features.Avx512)
            return ExpWithScale(x.IsDouble ? x.AtLeast(-746).AtMost(710) : x.AtLeast(-104.5).AtMost(89), x.IsDouble ? ExpF64 : ExpF32);
        if (x.IsDouble)
            return ExpF64InTwoSteps(x.AtLeast(-746).AtMost(710));
        // The square of e^(x/2), whose power of two is always a normal number, in place of two scalings.
        Lanes bounded = x.AtLeast(-104.5).AtMost(89);
        Lanes sum = bounded.MulAdd(Log2E / 2, RoundF32 + 127);
        Lanes r = Reduce(bounded, sum - (RoundF32 + 127), 2);
        Lanes root = r.Polynomial(Scaled(ExpF32, i => System.Math.ScaleB(1, -i))) * sum.Bits().ShiftLeft(23).FromBits(x);
        return root * root;
    }

    private Lanes ExpOfNonPositive(Lanes x)
    {
        Lanes bounded = x.AtLeast(x.IsDouble ? -745.2 : -104);
        if (features.Avx512)
            return ExpWithScale(bounded, x.IsDouble ? ExpF64 : ExpF32Short);
        // 2^(n+k) is a normal number for every n that matters, and the polynomial is 2^-k too small.
        (int k, int bias, int mantissa) = x.IsDouble ? (53, 1023, 52) : (24, 127, 23);
        Lanes sum = bounded.MulAdd(Log2E, Round(x) + bias + k);
        Lanes r = Reduce(bounded, sum - (Round(x) + bias + k), 1);
        return r.Polynomial(Scaled(x.IsDouble ? ExpF64 : ExpF32Short, _ => System.Math.ScaleB(1, -k))) * sum.Bits().ShiftLeft(mantissa).FromBits(x);
    }

    private static Lanes ExpWithScale(Lanes bounded, double[] polynomial)
    {
        Lanes n = bounded.MulAdd(Log2E, Round(bounded)) - Round(bounded);
        Lanes r = Reduce(bounded, n, 1);
        return Avx512.Scale(r.Polynomial(polynomial), n);
    }

    // p 2^n = p 2^(n/2) 2^(n - n/2): each factor is a normal number, and only the last product rounds.
    private static Lanes ExpF64InTwoSteps(Lanes bounded, Lanes? correction = null)
    {
        Lanes n = bounded.MulAdd(Log2E, RoundF64) - RoundF64;
        Lanes half = n.MulAdd(0.5, RoundF64 + 1023);
        Lanes rest = n - (half - (RoundF64 + 1023)) + (RoundF64 + 1023);
        Lanes r = Reduce(bounded, n, 1);
        Lanes p = (correction is { } more ? r + more : r).Polynomial(ExpF64);
        return p * half.Bits().ShiftLeft(52).FromBits(bounded) * rest.Bits().ShiftLeft(52).FromBits(bounded);
    }

    private static Lanes Reduce(Lanes x, Lanes n, int step) => x.IsDouble
        ? n.MulAdd(-Ln2LowF64 * step, n.MulAdd(-Ln2HighF64 * step, x))
        : n.MulAdd(-Ln2LowF32 * step, n.MulAdd(-Ln2HighF32 * step, x));

    private static double[] Scaled(double[] c, Func<int, double> factor) => [.. c.Select((value, i) => value * factor(i))];

    private static Lanes Expm1(Lanes x)
    {
        (double low, double high, int bias, int mantissa, double tiny) = x.IsDouble ? (-38, 710, 1022, 52, 1.0 / (1L << 54)) : (-18.0, 89.0, 126, 23, 1.0 / (1 << 25));
        Lanes bounded = x.AtLeast(low).AtMost(high);
        Lanes sum = bounded.MulAdd(Log2E, Round(x) + bias);
        Lanes r = Reduce(bounded, sum - (Round(x) + bias), 1);
        Lanes p = (r * r).MulAdd(r.Polynomial(x.IsDouble ? Expm1F64 : Expm1F32), r);
        // Half of 2^n, since 2^128 is not a number while the result still is one.
        Lanes half = sum.Bits().ShiftLeft(mantissa).FromBits(x);
        Lanes result = p.MulAdd(half, half - 0.5) * 2;
        return Lanes.Select(x.Abs().Less(tiny), x, result); // half of a denormal number would lose a bit
    }
}
