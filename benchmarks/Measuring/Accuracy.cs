using static TorchSharp.torch;

namespace DlAot.Benchmarks.Measuring;

/// <summary>How far a result is from eager's: the norm of the difference over the norm of eager's values.</summary>
internal static class Accuracy
{
    /// <summary>Reductions, products and convolutions add in another order than eager does.</summary>
    public const double Tolerance = 1e-5;

    // Below this mean magnitude values are compared absolutely.
    private const double Floor = 1e-6;

    /// <summary>The largest error of the pairs; infinite where type, shape, or positions of NaN and infinities differ.</summary>
    public static double Error(IReadOnlyList<Tensor> eager, IReadOnlyList<Tensor> compiled) =>
        eager.Count == compiled.Count ? eager.Zip(compiled, Error).Max() : double.PositiveInfinity;

    private static double Error(Tensor eager, Tensor compiled)
    {
        if (eager.dtype != compiled.dtype || !eager.shape.SequenceEqual(compiled.shape))
            return double.PositiveInfinity;
        using var scope = NewDisposeScope();
        double[] a = eager.to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
        double[] b = compiled.to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
        double difference = 0, norm = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (double.IsFinite(a[i]) && double.IsFinite(b[i]))
            {
                difference += (a[i] - b[i]) * (a[i] - b[i]);
                norm += a[i] * a[i];
            }
            else if (!a[i].Equals(b[i]))
            {
                return double.PositiveInfinity;
            }
        }
        return Math.Sqrt(difference) / Math.Max(Math.Sqrt(norm), Floor * Math.Sqrt(Math.Max(1, a.Length)));
    }
}
