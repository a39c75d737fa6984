namespace DlAot.Tests.Lifting;

internal static partial class EagerCases
{
    private static readonly string[] s_unary =
    [
        "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "sin", "cos", "tan", "asin", "acos", "atan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
        "arcsinh", "arccosh", "arctanh", "exp2", "erf", "reciprocal", "sigmoid", "square", "neg", "negative", "abs", "absolute", "sign", "sgn", "floor", "ceil", "trunc", "fix", "frac", "deg2rad", "rad2deg", "sinc",
        "isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal", "angle", "positive", "logit", "nan_to_num", "logical_not", "conj", "round",
    ];

    private static readonly string[] s_activations =
    [
        "relu", "relu6", "silu", "hardswish", "hardsigmoid", "mish", "sigmoid", "tanh", "gelu", "leaky_relu", "selu", "softplus", "hardshrink", "tanhshrink", "softsign", "logsigmoid",
    ];

    public static (string Body, string Inputs)[] Pointwise { get; } =
    [
        .. s_unary.Select(f => ($"x.{f}()", Special)), .. s_unary.Except(["round", "frac"]).Select(f => ($"torch.{f}(x)", "x: f32[2,3] in 1..3")),
        .. s_unary.Except(["positive", "conj", "frac", "angle"]).Select(f => ($"x.{f}()", "x: i64[2,3] in 1..4")),
        .. s_unary.Except(["isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal", "angle", "positive", "square", "conj", "negative"]).Select(f => ($"var y = x + 1; y.{f}_(); return y;", "x: f32[2,3] in 0..1")),
        .. Each("x: bf16[7]", "x.tan()", "x.asin()", "x.sinh()", "x.log2()", "x.frac()", "x.atanh()", "functional.celu(x, 1.5)"), .. Each("x: f64[7] in -20..20", "x.sinh()", "x.cosh()", "x.asinh()", "x.acosh()", "x.exp2()"),
        .. Each("x: f32[9] in -95..95", "x.sinh()", "x.cosh()", "x.exp2()"), .. Each("x: f32[9] in -0.01..0.01", "x.sinh()", "x.atanh()", "x.asin()", "x.acosh()"),
        .. Each("x: bool[5]", "x.exp()", "x.logical_not()", "x.square()", "x.sign()", "~x", "x.bitwise_not()", "x.isnan()"),
        .. Each("x: i32[5]", "~x", "x.isfinite()", "x.isinf()", "-x", "x.sqrt()", "x.pow(3)", "x.pow(0.5)", "x.reciprocal()", "x.float_power(x.abs())", "x.angle()"),
        .. Each("x: f32[4] in 0..1", "x.logit(0.2)", "torch.special.expit(x)", "torch.special.logit(x)", "torch.special.sinc(x)", "torch.special.erf(x)"),
        ("x.nan_to_num(7, 8, 9)", Special), ("x.nan_to_num(nan: 1)", "x: i32[4]"), ("torch.real(x)", ""),

        .. s_activations.Select(f => ($"functional.{f}(x)", "x: f32[40] in -5..5")), .. s_activations.Take(3).Select(f => ($"var y = x * 2; functional.{f}(y, inplace: true); return y;", "")),
        .. Each("x: f32[40] in -5..5", "functional.elu(x, 1.3)", "functional.celu(x, 1.3)", "functional.softplus(x, 2, 3)", "functional.hardtanh(x + 0, -0.5, 2, true)", "functional.threshold(x, 0.3, 7)", "functional.softshrink(x)",
            "functional.hardshrink(x, 1)", "functional.leaky_relu(x, 0.2)", "x.relu()", "x.relu6()", "x.gelu()", "x.silu()", "x.elu(2)", "x.celu()", "x.celu(2)", "x.selu()", "x.glu(0)", "x.softplus()", "x.hardsigmoid()", "x.hardswish()",
            "var y = x + 0; y.hardtanh_(-1, 2); return y;", "x.leaky_relu(0.3)", "x.log_sigmoid()", "x.threshold(0.5, 2)", "x.elu(1.5, 2, 0.5)", "functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh)", "x.gelu(TorchSharp.Modules.GELU.Approximate.tanh)",
            "functional.softmin(x, 0)", "var y = x * 2; return y.relu_();", "var y = x * 2; y.leaky_relu_(0.2); return y;", "var y = x * 2; y.sigmoid_(); return y;"),
        .. Each("x: f32[2,4,3]; w: f32[4]", "functional.prelu(x, w)", "x.prelu(w)", "functional.glu(x, 1)", "functional.softmax2d(x)"),

        .. Each(Two, "x + y", "x - y", "x * y", "x / y", "x % y", "x.add(y, 2)", "x.sub(y)", "x.mul(y)", "x.div(y)", "torch.add(x, y)", "torch.sub(x, y)", "torch.mul(x, y)", "torch.div(x, y)", "x.maximum(y)", "x.minimum(y)", "torch.maximum(x, y)",
            "x.fmax(y)", "x.fmin(y)", "x.fmod(y)", "x.remainder(y)", "x.div(y, RoundingMode.floor)", "x.div(y, RoundingMode.trunc)", "x.floor_divide(y)", "x.atan2(y)", "x.arctan2(y)", "torch.atan2(x, y)", "x.hypot(y)", "x.logaddexp(y)", "x.logaddexp2(y)", "x.heaviside(y)",
            "x.abs().pow(y)", "x.abs().xlogy(y.abs())", "x > y", "x < y", "x >= y", "x <= y", "x == y", "x != y", "x.eq(y)", "x.ne(y)", "x.gt(y)", "x.ge(y)", "x.lt(y)", "x.le(y)", "x.greater(y)", "x.less_equal(y)", "x.not_equal(y)",
            "x.logical_and(y)", "x.logical_or(y)", "x.logical_xor(y)", "x.lerp(y, y)", "x.addcmul(y, x, 0.5)", "x.addcdiv(y, x, 0.5)", "x.addcdiv(y, x)", "x.true_divide(y)", "x.subtract(y)", "x.multiply(y)", "x.divide(y)", "x.isclose(y)", "x.isclose(x)", "x.ldexp(y)",
            "x.clamp(y - 1, y + 1)", "torch.where(x > y, x, y)", "x.where(x > y, y)", "torch.fmod(x, y)", "torch.hypot(x, y)", "x.float_power(y.abs())", "torch.lerp(x, y, y)", "x.max(y)", "x.min(y)", "torch.max(x, y)"),
        .. Each("x: f32[13] in special; y: f32[13] in special", "x.fmod(y)", "x.hypot(y)", "x.logaddexp(y)", "x.heaviside(y)", "x.xlogy(y)", "x.fmax(y)", "x.isclose(y)", "x.maximum(y)", "x.remainder(y)", "x.atan2(y)"),
        .. Each("", "x + 1", "1 + x", "x - 0.5", "2 - x", "x * 3", "3.5 * x", "x / 4", "1 / x", "x % 2", "x.add(1)", "x.add(1, 3)", "x.sub(1)", "x.mul(2)", "x.div(3)", "x.pow(2)", "x.pow(3)", "x.abs().pow(0.5)", "x.pow(-1)", "x.pow(-2)", "x.abs().pow(-0.5)", "x.pow(1)", "x.pow(0)", "x.abs().pow(1.7)",
            "torch.pow(x, 2)", "torch.pow(2, x)", "x > 0", "x < 0.5", "x == 0", "x != 0", "x >= 1", "x <= 1", "0 < x", "x.gt(0)", "x.eq(1)", "x.clamp(-1, 1)", "x.clamp(min: (Scalar)0)", "x.clamp(max: (Scalar)0.5)", "x.clip(-0.5, 0.5)", "x.clamp_min(0)", "x.clamp_max(0.5)", "torch.clamp(x, -1, 1)",
            "x.fmod(2)", "x.remainder(1.5)", "x.floor_divide(2)", "x.div(2, RoundingMode.floor)", "x.masked_fill(x > 0, 0)", "x.masked_fill(x > 0, double.NegativeInfinity)", "x.xlogy(2)", "-x", "x + true", "x.mul(0.1f)", "x * x.shape[1]", "x / Math.Sqrt(x.shape[1])", "x.clamp(0, x.shape[0])"),
        .. Each(Ints, "x + y", "x - y", "x * y", "x / y", "x % y", "x.div(y, RoundingMode.floor)", "x.div(y, RoundingMode.trunc)", "x.fmod(y)", "x.floor_divide(y)", "x.pow(y)", "x.maximum(y)", "x & y", "x | y", "x ^ y", "x.bitwise_and(y)", "x.bitwise_or(y)", "x.bitwise_xor(y)", "x.atan2(y)", "x.clamp(y, y + 1)",
            "x == y", "x.heaviside(y)", "x.logaddexp(y.to(float64))", "x.fmax(y)", "x.lt(2.5)", "x + 1.5", "x / 2", "x * 2", "x.clamp(0.5, 2)", "x.masked_fill(x > 0, 3)", "x.addcmul(x, y, 2)"),
        .. Each("x: f32[2,3]; y: i64[3]", "x + y", "x * y", "y / x", "x > y", "torch.where(x > 0, x, y)", "x.pow(y)"), .. Each("x: f16[3]; y: f32[2,3]", "x + y", "x * 0.5"),
        .. Each("x: f32[3]; s: f64[]", "x + s", "s * x", "x > s", "x.masked_fill(x > 0, 1)", "torch.where(x > 0, x, s)"), .. Each("x: i32[3]; s: f64[]", "x + s", "x * s"), .. Each("x: bool[4]; y: bool[4]", "x & y", "x | y", "x ^ y", "x + y", "x * y", "x == y", "x.logical_and(y)", "x.masked_fill(y, true)", "x + 1", "x * 1.5", "x + true"),
        .. Each("x: u8[4]; y: i8[4]", "x + y", "x * 2", "x + 1.5", "x - y"), .. Each("x: bf16[4]; y: f16[4]", "x + y"), .. Each("x: f32[2,3]; y: bool[2,3]", "x * y", "x.masked_fill(y, 1.5)", "x + y"),
    ];
}
