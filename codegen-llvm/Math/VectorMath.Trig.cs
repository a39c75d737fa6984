using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

// sin and cos by x = q pi/2 + r, |r| <= pi/4. Up to 200000 (f32) and 1600000 (f64) the product q pi/2 is subtracted in three
// parts (Cody & Waite 1980, chapter 8); arguments beyond take a branch to LargeArgumentReduction, which is exact.
public sealed partial class VectorMath
{
    private const double TwoOverPi = 0.6366197723675814;
    private const double PiHalf1F32 = 1.57079625, PiHalf2F32 = 7.54978942e-08, PiHalf3F32 = 5.39030286e-15;
    private const double PiHalf1F64 = 1.5707963267341256, PiHalf2F64 = 6.077100506303966e-11, PiHalf3F64 = 2.0222662487959506e-21; // 33, 33, 53 bits

    private static readonly double[] SinF32 = [-0.166666538, 0.00833210815, -0.00019508235];
    private static readonly double[] CosF32 = [0.0416666456, -0.00138872978, 2.44300882e-05];

    private static readonly double[] SinF64 =
        [0.008333333333321907, -0.00019841269829448056, 2.755731357902739e-06, -2.5050741891209395e-08, 1.589592297113263e-10];

    private static readonly double[] CosF64 =
    [
        0.041666666666666595, -0.0013888888888873344, 2.4801587289004095e-05, -2.7557314217705677e-07, 2.0875705489136706e-09, -1.1358753889399751e-11,
    ];

    /// <summary>Sine of an angle in radians, over the whole range. Error under 2 ulp. Calls a function that it adds to the module.</summary>
    public LLVMValueRef Sin(LLVMValueRef x) => Outlined("sin", In(x), static (math, v) => math.SinCos(v, quarterTurns: 0));

    /// <summary>Cosine of an angle in radians, over the whole range. Error under 2 ulp. Calls a function that it adds to the module.</summary>
    public LLVMValueRef Cos(LLVMValueRef x) => Outlined("cos", In(x), static (math, v) => math.SinCos(v, quarterTurns: 1));

    private Lanes SinCos(Lanes x, int quarterTurns)
    {
        (ReducedAngle fast, double limit) = x.IsDouble ? (ReduceF64(x), 1.6e6) : (features.Fma ? ReduceF32(x) : ReduceF32InF64(x), 2e5);
        ReducedAngle reduced = LargeArgumentReduction.Guard(x, limit, fast);
        Lanes quarter = reduced.Quarter.IntAdd(quarterTurns);
        Lanes value = Lanes.Select(quarter.And(1).IsNonZero(), Cosine(reduced), Sine(reduced));
        Lanes sign = quarter.And(2).ShiftLeft(x.IsDouble ? 62 : 30);
        Lanes result = sign.Xor(value.Bits()).FromBits(x);
        return quarterTurns == 0 ? Lanes.Select(x.EqualTo(0), x, result) : result; // the products lose the sign of zero
    }

    // Fused, the first step is exact (a multiple of 2^-24 below 1), and the second and third round once each.
    private static ReducedAngle ReduceF32(Lanes x)
    {
        Lanes sum = x.MulAdd(TwoOverPi, RoundF32), n = sum - RoundF32;
        Lanes r = n.MulAdd(-PiHalf3F32, n.MulAdd(-PiHalf2F32, n.MulAdd(-PiHalf1F32, x)));
        return new(r, r.Const(0), sum.Bits());
    }

    private static ReducedAngle ReduceF32InF64(Lanes x)
    {
        Lanes wide = x.ToDouble(), sum = wide.MulAdd(TwoOverPi, RoundF64), n = sum - RoundF64;
        Lanes r = (wide - n * PiHalf1F64 - n * PiHalf2F64).ToFloat();
        return new(r, r.Const(0), sum.Bits().ToInt32());
    }

    // n has 20 bits, so n * first and n * second are exact; the rest of the second subtraction is kept (Knuth's two-sum).
    private static ReducedAngle ReduceF64(Lanes x)
    {
        Lanes sum = x.MulAdd(TwoOverPi, RoundF64), n = sum - RoundF64;
        Lanes first = x - n * PiHalf1F64, part = n * PiHalf2F64;
        Lanes second = first - part, back = second - first;
        Lanes lost = (first - (second - back)) - (part + back);
        Lanes low = lost - n * PiHalf3F64, high = second + low;
        return new(high, (second - high) + low, sum.Bits());
    }

    private static Lanes Sine(ReducedAngle angle)
    {
        Lanes r = angle.High, z = r * r, cube = z * r;
        if (!r.IsDouble)
            return cube.MulAdd(z.Polynomial(SinF32), r);
        // r + low: sin(r) + low cos(r), as in fdlibm's k_sin.c.
        Lanes tail = cube.MulAdd(z.Polynomial(SinF64), angle.Low * -0.5);
        return r - ((-z).MulAdd(tail, angle.Low * -1) + cube * 0.1666666666666663);
    }

    private static Lanes Cosine(ReducedAngle angle)
    {
        Lanes r = angle.High, z = r * r, square = z * z;
        if (!r.IsDouble)
            return square.MulAdd(z.Polynomial(CosF32), z.MulAdd(-0.5, 1));
        // The rounding of 1 - z/2 is added back, as in fdlibm's k_cos.c.
        Lanes half = z * 0.5, main = 1 - half;
        Lanes tail = square.MulAdd(z.Polynomial(CosF64), r * angle.Low * -1);
        return main + (((1 - main) - half) + tail);
    }
}
