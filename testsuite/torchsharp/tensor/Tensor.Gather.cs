namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor index_select(long dim, Tensor index) => Native.Call("index_select", this, dim, index);
        public Tensor index_copy(long dim, Tensor index, Tensor source) => Native.Call("index_copy", this, dim, index, source);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Native.Run("index_copy_", this, dim, index, source);
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Native.Call("index_add", this, dim, index, source, alpha);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Native.Run("index_add_", this, dim, index, source, alpha);
        public Tensor index_fill(long dim, Tensor index, Scalar value) => Native.Call("index_fill.int_Scalar", this, dim, index, value);
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Native.Run("index_fill_.int_Scalar", this, dim, index, value);
        public Tensor masked_fill(Tensor mask, Scalar value) => Native.Call("masked_fill.Scalar", this, mask, value);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Native.Run("masked_fill_.Scalar", this, mask, value);
        public Tensor masked_scatter(Tensor mask, Tensor value) => Native.Call("masked_scatter", this, mask, value);
        public Tensor masked_scatter_(Tensor mask, Tensor value) => Native.Run("masked_scatter_", this, mask, value);
        public Tensor masked_select(Tensor mask) => Native.Call("masked_select", this, mask);
        public Tensor gather(long dim, Tensor index) => Native.Call("gather", this, dim, index);
        public Tensor scatter(long dim, Tensor index, Tensor src) => Native.Call("scatter.src", this, dim, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Native.Run("scatter_.src", this, dim, index, src);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Native.Call("scatter_add", this, dim, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Native.Run("scatter_add_", this, dim, index, src);
        public Tensor take(Tensor index) => Native.Call("take", this, index);
        public Tensor take_along_dim(Tensor indices) => Native.Call("take_along_dim", this, indices);
        public Tensor take_along_dim(Tensor indices, long dim) => Native.Call("take_along_dim", this, indices, dim);
        public Tensor nonzero() => Native.Call("nonzero", this);
        public IList<Tensor> nonzero_as_list() => Native.CallList("nonzero_numpy", this);
        public Tensor argwhere() => Native.Call("argwhere", this);
        public (Tensor output, Tensor inverse_indices, Tensor counts) unique_consecutive(bool return_inverse = false, bool return_counts = false, int? dim = null)
            => dim is null ? Native.Call3("unique_consecutive", this, return_inverse, return_counts) : Native.Call3("unique_dim_consecutive", this, (long)dim, return_inverse, return_counts);
        public (Tensor output, Tensor inverse_indices, Tensor counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
            => dim is null ? Native.Call3("_unique2", this, sorted, return_inverse, return_counts) : Native.Call3("unique_dim", this, (long)dim, sorted, return_inverse, return_counts);
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Native.Run("copy_", this, source, nonBlocking);
        public Tensor fill_(Scalar value) => Native.Run("fill_.Scalar", this, value);
        public Tensor zero_() => Native.Run("zero_", this);
        public Tensor set_(Tensor source) => Native.Run("set_.source_Tensor", this, source);
    }
}
