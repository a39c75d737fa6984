namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => Native.Call("eq.Tensor", this, target);
        public Tensor eq(Scalar target) => Native.Call("eq.Scalar", this, target);
        public Tensor eq_(Tensor target) => Native.Run("eq_.Tensor", this, target);
        public Tensor eq_(Scalar target) => Native.Run("eq_.Scalar", this, target);
        public Tensor ne(Tensor target) => Native.Call("ne.Tensor", this, target);
        public Tensor ne(Scalar target) => Native.Call("ne.Scalar", this, target);
        public Tensor ne_(Tensor target) => Native.Run("ne_.Tensor", this, target);
        public Tensor ne_(Scalar target) => Native.Run("ne_.Scalar", this, target);
        public Tensor lt(Tensor target) => Native.Call("lt.Tensor", this, target);
        public Tensor lt(Scalar target) => Native.Call("lt.Scalar", this, target);
        public Tensor lt_(Tensor target) => Native.Run("lt_.Tensor", this, target);
        public Tensor lt_(Scalar target) => Native.Run("lt_.Scalar", this, target);
        public Tensor le(Tensor target) => Native.Call("le.Tensor", this, target);
        public Tensor le(Scalar target) => Native.Call("le.Scalar", this, target);
        public Tensor le_(Tensor target) => Native.Run("le_.Tensor", this, target);
        public Tensor le_(Scalar target) => Native.Run("le_.Scalar", this, target);
        public Tensor gt(Tensor target) => Native.Call("gt.Tensor", this, target);
        public Tensor gt(Scalar target) => Native.Call("gt.Scalar", this, target);
        public Tensor gt_(Tensor target) => Native.Run("gt_.Tensor", this, target);
        public Tensor gt_(Scalar target) => Native.Run("gt_.Scalar", this, target);
        public Tensor ge(Tensor target) => Native.Call("ge.Tensor", this, target);
        public Tensor ge(Scalar target) => Native.Call("ge.Scalar", this, target);
        public Tensor ge_(Tensor target) => Native.Run("ge_.Tensor", this, target);
        public Tensor ge_(Scalar target) => Native.Run("ge_.Scalar", this, target);
        public Tensor equal(Tensor target) => Native.Call("eq.Tensor", this, target);
        public Tensor not_equal(Tensor target) => Native.Call("ne.Tensor", this, target);
        public Tensor not_equal_(Tensor target) => Native.Run("ne_.Tensor", this, target);
        public Tensor less(Tensor target) => Native.Call("lt.Tensor", this, target);
        public Tensor less_equal(Tensor target) => Native.Call("le.Tensor", this, target);
        public Tensor less_equal_(Tensor target) => Native.Run("le_.Tensor", this, target);
        public Tensor greater(Tensor target) => Native.Call("gt.Tensor", this, target);
        public Tensor greater_equal(Tensor target) => Native.Call("ge.Tensor", this, target);
        public Tensor isclose(Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false)
            => Native.Call("isclose", this, other, rtol, atol, nanEqual);
        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false)
            => Native.CallBool("allclose", this, target, rtol, atol, equal_nan);
        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false)
            => Native.Call("isin.Tensor_Tensor", this, test_elements, assumeUnique, invert);
        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false)
            => Native.Call("bucketize.Tensor", this, boundaries, outInt32, right);
        public Tensor where(Tensor condition, Tensor y) => Native.Call("where.self", condition, this, y);
    }
}
