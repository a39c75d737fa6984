namespace TorchSharp;

public static partial class torch
{
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Native.Call("cat", tensors, dim);
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Native.Call("cat", tensors.ToArray(), dim);
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Native.Call("cat", tensors.ToArray(), dim);
    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concatenate(Tensor[] tensors, long axis = 0) => cat(tensors, axis);
    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) => cat(tensors, axis);
    public static Tensor concatenate(ReadOnlySpan<Tensor> tensors, long axis = 0) => cat(tensors, axis);
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Native.Call("stack", tensors.ToArray(), dim);
    public static Tensor hstack(IEnumerable<Tensor> tensors) => Native.Call("hstack", tensors.ToArray());
    public static Tensor hstack(IList<Tensor> tensors) => Native.Call("hstack", tensors.ToArray());
    public static Tensor hstack(ReadOnlySpan<Tensor> tensors) => Native.Call("hstack", tensors.ToArray());
    public static Tensor hstack(params Tensor[] tensors) => Native.Call("hstack", tensors);
    public static Tensor vstack(IList<Tensor> tensors) => Native.Call("vstack", tensors.ToArray());
    public static Tensor vstack(ReadOnlySpan<Tensor> tensors) => Native.Call("vstack", tensors.ToArray());
    public static Tensor vstack(Tensor[] tensors) => Native.Call("vstack", tensors);
    public static Tensor dstack(IEnumerable<Tensor> tensors) => Native.Call("dstack", tensors.ToArray());
    public static Tensor dstack(IList<Tensor> tensors) => Native.Call("dstack", tensors.ToArray());
    public static Tensor dstack(ReadOnlySpan<Tensor> tensors) => Native.Call("dstack", tensors.ToArray());
    public static Tensor dstack(params Tensor[] tensors) => Native.Call("dstack", tensors);
    public static Tensor column_stack(IList<Tensor> tensors) => Native.Call("column_stack", tensors.ToArray());
    public static Tensor column_stack(ReadOnlySpan<Tensor> tensors) => Native.Call("column_stack", tensors.ToArray());
    public static Tensor column_stack(params Tensor[] tensors) => Native.Call("column_stack", tensors);
    public static Tensor row_stack(IList<Tensor> tensors) => Native.Call("vstack", tensors.ToArray());
    public static Tensor row_stack(ReadOnlySpan<Tensor> tensors) => Native.Call("vstack", tensors.ToArray());
    public static Tensor row_stack(params Tensor[] tensors) => Native.Call("vstack", tensors);
    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij")
        => Native.CallList("meshgrid.indexing", tensors.ToArray(), indexing);
    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Native.CallList("broadcast_tensors", tensors);
    public static Tensor block_diag(params Tensor[] tensors) => Native.Call("block_diag", tensors);
    public static Tensor cartesian_prod(params Tensor[] tensors) => Native.Call("cartesian_prod", tensors);
    public static Tensor cartesian_prod(IList<Tensor> tensors) => Native.Call("cartesian_prod", tensors.ToArray());
    public static Tensor combinations(Tensor input, int r = 2, bool with_replacement = false)
        => Native.Call("combinations", input, (long)r, with_replacement);
    public static Tensor einsum(string equation, params Tensor[] tensors) => Native.Call("einsum", equation, tensors);
    public static Tensor chain_matmul(params Tensor[] matrices) => Native.Call("linalg_multi_dot", matrices);
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Native.Call("where.self", condition, x, y);
    public static Tensor[] where(Tensor condition) => Native.CallList("where", condition);
    public static Tensor[] unbind(Tensor tensor, int dim = 0) => tensor.unbind(dim);
    public static Tensor movedim(Tensor input, long source, long destination) => Native.Call("movedim.int", input, source, destination);
    public static Tensor moveaxis(Tensor input, long source, long destination) => Native.Call("moveaxis.int", input, source, destination);
    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false)
        => Native.Call("gather", input, dim, index, sparse_grad);
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
    public static Tensor norm(Tensor input) => input.norm();
    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor sorter = null!)
        => Native.Call("searchsorted.Tensor", sorted_sequence, values, out_int32, right, Arg.None, sorter);
    public static Tensor real(Tensor input) => input.real;
    public static Tensor imag(Tensor input) => input.imag;
    public static long numel(Tensor input) => input.numel();
    public static bool is_complex(Tensor input) => is_complex(input.dtype);
    public static bool is_floating_point(Tensor input) => is_floating_point(input.dtype);
    public static bool is_integral(Tensor t) => is_integral(t.dtype);
    public static bool is_nonzero(Tensor input) => input.is_nonzero();
    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) => (ScalarType)Native.CallInt("result_type.Tensor", tensor1, tensor2);
    public static int get_num_threads() => Native.THSTorch_get_num_threads();
    public static int get_num_interop_threads() => Native.THSTorch_get_num_interop_threads();
    public static void set_num_threads(int num) => Native.THSTorch_set_num_threads(num);
    public static void set_num_interop_threads(int num) => Native.THSTorch_set_num_interop_threads(num);
}
