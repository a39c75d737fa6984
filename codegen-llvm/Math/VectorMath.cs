using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>
/// Elementary functions as straight code on scalars or vectors of any lane count, f32 or f64 by the type of the argument;
/// freestanding (no libm), without branches except in the rare path of <see cref="Sin"/> and <see cref="Cos"/>.
/// NaN gives NaN, infinities, signed zeros, overflow and denormal numbers are as in IEEE 754 and C99.
/// Errors are bounded against the true value: see each function; the bounds are asserted over all exponents by the tests.
/// Coefficients were fitted for these intervals by weighted minimax (Remez exchange and Lawson's iteration) and rounded
/// one after the other, refitting the rest.
/// </summary>
/// <param name="builder">Positioned inside a function of a module.</param>
/// <param name="features">Of the level that the function is for.</param>
public sealed partial class VectorMath(LLVMBuilderRef builder, MathFeatures features)
{
    // ln 2 in two parts; the first has so few bits that its product with any exponent is exact. Cody & Waite 1980, chapter 6.
    private const double Ln2HighF32 = 0.693145751953125, Ln2LowF32 = 1.42860682e-06;
    private const double Ln2HighF64 = 0.6931471805598903, Ln2LowF64 = 5.497923018708371e-14;
    private const double Log2E = 1.4426950408889634;

    // Adding 1.5 * 2^23 (2^52) rounds to an integer, which then stands in the low bits of the sum.
    private const double RoundF32 = 12582912, RoundF64 = 6755399441055744;

    private static double Round(Lanes x) => x.IsDouble ? RoundF64 : RoundF32;

    /// <summary>Square root, correctly rounded.</summary>
    public LLVMValueRef Sqrt(LLVMValueRef x) => builder.BuildIntrinsic("llvm.sqrt", x);

    /// <summary><c>1 / sqrt(x)</c> in two roundings: error under 1.5 ulp.</summary>
    public LLVMValueRef Rsqrt(LLVMValueRef x) => builder.BuildFDiv(x.TypeOf.ConstReal(1), Sqrt(x));

    public LLVMValueRef Floor(LLVMValueRef x) => builder.BuildIntrinsic("llvm.floor", x);

    public LLVMValueRef Ceil(LLVMValueRef x) => builder.BuildIntrinsic("llvm.ceil", x);

    public LLVMValueRef Trunc(LLVMValueRef x) => builder.BuildIntrinsic("llvm.trunc", x);

    /// <summary>To the nearest integer, halves to even.</summary>
    public LLVMValueRef RoundHalfEven(LLVMValueRef x) => builder.BuildIntrinsic("llvm.roundeven", x);

    public LLVMValueRef Abs(LLVMValueRef x) => builder.BuildIntrinsic("llvm.fabs", x);

    private Lanes In(LLVMValueRef x)
    {
        LLVMTypeKind kind = x.TypeOf.ScalarType().Kind;
        return kind is LLVMTypeKind.LLVMFloatTypeKind or LLVMTypeKind.LLVMDoubleTypeKind
            ? new Lanes(builder, x)
            : throw new ArgumentException($"Vector math is for f32 and f64, not {x.TypeOf}: extend first.", nameof(x));
    }

    /// <summary>
    /// <c>n / d</c> where d is normal and neither overflows: error under 0.6 ulp. A 512-bit division occupies the divider for
    /// 16 cycles on Intel (tanh: 16 cycles a vector against 9 this way) and 5 on Zen 5 (6.5 against 7.8).
    /// </summary>
    private Lanes Quotient(Lanes n, Lanes d)
    {
        if (d.IsDouble || !features.Avx512)
            return n / d;
        Lanes r = Avx512.Reciprocal(d), q = n * r; // 14 bits; one residual step doubles them (Markstein)
        return (-d.MulAdd(q, -n)).MulAdd(r, q); // this order keeps the sign of zero
    }
}
