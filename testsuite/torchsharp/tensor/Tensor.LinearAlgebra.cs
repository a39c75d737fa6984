namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => Native.Call("matmul", this, target);
        public Tensor mm(Tensor target) => Native.Call("mm", this, target);
        public Tensor bmm(Tensor batch2) => Native.Call("bmm", this, batch2);
        public Tensor mv(Tensor target) => Native.Call("mv", this, target);
        public Tensor dot(Tensor target) => Native.Call("dot", this, target);
        public Tensor vdot(Tensor target) => Native.Call("vdot", this, target);
        public Tensor inner(Tensor vec2) => Native.Call("inner", this, vec2);
        public Tensor outer(Tensor vec2) => Native.Call("outer", this, vec2);
        public Tensor ger(Tensor vec2) => Native.Call("ger", this, vec2);
        public Tensor kron(Tensor other) => Native.Call("kron", this, other);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1f, float alpha = 1f)
            => Native.Call("addmm", this, mat1, mat2, (double)beta, (double)alpha);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1f, float alpha = 1f)
            => Native.Run("addmm_", this, mat1, mat2, (double)beta, (double)alpha);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1f, float alpha = 1f)
            => Native.Call("addmv", this, mat, vec, (double)beta, (double)alpha);
        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1f, float alpha = 1f)
            => Native.Run("addmv_", this, mat, vec, (double)beta, (double)alpha);
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1f, float alpha = 1f)
            => Native.Call("addr", this, vec1, vec2, (double)beta, (double)alpha);
        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1f, float alpha = 1f)
            => Native.Run("addr_", this, vec1, vec2, (double)beta, (double)alpha);
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f)
            => Native.Call("addbmm", this, batch1, batch2, (double)beta, (double)alpha);
        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f)
            => Native.Run("addbmm_", this, batch1, batch2, (double)beta, (double)alpha);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f)
            => Native.Call("baddbmm", this, batch1, batch2, (double)beta, (double)alpha);
        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => Native.Call("tensordot", this, b, dims1, dims2);
        public Tensor det() => Native.Call("det", this);
        public Tensor logdet() => Native.Call("logdet", this);
        public Tensor inverse() => Native.Call("inverse", this);
        public Tensor matrix_exp() => Native.Call("matrix_exp", this);
        public Tensor trace() => Native.Call("trace", this);
        public Tensor matrix_power(int n) => Native.Call("matrix_power", this, (long)n);
        public Tensor pinverse(double rcond = 1E-15, bool hermitian = false) => Native.Call("linalg_pinv", this, rcond, hermitian);
        public Tensor cholesky_inverse(bool upper = false) => Native.Call("cholesky_inverse", this, upper);
        public Tensor cholesky_solve(Tensor input2, bool upper = false) => Native.Call("cholesky_solve", this, input2, upper);
    }
}
