namespace TorchSharp;

public static partial class torch
{
    public static partial class special
    {
        public static Tensor digamma(Tensor input) => Native.Call("special_digamma", input);
        public static Tensor entr(Tensor input) => Native.Call("special_entr", input);
        public static Tensor erf(Tensor input) => Native.Call("special_erf", input);
        public static Tensor erfc(Tensor input) => Native.Call("special_erfc", input);
        public static Tensor erfcx(Tensor input) => Native.Call("special_erfcx", input);
        public static Tensor erfinv(Tensor input) => Native.Call("special_erfinv", input);
        public static Tensor exp2(Tensor input) => Native.Call("special_exp2", input);
        public static Tensor expit(Tensor input) => Native.Call("special_expit", input);
        public static Tensor expm1(Tensor input) => Native.Call("special_expm1", input);
        public static Tensor gammaln(Tensor input) => Native.Call("special_gammaln", input);
        public static Tensor i0(Tensor input) => Native.Call("special_i0", input);
        public static Tensor i0e(Tensor input) => Native.Call("special_i0e", input);
        public static Tensor i1(Tensor input) => Native.Call("special_i1", input);
        public static Tensor i1e(Tensor input) => Native.Call("special_i1e", input);
        public static Tensor ndtr(Tensor input) => Native.Call("special_ndtr", input);
        public static Tensor ndtri(Tensor input) => Native.Call("special_ndtri", input);
        public static Tensor psi(Tensor input) => Native.Call("special_psi", input);
        public static Tensor sinc(Tensor input) => Native.Call("special_sinc", input);
        public static Tensor gammainc(Tensor input, Tensor other) => Native.Call("special_gammainc", input, other);
        public static Tensor gammaincc(Tensor input, Tensor other) => Native.Call("special_gammaincc", input, other);
        public static Tensor logit(Tensor input) => Native.Call("special_logit", input);
        public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => Native.Call("special_log_softmax", input, dim, dtype);
        public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Native.Call("special_softmax", input, dim, dtype);
        public static Tensor polygamma(long n, Tensor input) => Native.Call("special_polygamma", n, input);
        public static Tensor multigammaln(Tensor input, long p) => Native.Call("special_multigammaln", input, p);
        public static Tensor sigmoid(Tensor input) => input.sigmoid();
        public static Tensor sigmoid_(Tensor input) => input.sigmoid_();
    }
}
