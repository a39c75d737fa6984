namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor bernoulli(Generator? generator = null) => Native.Call("bernoulli", this, generator);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Native.Run("bernoulli_.float", this, p, generator);
        public Tensor bernoulli_(Tensor p, Generator? generator = null) => Native.Run("bernoulli_.Tensor", this, p, generator);
        public Tensor uniform_(double from, double to, Generator? generator = null) => Native.Run("uniform_", this, from, to, generator);
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) => Native.Run("normal_", this, mean, std, generator);
        public Tensor exponential_(double lambda = 1, Generator? generator = null) => Native.Run("exponential_", this, lambda, generator);
        public Tensor cauchy_(double median = 0, double sigma = 1, Generator? generator = null) => Native.Run("cauchy_", this, median, sigma, generator);
        public Tensor geometric_(double p, Generator? generator = null) => Native.Run("geometric_", this, p, generator);
        public Tensor log_normal_(double mean = 0, double std = 1, Generator? generator = null) => Native.Run("log_normal_", this, mean, std, generator);
        public Tensor random_(double from, double to, Generator? generator = null) => Native.Run("random_.from", this, (long)from, (long)to, generator);
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null)
            => Native.Call("multinomial", this, num_samples, replacement, generator);
        public Tensor poisson(Generator? generator = null) => Native.Call("poisson", this, generator);
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("zeros_like", this, dtype, Arg.None, device), requires_grad);
        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("ones_like", this, dtype, Arg.None, device), requires_grad);
        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("empty_like", this, dtype, Arg.None, device), requires_grad);
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("rand_like", this, dtype, Arg.None, device), requires_grad);
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("randn_like", this, dtype, Arg.None, device), requires_grad);
        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("full_like", this, value, dtype, Arg.None, device), requires_grad);
        public Tensor randint_like(long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("randint_like.low_dtype", this, low, high, dtype, Arg.None, device), requires_grad);
        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_zeros", this, size, dtype, Arg.None, device), requires_grad);
        public Tensor new_zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_zeros", this, size.ToArray(), dtype, Arg.None, device), requires_grad);
        public Tensor new_zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_zeros", this, size, dtype, Arg.None, device), requires_grad);
        public Tensor new_zeros(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_zeros", this, new[] { rows, columns }, dtype, Arg.None, device), requires_grad);
        public Tensor new_zeros(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_zeros", this, new[] { dim0, dim1, dim2 }, dtype, Arg.None, device), requires_grad);
        public Tensor new_zeros(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_zeros", this, new[] { dim0, dim1, dim2, dim3 }, dtype, Arg.None, device), requires_grad);
        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_empty", this, size, dtype, Arg.None, device), requires_grad);
        public Tensor new_empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_empty", this, size.ToArray(), dtype, Arg.None, device), requires_grad);
        public Tensor new_empty(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_empty", this, size, dtype, Arg.None, device), requires_grad);
        public Tensor new_empty(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_empty", this, new[] { rows, columns }, dtype, Arg.None, device), requires_grad);
        public Tensor new_empty(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_empty", this, new[] { dim0, dim1, dim2 }, dtype, Arg.None, device), requires_grad);
        public Tensor new_empty(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_empty", this, new[] { dim0, dim1, dim2, dim3 }, dtype, Arg.None, device), requires_grad);
        public Tensor new_ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_ones", this, size, dtype, Arg.None, device), requires_grad);
        public Tensor new_ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_ones", this, new[] { rows, columns }, dtype, Arg.None, device), requires_grad);
        public Tensor new_ones(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_ones", this, new[] { dim0, dim1, dim2 }, dtype, Arg.None, device), requires_grad);
        public Tensor new_ones(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_ones", this, new[] { dim0, dim1, dim2, dim3 }, dtype, Arg.None, device), requires_grad);
        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_full", this, size, value, dtype, Arg.None, device), requires_grad);
        public Tensor new_full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_full", this, size.ToArray(), value, dtype, Arg.None, device), requires_grad);
        public Tensor new_full(long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_full", this, size, value, dtype, Arg.None, device), requires_grad);
        public Tensor new_full(long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_full", this, new[] { rows, columns }, value, dtype, Arg.None, device), requires_grad);
        public Tensor new_full(long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_full", this, new[] { dim0, dim1, dim2 }, value, dtype, Arg.None, device), requires_grad);
        public Tensor new_full(long dim0, long dim1, long dim2, long dim3, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => WithGrad(Native.Call("new_full", this, new[] { dim0, dim1, dim2, dim3 }, value, dtype, Arg.None, device), requires_grad);
    }
}
