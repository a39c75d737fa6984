using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What transposed convolutions share: an output size can be asked for.</summary>
public abstract class ConvolutionTranspose : Convolution
{
    protected ConvolutionTranspose(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null)
        : base(name, in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, transposed, output_padding, groups, bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) => forward(input, null);

    /// <param name="input">[N, in_channels, ...] or [in_channels, ...].</param>
    /// <param name="output_size">The spatial sizes (or all sizes) of the result; null: as small as possible, plus <see cref="Convolution.output_padding"/>.</param>
    public abstract Tensor forward(Tensor input, long[]? output_size);

    /// <summary>What to add to the smallest output to reach <paramref name="output_size"/>.</summary>
    /// <exception cref="ArgumentException">That size cannot be reached.</exception>
    protected long[] _output_padding(Tensor input, long[]? output_size, long[] kernel_size, long[] stride, long[] padding, long[] dilation, long num_spatial_dims)
    {
        if (output_size is null)
            return output_padding;

        var spatial = (int)num_spatial_dims;
        var leading = (int)input.ndim - spatial;
        var wanted = output_size.Length == spatial ? output_size : output_size[^spatial..];
        if (output_size.Length != spatial && output_size.Length != leading + spatial)
            throw new ArgumentException($"ConvTranspose{spatial}D: for {input.ndim}D input, output_size must have {spatial} or {leading + spatial} elements (got {output_size.Length})", nameof(output_size));

        var extra = new long[spatial];
        for (var d = 0; d < spatial; d++)
        {
            var smallest = (input.size(d + leading) - 1) * stride[d] - 2 * padding[d] + dilation[d] * (kernel_size[d] - 1) + 1;
            extra[d] = wanted[d] - smallest;
            if (extra[d] < 0 || extra[d] >= stride[d])
                throw new ArgumentException($"Requested an output size of {wanted[d]}, but valid sizes range from {smallest} to {smallest + stride[d] - 1}", nameof(output_size));
        }
        return extra;
    }
}
