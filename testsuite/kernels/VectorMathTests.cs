using DlAot.CodeGen.Llvm;
using Xunit.Abstractions;

namespace DlAot.Tests.Kernels;

/// <summary>Each function at each level of this machine against double-precision references, over all exponents.</summary>
public sealed class VectorMathTests(VectorMathLibrary library, ITestOutputHelper output) : IClassFixture<VectorMathLibrary>
{
    /// <summary>1 tests every f32 there is (minutes); the default takes every 1021st bit pattern, 4.2 million.</summary>
    private static readonly uint Stride = Environment.GetEnvironmentVariable("DLAOT_TEST_EXHAUSTIVE") == "1" ? 1u : 1021u;

    private static readonly float[] Special =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, -1.17549435e-38f, 1e-40f, -3e-42f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, BitConverter.Int32BitsToSingle(0x7FC00001),
        88.3762626f, 88.72283f, 88.72284f, 89f, -87.33655f, -103.97207f, -103.9721f, -104f, -104.6f, 9.01f, 9.02f, 3.92f, 3.93f, 16777216f, 8388609f,
        1.57079637f, 3.14159274f, 6.28318548f, 200000f, 200001f, 1e6f, 1e10f, 1e30f, 16367173f * 4722366482869645213696f, 0.99999994f, 1.00000012f, -0.99999994f,
    ];

    public static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (IsaLevel level in VectorMathLibrary.HostLevels)
        {
            foreach (MathCase function in MathCase.All)
                rows.Add(function.Name, level.Name);
        }
        return rows;
    }

    private static MathCase Function(string name) => MathCase.All.Single(function => function.Name == name);
    private static IsaLevel Level(string name) => IsaLevel.All.Single(level => level.Name == name);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Single_precision_is_within_its_bound_over_all_exponents(string name, string level)
    {
        MathCase function = Function(name);
        UlpCount worst = new();
        const int block = 1 << 20;
        List<float> inputs = [.. Special];
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Stride)
        {
            inputs.Add(BitConverter.UInt32BitsToSingle((uint)bits));
            if (inputs.Count < block && bits + Stride <= uint.MaxValue)
                continue;
            float[] x = [.. inputs], got = library.Apply(Level(level), name, Level(level).Lanes(4), x);
            for (int i = 0; i < x.Length; i++)
            {
                double expected = function.Reference(x[i]);
                if (!IsOutsideDomain(name, expected))
                    worst.Add(x[i], got[i], expected);
            }
            inputs.Clear();
        }
        output.WriteLine($"{name} {level} f32: {worst}");
        Assert.True(worst.Count > 1_000_000 && worst.Largest <= function.UlpF32, worst.ToString());
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Double_precision_is_within_its_bound_over_all_exponents(string name, string level)
    {
        MathCase function = Function(name);
        UlpCount worst = new() { Wide = true };
        Random random = new(20240611);
        double[] x = new double[1 << 20];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i < Special.Length ? Special[i] : (i % 3) switch
            {
                0 => BitConverter.UInt64BitsToDouble((ulong)random.NextInt64(long.MinValue, long.MaxValue)), // all exponents
                1 => (random.NextDouble() - 0.5) * 1500,
                _ => (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-60, 6)),
            };
        }
        double[] got = library.Apply(Level(level), name, Level(level).Lanes(8), x);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = function.Reference(x[i]);
            if (!IsOutsideDomain(name, expected))
                worst.Add(x[i], got[i], expected);
        }
        output.WriteLine($"{name} {level} f64: {worst}");
        Assert.True(worst.Count > 400_000 && worst.Largest <= function.UlpF64, worst.ToString());
    }

    // The reference of a function that is not for all arguments gives -0 outside its domain.
    private static bool IsOutsideDomain(string name, double expected) =>
        name == "exp_of_non_positive" && BitConverter.DoubleToInt64Bits(expected) == long.MinValue;

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_lane_has_the_same_bits_whatever_vector_it_is_in(string name, string level)
    {
        Random random = new(7);
        float[] x = [.. Special, .. Enumerable.Range(0, 20000).Select(_ => BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32)))];
        double[] wide = [.. x.Select(value => value * 1.0000001)];
        int[] full = [.. library.Apply(Level(level), name, Level(level).Lanes(4), x).Select(Bits)];
        long[] fullWide = [.. library.Apply(Level(level), name, Level(level).Lanes(8), wide).Select(Bits)];
        foreach (int lanes in VectorMathLibrary.LaneCounts(Level(level), wide: false)[1..])
        {
            Assert.Equal(full, library.Apply(Level(level), name, lanes, x).Select(Bits));
            Assert.Equal(fullWide, library.Apply(Level(level), name, lanes, wide).Select(Bits));
        }
    }

    // The bits of a NaN may depend on the order of operands.
    private static int Bits(float value) => float.IsNaN(value) ? -1 : BitConverter.SingleToInt32Bits(value);
    private static long Bits(double value) => double.IsNaN(value) ? -1 : BitConverter.DoubleToInt64Bits(value);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Zeros_keep_the_sign_that_the_reference_has(string name, string level)
    {
        double expected = Function(name).Reference(-0.0);
        float got = library.Apply(Level(level), name, Level(level).Lanes(4), [-0f])[0];
        double gotWide = library.Apply(Level(level), name, Level(level).Lanes(8), [-0.0])[0];
        Assert.Equal((double.IsNegative(expected), double.IsNegative(expected)), (float.IsNegative(got), double.IsNegative(gotWide)));
    }

    public static TheoryData<string> LevelRows() => [.. VectorMathLibrary.HostLevels.Select(level => level.Name)];

    [Theory]
    [MemberData(nameof(LevelRows))]
    public void Saturating_functions_never_pass_one(string level)
    {
        float[] x = [.. Enumerable.Range(0, 2_000_000).Select(i => i * 1e-5f)];
        foreach (string name in new[] { "tanh", "erf", "sigmoid" })
        {
            float[] got = library.Apply(Level(level), name, Level(level).Lanes(4), x);
            Assert.True(got.Max() == 1f, $"{name}: largest value {got.Max():G9}");
        }
    }

    [Theory]
    [MemberData(nameof(LevelRows))]
    public void Powers_are_within_their_bound_and_follow_C99(string level)
    {
        Random random = new(99);
        double[] edges = [0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e300, -1e300, 1e-310, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 9007199254740993, 4503599627370497, 1 - 1e-16, 1e18];
        List<double> bases = [], exponents = [];
        foreach (double x in edges)
        {
            foreach (double y in edges)
            {
                bases.Add(x);
                exponents.Add(y);
            }
        }
        for (int i = 0; i < 1_000_000; i++)
        {
            double x = Math.Exp((random.NextDouble() - 0.5) * (i % 2 == 0 ? 20 : 1400));
            bases.Add(i % 5 == 0 ? -x : x);
            exponents.Add(i % 5 == 0 ? random.Next(-20, 20) : (random.NextDouble() - 0.5) * 1500 / Math.Max(1, Math.Abs(Math.Log(x))));
        }
        UlpCount worst = new(), worstWide = new() { Wide = true };
        double[] got = library.Apply(Level(level), "pow", Level(level).Lanes(8), [.. bases], [.. exponents]);
        float[] x32 = [.. bases.Select(value => (float)value)], y32 = [.. exponents.Select(value => (float)value)];
        float[] got32 = library.Apply(Level(level), "pow", Level(level).Lanes(4), x32, y32);
        for (int i = 0; i < got.Length; i++)
        {
            worstWide.Add(bases[i], got[i], Math.Pow(bases[i], exponents[i]));
            worst.Add(x32[i], got32[i], Math.Pow(x32[i], y32[i]));
        }
        output.WriteLine($"pow {level} f32: {worst}\npow {level} f64: {worstWide}");
        Assert.True(worst.Largest <= 1, worst.ToString());
        Assert.True(worstWide.Largest <= 2, worstWide.ToString());
    }
}
