using System.Collections.Immutable;
using System.Numerics;

namespace DlAot.Ir.Reference;

/// <summary>Matrix products, convolution and pooling. Float sums are accumulated in float64 and rounded once.</summary>
internal static class ContractionRules
{
    public static NdArray MatMul(Attributes a, ImmutableArray<NdArray> x, NdArray r) => r.Type.IsFloat()
        ? MatMul(x[0], x[1], x[0].ToFloats(), x[1].ToFloats(), r, sum => ScalarValue.Of(r.Type, sum))
        : MatMul(x[0], x[1], x[0].ToIntegers(), x[1].ToIntegers(), r, sum => ScalarValue.Of(r.Type, sum));

    public static NdArray Conv(Attributes a, ImmutableArray<NdArray> x, NdArray r)
    {
        (NdArray input, NdArray weight) = (x[0], x[1]);
        (double[] inputs, double[] weights) = (input.ToFloats(), weight.ToFloats());
        var window = new Window(a, weight.Shape[2..]);
        long channels = weight.Shape[1], outputsPerGroup = weight.Shape[0] / a.Dim("groups").Constant!.Value;
        long flat = 0;
        foreach (long[] at in Indexing.Indices(r.Shape))
        {
            long firstChannel = at[1] / outputsPerGroup * channels;
            double sum = x.Length == 3 ? x[2][at[1]].Float : 0;
            long[] from = [at[0], 0, .. new long[window.Rank]];
            long tap = at[1] * weight.Count / weight.Shape[0];
            for (long c = 0; c < channels; c++)
            {
                from[1] = firstChannel + c;
                foreach (long[] offset in Indexing.Indices(window.Kernel))
                {
                    window.Place(at.AsSpan(2), offset, from.AsSpan(2));

                    // Padding is made of zeros: times an infinite weight they are NaN.
                    sum += (Indexing.IsInside(input.Shape, from) ? inputs[Indexing.Flat(input.Shape, from)] : 0) * weights[tap++];
                }
            }

            r[flat++] = ScalarValue.Of(r.Type, sum);
        }

        return r;
    }

    public static NdArray MaxPool(Attributes a, ImmutableArray<NdArray> x, NdArray r) =>
        Pool(a, x[0], r, (_, inside) =>
        {
            var max = new Accumulator(Kernels.ReduceKind.Max, r.Type);
            foreach (ScalarValue v in inside)
            {
                max.Add(v);
            }

            return max.Result();
        });

    // The divisor counts the part of the window inside the padded input, or only inside the input (torch.nn.AvgPool2d).
    public static NdArray AvgPool(Attributes a, ImmutableArray<NdArray> x, NdArray r) =>
        Pool(a, x[0], r, (padded, inside) => ScalarValue.Of(r.Type, inside.Count == 0 ? 0 : inside.Sum(v => v.Float) / (a.Bool("count_include_pad") ? padded : inside.Count)));

    private static NdArray MatMul<T>(NdArray x, NdArray y, T[] left, T[] right, NdArray r, Func<T, ScalarValue> round)
        where T : INumber<T>
    {
        long m = r.Shape[^2], n = r.Shape[^1], k = x.Shape[^1];
        long flat = 0;
        foreach (long[] batch in Indexing.Indices(r.Shape[..^2]))
        {
            long leftStart = Indexing.BroadcastFlat(x.Shape[..^2], batch) * m * k;
            long rightStart = Indexing.BroadcastFlat(y.Shape[..^2], batch) * k * n;
            for (long i = 0; i < m; i++)
            {
                for (long j = 0; j < n; j++)
                {
                    T sum = T.Zero;
                    for (long p = 0; p < k; p++)
                    {
                        sum += left[leftStart + (i * k) + p] * right[rightStart + (p * n) + j];
                    }

                    r[flat++] = round(sum);
                }
            }
        }

        return r;
    }

    private static NdArray Pool(Attributes a, NdArray x, NdArray r, Func<long, List<ScalarValue>, ScalarValue> combine)
    {
        var window = new Window(a, a.Ints("kernel"));
        int lead = r.Rank - window.Rank;
        long flat = 0;
        foreach (long[] at in Indexing.Indices(r.Shape))
        {
            long[] from = [.. at];
            long padded = 0;
            List<ScalarValue> inside = [];
            foreach (long[] offset in Indexing.Indices(window.Kernel))
            {
                window.Place(at.AsSpan(lead), offset, from.AsSpan(lead));
                padded += window.IsInPadding(x.Shape.AsSpan()[lead..], from.AsSpan(lead)) ? 1 : 0;
                if (Indexing.IsInside(x.Shape, from))
                {
                    inside.Add(x[Indexing.Flat(x.Shape, from)]);
                }
            }

            r[flat++] = combine(padded, inside);
        }

        return r;
    }

    /// <summary>Where window taps fall: at * stride - padding + offset * dilation, per spatial dimension.</summary>
    private sealed class Window(Attributes a, ImmutableArray<long> kernel)
    {
        private readonly ImmutableArray<long> stride = PerDimension(a, "stride", kernel.Length, 1);
        private readonly ImmutableArray<long> padding = PerDimension(a, "padding", kernel.Length, 0);
        private readonly ImmutableArray<long> dilation = PerDimension(a, "dilation", kernel.Length, 1);

        public ImmutableArray<long> Kernel { get; } = kernel;

        public int Rank => Kernel.Length;

        public void Place(ReadOnlySpan<long> at, ReadOnlySpan<long> offset, Span<long> from)
        {
            for (int i = 0; i < Rank; i++)
            {
                from[i] = (at[i] * stride[i]) - padding[i] + (offset[i] * dilation[i]);
            }
        }

        /// <summary>Inside the input or its padding.</summary>
        public bool IsInPadding(ReadOnlySpan<long> size, ReadOnlySpan<long> from)
        {
            for (int i = 0; i < Rank; i++)
            {
                if (from[i] < -padding[i] || from[i] >= size[i] + padding[i])
                {
                    return false;
                }
            }

            return true;
        }

        // One entry stands for all dimensions.
        private static ImmutableArray<long> PerDimension(Attributes a, string name, int rank, long missing) =>
            a.Get(name, ImmutableArray<long>.Empty) is { Length: > 0 } list
                ? [.. Enumerable.Range(0, rank).Select(i => list[list.Length == 1 ? 0 : i])]
                : [.. Enumerable.Repeat(missing, rank)];
    }
}
