namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        // Elementwise functions of two tensors, or of a tensor and a number.
        public Tensor add(Tensor target) => Native.Call("add.Tensor", this, target);
        public Tensor add(Scalar scalar) => Native.Call("add.Scalar", this, scalar);
        public Tensor add(Tensor target, Scalar alpha) => Native.Call("add.Tensor", this, target, alpha);
        public Tensor add(Scalar scalar, Scalar alpha) => Native.Call("add.Scalar", this, scalar, alpha);
        public Tensor add_(Tensor target) => Native.Run("add_.Tensor", this, target);
        public Tensor add_(Scalar scalar) => Native.Run("add_.Scalar", this, scalar);
        public Tensor add_(Tensor target, Scalar alpha) => Native.Run("add_.Tensor", this, target, alpha);
        public Tensor add_(Scalar scalar, Scalar alpha) => Native.Run("add_.Scalar", this, scalar, alpha);
        public Tensor sub(Tensor target) => Native.Call("sub.Tensor", this, target);
        public Tensor sub(Scalar target) => Native.Call("sub.Scalar", this, target);
        public Tensor sub_(Tensor target) => Native.Run("sub_.Tensor", this, target);
        public Tensor sub_(Scalar target) => Native.Run("sub_.Scalar", this, target);
        public Tensor mul(Tensor target) => Native.Call("mul.Tensor", this, target);
        public Tensor mul(Scalar target) => Native.Call("mul.Scalar", this, target);
        public Tensor mul_(Tensor target) => Native.Run("mul_.Tensor", this, target);
        public Tensor mul_(Scalar target) => Native.Run("mul_.Scalar", this, target);
        public Tensor subtract(Tensor target) => Native.Call("sub.Tensor", this, target);
        public Tensor subtract(Scalar target) => Native.Call("sub.Scalar", this, target);
        public Tensor subtract_(Tensor target) => Native.Run("sub_.Tensor", this, target);
        public Tensor subtract_(Scalar target) => Native.Run("sub_.Scalar", this, target);
        public Tensor multiply(Tensor target) => Native.Call("mul.Tensor", this, target);
        public Tensor multiply(Scalar target) => Native.Call("mul.Scalar", this, target);
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Call("div.Tensor", this, target) : Native.Call("div.Tensor_mode", this, target, rounding_mode.ToString());
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Run("div_.Tensor", this, target) : Native.Run("div_.Tensor_mode", this, target, rounding_mode.ToString());
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Call("div.Scalar", this, target) : Native.Call("div.Scalar_mode", this, target, rounding_mode.ToString());
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Run("div_.Scalar", this, target) : Native.Run("div_.Scalar_mode", this, target, rounding_mode.ToString());
        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Call("div.Tensor", this, target) : Native.Call("div.Tensor_mode", this, target, rounding_mode.ToString());
        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Run("div_.Tensor", this, target) : Native.Run("div_.Tensor_mode", this, target, rounding_mode.ToString());
        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Call("div.Scalar", this, target) : Native.Call("div.Scalar_mode", this, target, rounding_mode.ToString());
        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
            => rounding_mode == RoundingMode.None ? Native.Run("div_.Scalar", this, target) : Native.Run("div_.Scalar_mode", this, target, rounding_mode.ToString());
        public Tensor true_divide(Tensor other) => Native.Call("div.Tensor", this, other);
        public Tensor true_divide(Scalar other) => Native.Call("div.Scalar", this, other);
        public Tensor true_divide_(Tensor other) => Native.Run("div_.Tensor", this, other);
        public Tensor true_divide_(Scalar other) => Native.Run("div_.Scalar", this, other);
        public Tensor floor_divide(Tensor other) => Native.Call("floor_divide", this, other);
        public Tensor floor_divide(Scalar other) => Native.Call("floor_divide.Scalar", this, other);
        public Tensor floor_divide_(Tensor other) => Native.Run("floor_divide_.Tensor", this, other);
        public Tensor floor_divide_(Scalar other) => Native.Run("floor_divide_.Scalar", this, other);
        public Tensor fmod(Tensor target) => Native.Call("fmod.Tensor", this, target);
        public Tensor fmod(Scalar scalar) => Native.Call("fmod.Scalar", this, scalar);
        public Tensor fmod_(Tensor target) => Native.Run("fmod_.Tensor", this, target);
        public Tensor fmod_(Scalar scalar) => Native.Run("fmod_.Scalar", this, scalar);
        public Tensor remainder(Tensor target) => Native.Call("remainder.Tensor", this, target);
        public Tensor remainder(Scalar scalar) => Native.Call("remainder.Scalar", this, scalar);
        public Tensor remainder_(Tensor target) => Native.Run("remainder_.Tensor", this, target);
        public Tensor remainder_(Scalar scalar) => Native.Run("remainder_.Scalar", this, scalar);
        public Tensor pow(Tensor exponent) => Native.Call("pow.Tensor_Tensor", this, exponent);
        public Tensor pow(Scalar exponent) => Native.Call("pow.Tensor_Scalar", this, exponent);
        public Tensor pow_(Tensor exponent) => Native.Run("pow_.Tensor", this, exponent);
        public Tensor pow_(Scalar exponent) => Native.Run("pow_.Scalar", this, exponent);
        public Tensor float_power(Tensor target) => Native.Call("float_power.Tensor_Tensor", this, target);
        public Tensor float_power_(Tensor target) => Native.Run("float_power_.Tensor", this, target);
        public Tensor xlogy(Tensor y) => Native.Call("xlogy.Tensor", this, y);
        public Tensor xlogy(Scalar y) => Native.Call("xlogy.Scalar_Other", this, y);
        public Tensor xlogy_(Tensor y) => Native.Run("xlogy_.Tensor", this, y);
        public Tensor xlogy_(Scalar y) => Native.Run("xlogy_.Scalar_Other", this, y);
        public Tensor atan2(Tensor other) => Native.Call("atan2", this, other);
        public Tensor atan2_(Tensor other) => Native.Run("atan2_", this, other);
        public Tensor arctan2(Tensor other) => Native.Call("atan2", this, other);
        public Tensor arctan2_(Tensor other) => Native.Run("atan2_", this, other);
        public Tensor gcd(Tensor other) => Native.Call("gcd", this, other);
        public Tensor gcd_(Tensor other) => Native.Run("gcd_", this, other);
        public Tensor lcm(Tensor other) => Native.Call("lcm", this, other);
        public Tensor lcm_(Tensor other) => Native.Run("lcm_", this, other);
        public Tensor ldexp(Tensor other) => Native.Call("ldexp.Tensor", this, other);
        public Tensor ldexp_(Tensor other) => Native.Run("ldexp_", this, other);
        public Tensor heaviside(Tensor other) => Native.Call("heaviside", this, other);
        public Tensor heaviside_(Tensor other) => Native.Run("heaviside_", this, other);
        public Tensor nextafter(Tensor other) => Native.Call("nextafter", this, other);
        public Tensor nextafter_(Tensor other) => Native.Run("nextafter_", this, other);
        public Tensor logical_and(Tensor other) => Native.Call("logical_and", this, other);
        public Tensor logical_and_(Tensor other) => Native.Run("logical_and_", this, other);
        public Tensor logical_or(Tensor other) => Native.Call("logical_or", this, other);
        public Tensor logical_or_(Tensor other) => Native.Run("logical_or_", this, other);
        public Tensor logical_xor(Tensor other) => Native.Call("logical_xor", this, other);
        public Tensor logical_xor_(Tensor other) => Native.Run("logical_xor_", this, other);
        public Tensor bitwise_and(Tensor other) => Native.Call("bitwise_and.Tensor", this, other);
        public Tensor bitwise_and_(Tensor other) => Native.Run("bitwise_and_.Tensor", this, other);
        public Tensor bitwise_or(Tensor other) => Native.Call("bitwise_or.Tensor", this, other);
        public Tensor bitwise_or_(Tensor other) => Native.Run("bitwise_or_.Tensor", this, other);
        public Tensor bitwise_xor(Tensor other) => Native.Call("bitwise_xor.Tensor", this, other);
        public Tensor bitwise_xor_(Tensor other) => Native.Run("bitwise_xor_.Tensor", this, other);
        public Tensor bitwise_left_shift(Tensor other) => Native.Call("bitwise_left_shift.Tensor", this, other);
        public Tensor bitwise_left_shift_(Tensor other) => Native.Run("bitwise_left_shift_.Tensor", this, other);
        public Tensor bitwise_right_shift(Tensor other) => Native.Call("bitwise_right_shift.Tensor", this, other);
        public Tensor bitwise_right_shift_(Tensor other) => Native.Run("bitwise_right_shift_.Tensor", this, other);
        public Tensor copysign(Tensor other) => Native.Call("copysign.Tensor", this, other);
        public Tensor copysign_(Tensor other) => Native.Run("copysign_.Tensor", this, other);
        public Tensor maximum(Tensor other) => Native.Call("maximum", this, other);
        public Tensor minimum(Tensor other) => Native.Call("minimum", this, other);
        public Tensor fmax(Tensor other) => Native.Call("fmax", this, other);
        public Tensor fmin(Tensor other) => Native.Call("fmin", this, other);
        public Tensor hypot(Tensor other) => Native.Call("hypot", this, other);
        public Tensor igamma(Tensor other) => Native.Call("igamma", this, other);
        public Tensor igammac(Tensor other) => Native.Call("igammac", this, other);
        public Tensor logaddexp(Tensor other) => Native.Call("logaddexp", this, other);
        public Tensor logaddexp2(Tensor other) => Native.Call("logaddexp2", this, other);
        public Tensor max(Tensor other) => Native.Call("max.other", this, other);
        public Tensor min(Tensor other) => Native.Call("min.other", this, other);
        public Tensor lerp(Tensor end, Tensor weight) => Native.Call("lerp.Tensor", this, end, weight);
        public Tensor lerp_(Tensor end, Tensor weight) => Native.Run("lerp_.Tensor", this, end, weight);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Native.Call("addcdiv", this, tensor1, tensor2);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Native.Call("addcdiv", this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Native.Run("addcdiv_", this, tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Native.Run("addcdiv_", this, tensor1, tensor2, value);
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Native.Call("addcmul", this, tensor1, tensor2, value);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Native.Run("addcmul_", this, tensor1, tensor2, value);
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Native.Call("clamp", this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Native.Call("clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Native.Run("clamp_", this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Native.Run("clamp_.Tensor", this, min, max);
        public Tensor clip(Scalar? min = null, Scalar? max = null) => Native.Call("clamp", this, min, max);
        public Tensor clamp_max(Scalar max) => Native.Call("clamp_max", this, max);
        public Tensor clamp_max_(Scalar max) => Native.Run("clamp_max_", this, max);
        public Tensor clamp_min(Scalar min) => Native.Call("clamp_min", this, min);
        public Tensor clamp_min_(Scalar min) => Native.Run("clamp_min_", this, min);
    }
}
