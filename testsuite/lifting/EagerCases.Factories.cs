namespace DlAot.Tests.Lifting;

internal static partial class EagerCases
{
    public static (string Body, string Inputs)[] Factories { get; } =
    [
        .. Each("", "zeros(2, 3) + x", "ones(3) * x", "full(2, 3, 1.5) + x", "full(new long[] { 2, 3 }, 2) + x", "zeros(x.shape) + x", "zeros([2, 3], dtype: int64) + x", "torch.empty(2, 3).fill_(2) + x", "zeros_like(x)", "ones_like(x, dtype: int32)", "x.zeros_like()", "x.ones_like()", "full_like(x, 3)", "x.full_like(2.5)", "empty_like(x).zero_()", "x.new_zeros(2, 2)", "x.new_ones(3)", "x.new_full(4, 7)",
            "x.new_zeros(new long[] { 1, 2, 3 })", "eye(3)", "eye(2, 3) + x", "eye(3, dtype: int64)", "arange(5)", "arange(2, 7)", "arange(1, 10, 3)", "arange(10, 0, -3)", "arange(0, 1, 0.25)", "arange(3.0)", "arange(0, x.shape[1])", "arange(x.shape[1], dtype: float32)", "arange(0, 8, 2, dtype: float32)", "arange(1, x.shape[1] + 1, dtype: float64)", "linspace(0, 1, 5)", "linspace(-2, 3, 7)", "linspace(0, 1, x.shape[1])", "linspace(3, 1, 1)",
            "linspace(0, 1, 6, dtype: float64)", "logspace(0, 2, 5)", "logspace(-1, 1, 4, 2)", "torch.tensor(3) + x", "torch.tensor(2.5) * x", "torch.tensor(2.5f) * x", "torch.tensor(true) & (x > 0)", "torch.tensor(new float[] { 1, 2, 4 }) + x", "torch.tensor(new long[] { 1, 2, 3 })", "torch.tensor(new[] { 0.5, 0.5 })", "torch.tensor(new[] { 1, 0, 2, 5 }, 2, 2)", "torch.tensor(new float[] { 1, 2, 4 }, dtype: float64)", "torch.tensor(x.shape)", "torch.tensor(new float[,] { { 1, 2, 4 }, { 3, 5, 7 } }) + x[0]", "torch.tensor(new long[,,] { { { 1 }, { 3 } } })", "torch.tensor(new List<float> { 3, 1, 2 })",
            "torch.tensor(new[] { true, false, true })", "x[torch.tensor(new long[] { 1, 0, 1 })]", "torch.tensor(x.shape[1]) * x", "torch.as_tensor(new float[] { 1, 3, 2 }) + x", "x.masked_fill(x > 0, finfo(x.dtype).min)", "x.masked_fill(x > 0, finfo(float16).max)", "x * finfo().eps",
            "x.to(float64)", "x.to(int64)", "x.to_type(ScalarType.Int32)", "x.@float()", "x.@double()", "x.@long()", "x.@int()", "x.half()", "x.bfloat16()", "x.@bool()", "x.@short()", "x.type(float64)", "x.type_as(zeros(1, dtype: float64))", "x.to(zeros(1, dtype: int64))", "x.to(CPU)", "x.to(x.device)", "x.to(float64, CPU)", "x.to(\"cpu\")", "x.to(x.dtype)", "zeros(2, dtype: x.dtype, device: x.device)", "x.to(DeviceType.CPU)", "x.cpu()",
            "x.is_floating_point() ? x * 2 : x", "x.is_integral() ? x * 2 : x", "x * x.element_size()", "x.dtype == ScalarType.Float32 ? x + 1 : x", "x * x.numel()", "x.is_contiguous() ? x + 1 : x", "torch.is_floating_point(x.dtype) ? x + 1 : x", "x * x.ndim", "x * x.dim()", "x * x.size(0)", "x * x.size()[1]", "(Tensor)2 * x", "x * (Tensor)2.5f"),
        .. Each("x: i64[2,3]", "x.to(float32)", "x.@float()", "x.to_type(float16)", "x.@bool()", "x.@byte()", "x.new_full(2, 3)", "x.new_ones(2, dtype: float32)", "full_like(x, 2)"),
    ];
}
