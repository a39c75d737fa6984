namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Native.Call("sum", this, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Native.Call("sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null)
            => Native.Call("sum.dim_IntList", this, new[] { dim0, dim1 }, keepdim, type);
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null)
            => Native.Call("sum.dim_IntList", this, new[] { dim0, dim1, dim2 }, keepdim, type);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Native.Call("sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null)
            => Native.Call("sum.dim_IntList", this, dim.ToArray(), keepdim, type);
        public Tensor mean() => Native.Call("mean", this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Native.Call("mean.dim", this, dimensions, keepdim, type);
        public Tensor prod(ScalarType? type = null) => Native.Call("prod", this, type);
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Native.Call("prod.dim_int", this, dim, keepdim, type);
        public Tensor nansum() => Native.Call("nansum", this);
        public Tensor nanmean(int? dim = null, bool keepdim = false, ScalarType? dtype = null) => Native.Call("nanmean", this, dim, keepdim, dtype);
        public Tensor all() => Native.Call("all", this);
        public Tensor all(long dim, bool keepdim = false) => Native.Call("all.dim", this, dim, keepdim);
        public Tensor any() => Native.Call("any", this);
        public Tensor any(long dim, bool keepdim = false) => Native.Call("any.dim", this, dim, keepdim);
        public Tensor max() => Native.Call("max", this);
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Native.Call2("max.dim", this, dim, keepdim);
        public Tensor min() => Native.Call("min", this);
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Native.Call2("min.dim", this, dim, keepdim);
        public (Tensor min, Tensor max) aminmax(long? dim = null, bool keepdim = false) => Native.Call2("aminmax", this, dim, keepdim);
        public Tensor amax(params long[] dims) => Native.Call("amax", this, dims);
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null)
            => @out is null ? Native.Call("amax", this, dims, keepdim) : Native.Call("amax.out", this, dims, keepdim, @out);
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amax(dims.ToArray(), keepdim, @out);
        public Tensor amin(params long[] dims) => Native.Call("amin", this, dims);
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null)
            => @out is null ? Native.Call("amin", this, dims, keepdim) : Native.Call("amin.out", this, dims, keepdim, @out);
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amin(dims.ToArray(), keepdim, @out);
        public Tensor argmax() => Native.Call("argmax", this);
        public Tensor argmax(long dim, bool keepdim = false) => Native.Call("argmax", this, dim, keepdim);
        public Tensor argmin() => Native.Call("argmin", this);
        public Tensor argmin(long dim, bool keepdim = false) => Native.Call("argmin", this, dim, keepdim);
        public Tensor median() => Native.Call("median", this);
        public Tensor nanmedian() => Native.Call("nanmedian", this);
        public (Tensor values, Tensor indices) mode(long dim = -1, bool keepdim = false) => Native.Call2("mode", this, dim, keepdim);
        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) => Native.Call2("kthvalue", this, k, dim ?? -1, keepdim);
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
            => Native.Call2("topk", this, k, dim, largest, sorted);
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
            => stable ? Native.Call2("sort.stable", this, true, dim, descending) : Native.Call2("sort", this, dim, descending);
        public Tensor argsort(long dim = -1, bool descending = false) => Native.Call("argsort", this, dim, descending);
        public Tensor msort() => Native.Call("msort", this);
        public Tensor logsumexp(long dim, bool keepdim = false) => Native.Call("logsumexp", this, dim, keepdim);
        public Tensor cumsum(long dim, ScalarType? type = null) => Native.Call("cumsum", this, dim, type);
        public Tensor cumprod(long dim, ScalarType? type = null) => Native.Call("cumprod", this, dim, type);
        public (Tensor values, Tensor indexes) cummax(long dim) => Native.Call2("cummax", this, dim);
        public (Tensor values, Tensor indexes) cummin(long dim) => Native.Call2("cummin", this, dim);
        public Tensor logcumsumexp(long dim) => Native.Call("logcumsumexp", this, dim);
        public Tensor norm(float p = 2f) => Native.Call("norm.Scalar", this, (double)p);
        public Tensor norm(int dim, bool keepdim = false, float p = 2f) => Native.Call("norm.ScalarOpt_dim", this, (double)p, (long)dim, keepdim);
        public Tensor dist(Tensor other, float p = 2f) => Native.Call("dist", this, other, (double)p);
        public Tensor count_nonzero(long[]? dims = null)
            => dims is null ? Native.Call("count_nonzero", this) : Native.Call("count_nonzero.dim_IntList", this, dims);
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Native.Call("quantile", this, q, dim, keepdim);
        public Tensor nanquantile(Tensor q, long dim = -1, bool keepdim = false) => Native.Call("nanquantile", this, q, dim, keepdim);
        public Tensor bincount(Tensor? weights, long minlength = 0) => Native.Call("bincount", this, weights, minlength);
        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Native.Call("histc", this, bins, min, max);
        public Tensor diff(long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => Native.Call("diff", this, n, dim, prepend, append);
        public Tensor corrcoef() => Native.Call("corrcoef", this);
        public Tensor cov(long correction = 1, Tensor? fweights = null, Tensor? aweights = null)
            => Native.Call("cov", this, correction, fweights, aweights);
        public Tensor var(bool unbiased = true) => Native.Call("var", this, unbiased);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Cast(Native.Call("var.dim", this, dim, unbiased, keepdim), type);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Cast(Native.Call("var.dim", this, dimensions, unbiased, keepdim), type);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var(dimensions.ToArray(), unbiased, keepdim, type);
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var(new[] { dim.Item1, dim.Item2 }, unbiased, keepdim, type);
        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => var(new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim, type);
        public (Tensor var, Tensor mean) var_mean(bool unbiased = true) => Native.Call2("var_mean", this, unbiased);
        public (Tensor std, Tensor mean) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Native.Call2("var_mean.dim", this, dimensions, unbiased, keepdim);
        public (Tensor var, Tensor mean) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Native.Call2("var_mean.dim", this, dim, unbiased, keepdim);
        public Tensor std(bool unbiased = true) => Native.Call("std", this, unbiased);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Cast(Native.Call("std.dim", this, dim, unbiased, keepdim), type);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Cast(Native.Call("std.dim", this, dimensions, unbiased, keepdim), type);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std(dimensions.ToArray(), unbiased, keepdim, type);
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std(new[] { dim.Item1, dim.Item2 }, unbiased, keepdim, type);
        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => std(new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim, type);
        public (Tensor std, Tensor mean) std_mean(bool unbiased = true) => Native.Call2("std_mean", this, unbiased);
        public (Tensor std, Tensor mean) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Native.Call2("std_mean.dim", this, dimensions, unbiased, keepdim);
        public (Tensor std, Tensor mean) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
            => Native.Call2("std_mean.dim", this, dim, unbiased, keepdim);

        private static Tensor Cast(Tensor value, ScalarType? type) => type is null ? value : value.to_type(type.Value, disposeAfter: true);
    }
}
