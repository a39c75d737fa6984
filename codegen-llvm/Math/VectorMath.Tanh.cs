using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

// f32: y = 2 t / (1 + t²) with t = N / D, N = x P(x²), D = Q(x²), so y = 2 N D / (N² + D²): one division, and where y goes to 1
// the error of t vanishes (dy/dt = 0), so that short polynomials do and the result stays below 1. For tanh, t = tanh(x/2); for erf,
// t = tanh(artanh(erf x) / 2). P and Q are a weighted minimax fit; their common factor was searched for the smallest rounding
// error over every f32 argument (3.4 and 3.8 ulp with FMA). f64: by expm1 and exp.
public sealed partial class VectorMath
{
    private static readonly double[] TanhF32Numerator = [0.927921832, 0.027584875, 0.000105082247];
    private static readonly double[] TanhF32Denominator = [1.85584366, 0.20982331, 0.00223015924, 2.24093174e-06];

    private static readonly double[] ErfF32Numerator = [0.976655722, 0.259655297, 0.0281252787, 0.00223233365];
    private static readonly double[] ErfF32Denominator = [1.73107719, 0.486235261, 0.0842678025, 0.0105970278, 0.000174311062];

    private static readonly double[] ErfF64Near =
    [
        1.1283791670955126, -0.3761263890318338, 0.11283791670939076, -0.026866170642395527, 0.005223977600834256, -0.0008548325697948092,
        0.00012055287188594524, -1.4924598073214964e-05, 1.6445811142994634e-06, -1.619678886198502e-07, 1.3671997672900073e-08, -7.710347524324547e-10,
    ];

    private static readonly double[] ErfF64Far =
    [
        0.2553956763105071, -0.42718584741394167, 0.24165819424104876, -0.07897858103721041, 0.0037328924993949427, 0.006997464542437574,
        -0.0008471349153124924, -0.0009820544512650047, 4.304289809636695e-05, 0.0001740649485029453, 3.270150609709084e-05, -1.196871482282758e-05,
    ];

    /// <summary>Hyperbolic tangent. Error under 4 ulp; never above 1.</summary>
    public LLVMValueRef Tanh(LLVMValueRef x) => Tanh(In(x)).Value;

    /// <summary>Error function. Error under 4 ulp (f32), under 4e-16 relative (f64); never above 1.</summary>
    public LLVMValueRef Erf(LLVMValueRef x) => Erf(In(x)).Value;

    /// <summary>x (1 + erf(x / sqrt 2)) / 2, in the order of operations of eager. Error under 4 ulp of x, that is, absolute where the result vanishes.</summary>
    public LLVMValueRef Gelu(LLVMValueRef x)
    {
        Lanes v = In(x), half = v * 0.5;
        return half.MulAdd(Erf(v * System.Math.Sqrt(0.5)), half).Value;
    }

    /// <summary>x (1 + tanh(sqrt(2/pi) (x + 0.044715 x³))) / 2. Error under 4 ulp of x.</summary>
    public LLVMValueRef GeluTanh(LLVMValueRef x)
    {
        Lanes v = In(x), half = v * 0.5;
        Lanes inner = v * System.Math.Sqrt(2 / System.Math.PI) * (v * v).MulAdd(0.044715, 1);
        return half.MulAdd(Tanh(inner), half).Value;
    }

    private Lanes Tanh(Lanes x)
    {
        if (x.IsDouble)
        {
            Lanes t = Expm1(x.NegativeAbs() * 2);
            return ((-t) / (2 + t)).CopySign(x);
        }
        return Saturating(x, 9.1, TanhF32Numerator, TanhF32Denominator);
    }

    private Lanes Erf(Lanes x)
    {
        if (!x.IsDouble)
            return Saturating(x, 3.925, ErfF32Numerator, ErfF32Denominator);
        // Up to 1 an odd polynomial; beyond, 1 - exp(-x²) g(x) with g in (x - 2) / (x + 2), where exp's argument need not be exact.
        Lanes size = x.Abs(), bounded = size.AtMost(6), square = bounded * bounded;
        Lanes near = bounded * square.Polynomial(ErfF64Near);
        Lanes far = 1 - ExpOfNonPositive(-square) * ((bounded - 2) / (bounded + 2)).Polynomial(ErfF64Far);
        return Lanes.Select(size.Greater(1), far, near).CopySign(x);
    }

    private Lanes Saturating(Lanes x, double bound, double[] numerator, double[] denominator)
    {
        if (!features.Fma && !x.IsDouble)
            return Saturating(x.ToDouble(), bound, numerator, denominator).ToFloat(); // twice the roundings are too many for f32
        Lanes bounded = x.AtLeast(-bound).AtMost(bound), square = bounded * bounded;
        Lanes n = bounded * square.Polynomial(numerator), d = square.Polynomial(denominator);
        return Quotient((n + n) * d, n.MulAdd(n, d * d));
    }
}
