namespace TorchSharp;

public static partial class torch
{
    public static partial class linalg
    {
        public static Tensor cholesky(Tensor input) => Native.Call("linalg_cholesky", input);
        public static Tensor det(Tensor input) => Native.Call("linalg_det", input);
        public static Tensor eigvals(Tensor input) => Native.Call("linalg_eigvals", input);
        public static Tensor inv(Tensor input) => Native.Call("linalg_inv", input);
        public static Tensor matrix_exp(Tensor input) => Native.Call("linalg_matrix_exp", input);
        public static Tensor svdvals(Tensor input) => Native.Call("linalg_svdvals", input);
        public static (Tensor, Tensor) eig(Tensor input) => Native.Call2("linalg_eig", input);
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Native.Call2("linalg_eigh", input, UPLO.ToString());
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Native.Call("linalg_eigvalsh", input, UPLO.ToString());
        public static (Tensor, Tensor) slogdet(Tensor input) => Native.Call2("linalg_slogdet", input);
        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true) => Native.Call3("linalg_svd", input, fullMatrices);
        public static (Tensor Q, Tensor R) qr(Tensor input, linalg.QRMode mode = linalg.QRMode.Reduced)
            => Native.Call2("linalg_qr", input, mode.ToString().ToLowerInvariant());
        public static (Tensor P, Tensor L, Tensor U) lu(Tensor input, bool pivot = true) => Native.Call3("linalg_lu", input, pivot);
        public static Tensor cross(Tensor input, Tensor other, long dim = -1) => Native.Call("linalg_cross", input, other, dim);
        public static Tensor diagonal(Tensor input, int offset = 0, int dim1 = -2, int dim2 = -1)
            => Native.Call("linalg_diagonal", input, (long)offset, (long)dim1, (long)dim2);
        public static Tensor multi_dot(IList<Tensor> tensors) => Native.Call("linalg_multi_dot", tensors.ToArray());
        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false)
            => Native.Call("linalg_pinv.atol_rtol_float", input, atol, rtol, hermitian);
        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false)
            => Native.Call("linalg_matrix_rank.atol_rtol_float", input, atol, rtol, hermitian);
        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Native.Call("linalg_solve", A, B, left);
        public static Tensor vecdot(Tensor x, Tensor y, long dim = -1, Tensor? @out = null)
            => @out is null ? Native.Call("linalg_vecdot", x, y, dim) : Native.Call("linalg_vecdot.out", x, y, dim, @out);
        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false)
            => Native.Call("linalg_vector_norm", input, ord, dims, keepdim);
        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
            => Native.Call("linalg_matrix_norm", input, ord, dims ?? [-2, -1], keepdim);
        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false)
            => Native.Call("linalg_matrix_norm.str_ord", input, ord, dims ?? [-2, -1], keepdim);
        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => Native.Call("linalg_norm", input, Arg.None, dims, keepdim);
        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
            => Native.Call("linalg_norm", input, ord, dims, keepdim);
        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false)
            => Native.Call("linalg_norm", input, (long)ord, dims, keepdim);
        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false)
            => Native.Call("linalg_norm.ord_str", input, ord, dims, keepdim);

        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }
    }
}
