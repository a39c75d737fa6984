namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Native.Call("view", this, shape);
        public Tensor reshape(params long[] shape) => Native.Call("reshape", this, shape);
        public Tensor view_as(Tensor other) => Native.Call("view_as", this, other);
        public Tensor permute(params long[] permutation) => Native.Call("permute", this, permutation);
        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());
        public Tensor transpose(long dim0, long dim1) => Native.Call("transpose.int", this, dim0, dim1);
        public Tensor transpose_(long dim0, long dim1) => Native.Run("transpose_", this, dim0, dim1);
        public Tensor t() => Native.Call("t", this);
        public Tensor swapaxes(long dim0, long dim1) => Native.Call("swapaxes", this, dim0, dim1);
        public Tensor swapdims(long dim0, long dim1) => Native.Call("swapdims", this, dim0, dim1);
        public Tensor movedim(long[] source, long[] destination) => Native.Call("movedim.intlist", this, source, destination);
        public Tensor moveaxis(long[] source, long[] destination) => Native.Call("moveaxis.intlist", this, source, destination);
        public Tensor adjoint() => Native.Call("adjoint", this);
        public Tensor expand(params long[] sizes) => Native.Call("expand", this, sizes);
        public Tensor expand(long[] sizes, bool isImplicit = false) => Native.Call("expand", this, sizes, isImplicit);
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => expand(sizes.ToArray(), isImplicit);
        public Tensor expand(Size sizes, bool isImplicit = false) => expand(sizes.Shape, isImplicit);
        public Tensor expand_as(Tensor other) => Native.Call("expand_as", this, other);
        public Tensor broadcast_to(params long[] shape) => Native.Call("broadcast_to", this, shape);
        public Tensor squeeze(long? dim = null) => dim is null ? Native.Call("squeeze", this) : Native.Call("squeeze.dim", this, dim);
        public Tensor squeeze_(long? dim = null) => dim is null ? Native.Run("squeeze_", this) : Native.Run("squeeze_.dim", this, dim);
        public Tensor unsqueeze(long dim) => Native.Call("unsqueeze", this, dim);
        public Tensor unsqueeze_(long dim) => Native.Run("unsqueeze_", this, dim);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Native.Call("flatten.using_ints", this, start_dim, end_dim);
        public Tensor unflatten(long dim, params long[] sizes) => Native.Call("unflatten.int", this, dim, sizes);
        public Tensor unflatten(long dim, Size sizes) => unflatten(dim, sizes.Shape);
        public Tensor ravel() => Native.Call("ravel", this);
        public Tensor atleast_1d() => Native.Call("atleast_1d", this);
        public Tensor atleast_2d() => Native.Call("atleast_2d", this);
        public Tensor atleast_3d() => Native.Call("atleast_3d", this);
        public Tensor narrow(long dim, long start, long length) => Native.Call("narrow", this, dim, start, length);
        public Tensor select(long dim, long index) => Native.Call("select.int", this, dim, index);
        public Tensor slice(long dim, long start, long finish, long step) => Native.Call("slice.Tensor", this, dim, start, finish, step);
        public Tensor[] chunk(long chunks, long dim = 0) => Native.CallList("chunk", this, chunks, dim);
        public Tensor[] split(long size, int dim = 0) => Native.CallList("split.Tensor", this, size, (long)dim);
        public Tensor[] split(long[] sizes, long dim = 0) => Native.CallList("split_with_sizes", this, sizes, dim);
        public Tensor[] split(params long[] sizes) => Native.CallList("split_with_sizes", this, sizes);
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => split(sizes.ToArray(), dim);
        public Tensor[] tensor_split(long size, long dim = 0) => Native.CallList("tensor_split.sections", this, size, dim);
        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Native.CallList("tensor_split.indices", this, sizes, dim);
        public Tensor[] tensor_split(Tensor indices, long dim = 0) => Native.CallList("tensor_split.tensor_indices_or_sections", this, indices, dim);
        public Tensor[] hsplit(long size) => Native.CallList("hsplit.int", this, size);
        public Tensor[] hsplit(params long[] sizes) => Native.CallList("hsplit.array", this, sizes);
        public Tensor[] vsplit(long size) => Native.CallList("vsplit.int", this, size);
        public Tensor[] vsplit(params long[] sizes) => Native.CallList("vsplit.array", this, sizes);
        public Tensor[] dsplit(long size) => Native.CallList("dsplit.int", this, size);
        public Tensor[] dsplit(params long[] sizes) => Native.CallList("dsplit.array", this, sizes);
        public Tensor[] unbind(long dimension = 0) => Native.CallList("unbind.int", this, dimension);
        public Tensor unfold(long dimension, long size, long step) => Native.Call("unfold", this, dimension, size, step);
        public Tensor repeat(params long[] sizes) => Native.Call("repeat", this, sizes);
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null)
            => Native.Call("repeat_interleave.self_int", this, repeats, dim, output_size);
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null)
            => Native.Call("repeat_interleave.self_Tensor", this, repeats, dim, output_size);
        public Tensor tile(long[] reps) => Native.Call("tile", this, reps);
        public Tensor roll(long shifts, long? dims = null) => dims is null ? Native.Call("roll", this, shifts) : Native.Call("roll", this, shifts, dims);
        public Tensor roll(long[] shifts) => Native.Call("roll", this, shifts);
        public Tensor roll(long[] shifts, long[] dims) => Native.Call("roll", this, shifts, dims);
        public Tensor roll((long, long) shifts, (long, long) dims) => roll(new[] { shifts.Item1, shifts.Item2 }, new[] { dims.Item1, dims.Item2 });
        public Tensor roll((long, long, long) shifts, (long, long, long) dims)
            => roll(new[] { shifts.Item1, shifts.Item2, shifts.Item3 }, new[] { dims.Item1, dims.Item2, dims.Item3 });
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => roll(shifts.ToArray(), dims.ToArray());
        public Tensor flip(params long[] dims) => Native.Call("flip", this, dims);
        public Tensor fliplr() => Native.Call("fliplr", this);
        public Tensor flipud() => Native.Call("flipud", this);
        public Tensor rot90(long k = 1, (long, long)? dims = null) => Native.Call("rot90", this, k, new[] { dims?.Item1 ?? 0, dims?.Item2 ?? 1 });
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Native.Call("diagonal", this, offset, dim1, dim2);
        public Tensor diag(long diagonal = 0) => Native.Call("diag", this, diagonal);
        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) => Native.Call("diag_embed", this, offset, dim1, dim2);
        public Tensor diagflat(long offset = 0) => Native.Call("diagflat", this, offset);
        public Tensor diagonal_scatter(Tensor src, long offset = 0, long dim1 = 0, long dim2 = 1)
            => Native.Call("diagonal_scatter", this, src, offset, dim1, dim2);
        public Tensor tril(long diagonal = 0) => Native.Call("tril", this, diagonal);
        public Tensor tril_(long diagonal = 0) => Native.Run("tril_", this, diagonal);
        public Tensor triu(long diagonal = 0) => Native.Call("triu", this, diagonal);
        public Tensor triu_(long diagonal = 0) => Native.Run("triu_", this, diagonal);
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Native.Call("as_strided", this, size, strides, storageOffset);
        public Tensor alias() => Native.Owned(Native.THSTensor_alias(Handle), "alias");
        public Tensor clone() => Native.Call("clone", this);
        public Tensor contiguous() => Native.Call("contiguous", this);
        public Tensor detach() => Native.Call("detach", this);
        public Tensor detach_() => Native.Run("detach_", this);
        public Tensor view_as_real() => Native.Call("view_as_real", this);
        public Tensor view_as_complex() => Native.Call("view_as_complex", this);
        public Tensor select_scatter(Tensor src, long dim, long index) => Native.Call("select_scatter", this, src, dim, index);
        public Tensor slice_scatter(Tensor src, long dim = 0, long? start = null, long? end = null, long step = 1)
            => Native.Call("slice_scatter", this, src, dim, start, end, step);
        public Tensor channel_shuffle(long groups) => Native.Call("channel_shuffle", this, groups);
        public Tensor vander(long N = -1, bool increasing = false) => Native.Call("vander", this, N, increasing);

        public Tensor T => Native.Call("numpy_T", this);
        public Tensor H => Native.Call("matrix_H", this);
        public Tensor mT => Native.Call("mT", this);
        public Tensor mH => Native.Call("mH", this);
        public Tensor real => Native.Call("real", this);
        public Tensor imag => Native.Call("imag", this);
    }
}
