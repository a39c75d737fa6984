namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => Native.Call("pad", input, pad, mode.ToString().ToLowerInvariant(), mode == PaddingModes.Constant ? value : Arg.None);
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, pad.ToArray(), mode, value);
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, new[] { pad.Item1, pad.Item2 }, mode, value);
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, new[] { pad.Item1, pad.Item2, pad.Item3, pad.Item4 }, mode, value);
            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, Enumerable.Repeat(pad, (int)input.ndim * 2).ToArray(), mode, value);
            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Native.Call("pixel_shuffle", input, upscale_factor);
            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Native.Call("pixel_unshuffle", input, downscale_factor);
            public static Tensor grid_sample(Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
                => Native.Call("grid_sampler", input, grid, mode == GridSampleMode.Nearest ? 1 : 0, (long)padding_mode == 0 ? 0 : padding_mode == GridSamplePaddingMode.Border ? 1 : 2, align_corners ?? false);
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false)
                => Native.Call("affine_grid_generator", theta, size, align_corners);

            /// <summary>Resizes the spatial dimensions to a size, or by factors.</summary>
            /// <exception cref="ArgumentException">Neither or both of size and factors are given, or the mode has no such rank.</exception>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                if ((size is null) == (scale_factor is null))
                {
                    throw new ArgumentException("only one of size or scale_factor should be defined");
                }
                int spatial = (int)x.ndim - 2;
                if (size is null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    size = new long[spatial];
                    for (int d = 0; d < spatial; d++)
                    {
                        size[d] = (long)Math.Floor(x.size(d + 2) * scale_factor![d]);
                    }
                    scale_factor = null;
                }
                if (mode == InterpolationMode.Area)
                {
                    return Native.Call($"adaptive_avg_pool{spatial}d", x, size);
                }
                if (mode is InterpolationMode.Nearest or InterpolationMode.NearestExact)
                {
                    string nearest = mode == InterpolationMode.Nearest ? "upsample_nearest" : "_upsample_nearest_exact";
                    return Native.Call($"{nearest}{spatial}d.vec", x, size, scale_factor);
                }
                string op = (mode, spatial, antialias) switch
                {
                    (InterpolationMode.Linear, 1, _) => "upsample_linear1d.vec",
                    (InterpolationMode.Bilinear, 2, false) => "upsample_bilinear2d.vec",
                    (InterpolationMode.Bilinear, 2, true) => "_upsample_bilinear2d_aa.vec",
                    (InterpolationMode.Bicubic, 2, false) => "upsample_bicubic2d.vec",
                    (InterpolationMode.Bicubic, 2, true) => "_upsample_bicubic2d_aa.vec",
                    (InterpolationMode.Trilinear, 3, _) => "upsample_trilinear3d.vec",
                    _ => throw new ArgumentException($"{mode} interpolation of {spatial} spatial dimensions is not defined"),
                };
                return Native.Call(op, x, size, align_corners ?? false, scale_factor);
            }

            public static Tensor one_hot(Tensor x, long num_classes = -1) => x.dtype == ScalarType.Int64
            ? Native.Call("one_hot", x, num_classes)
            : throw new ArgumentException("OneHot input tensor must have elements of type Int64");
        }
    }
}
