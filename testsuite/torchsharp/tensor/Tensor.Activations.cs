namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor relu() => Native.Call("relu", this);
        public Tensor relu_() => Native.Run("relu_", this);
        public Tensor relu6() => Native.Call("relu6", this);
        public Tensor relu6_() => Native.Run("relu6_", this);
        public Tensor selu() => Native.Call("selu", this);
        public Tensor selu_() => Native.Run("selu_", this);
        public Tensor silu() => Native.Call("silu", this);
        public Tensor silu_() => Native.Run("silu_", this);
        public Tensor hardswish() => Native.Call("hardswish", this);
        public Tensor hardswish_() => Native.Run("hardswish_", this);
        public Tensor hardsigmoid() => Native.Call("hardsigmoid", this);
        public Tensor hardsigmoid_() => Native.Run("hardsigmoid_", this);
        public Tensor log_sigmoid() => Native.Call("log_sigmoid", this);
        public Tensor prelu(Tensor target) => Native.Call("prelu", this, target);
        public Tensor hardtanh(Scalar min, Scalar max) => Native.Call("hardtanh", this, min, max);
        public Tensor hardtanh_(Scalar min, Scalar max) => Native.Run("hardtanh_", this, min, max);
        public Tensor threshold(Scalar threshold, Scalar value) => Native.Call("threshold", this, threshold, value);
        public Tensor threshold_(Scalar threshold, Scalar value) => Native.Run("threshold_", this, threshold, value);
        public Tensor gelu() => Native.Call("gelu", this);
        public Tensor gelu_() => Native.Run("gelu_", this);
        public Tensor leaky_relu(Scalar negative_slope) => Native.Call("leaky_relu", this, negative_slope);
        public Tensor leaky_relu_(Scalar negative_slope) => Native.Run("leaky_relu_", this, negative_slope);
        public Tensor celu() => Native.Call("celu", this);
        public Tensor celu(Scalar alpha) => Native.Call("celu", this, alpha);
        public Tensor celu_() => Native.Run("celu_", this);
        public Tensor celu_(Scalar alpha) => Native.Run("celu_", this, alpha);
        public Tensor glu(long dim = -1) => Native.Call("glu", this, dim);
        public Tensor softplus(double beta = 1, double threshold = 20) => Native.Call("softplus", this, beta, threshold);
        public Tensor elu(double alpha = 1) => Native.Call("elu", this, alpha);
        public Tensor elu_(double alpha = 1) => Native.Run("elu_", this, alpha);
        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Native.Call("elu", this, alpha, scale, input_scale);
        public Tensor elu_(Scalar alpha, Scalar scale, Scalar input_scale) => Native.Run("elu_", this, alpha, scale, input_scale);
        public Tensor rrelu(double lower = 0.125, double upper = 0.3333333333333333) => Native.Call("rrelu", this, lower, upper);
        public Tensor rrelu_(double lower = 0.125, double upper = 0.3333333333333333) => Native.Run("rrelu_", this, lower, upper);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Native.Call("softmax.int", this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Native.Call("log_softmax.int", this, dim, dtype);
    }
}
