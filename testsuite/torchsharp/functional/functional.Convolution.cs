namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Native.Call("linear", input, weights, bias);
            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null)
                => Native.Call("bilinear", input1, input2, weight, bias);
            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1)
                => Native.Call("conv1d", input, weight, bias, Arg.Or(stride), Arg.Or(padding), Arg.Or(dilation), groups);
            public static Tensor conv1d_padding(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, Padding padding = Padding.Valid, long? dilation = null, long groups = 1)
                => Native.Call("conv1d.padding", input, weight, bias, Arg.Or(stride), padding.ToString().ToLowerInvariant(), Arg.Or(dilation), groups);
            public static Tensor conv_transpose1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? output_padding = null, long? dilation = null, long groups = 1)
                => Native.Call("conv_transpose1d", input, weight, bias, Arg.Or(stride), Arg.Or(padding), Arg.Or(output_padding), groups, Arg.Or(dilation));
            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
                => Native.Call("conv2d", input, weight, bias, Arg.Or(strides), Arg.Or(padding), Arg.Or(dilation), groups);
            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1)
                => Native.Call("conv2d.padding", input, weight, bias, Arg.Or(strides), padding.ToString().ToLowerInvariant(), Arg.Or(dilation), groups);
            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1)
                => Native.Call("conv_transpose2d.input", input, weight, bias, Arg.Or(strides), Arg.Or(padding), Arg.Or(output_padding), groups, Arg.Or(dilation));
            public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
                => Native.Call("conv3d", input, weight, bias, Arg.Or(strides), Arg.Or(padding), Arg.Or(dilation), groups);
            public static Tensor conv3d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1)
                => Native.Call("conv3d.padding", input, weight, bias, Arg.Or(strides), padding.ToString().ToLowerInvariant(), Arg.Or(dilation), groups);
            public static Tensor conv_transpose3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1)
                => Native.Call("conv_transpose3d.input", input, weight, bias, Arg.Or(strides), Arg.Or(padding), Arg.Or(output_padding), groups, Arg.Or(dilation));
            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => Native.Call("im2col", input, new[] { kernel_size, kernel_size }, new[] { dilation, dilation }, new[] { padding, padding }, new[] { stride, stride });
            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => Native.Call("col2im", input, new[] { output_size, output_size }, new[] { kernel_size, kernel_size }, new[] { dilation, dilation }, new[] { padding, padding }, new[] { stride, stride });
        }
    }
}
