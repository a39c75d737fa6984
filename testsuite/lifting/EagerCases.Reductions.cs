namespace DlAot.Tests.Lifting;

internal static partial class EagerCases
{
    public static (string Body, string Inputs)[] Reductions { get; } =
    [
        .. new[] { "sum", "mean", "amax", "amin", "std", "var" }.SelectMany(f => Each("x: f32[2,3,4]", $"x.{f}(new long[] {{ 0, 2 }})", $"x.{f}(new long[] {{ -1 }}, true)")),
        .. new[] { "sum", "mean", "max", "min", "std", "var", "prod", "argmax", "argmin", "norm", "median" }.Where(f => f != "median").SelectMany(f => Each("x: f32[2,3,4]", $"x.{f}()", $"torch.{f}(x)")),
        .. Each("x: f32[2,3,4]", "x.sum(1)", "x.sum(-1, keepdim: true)", "x.sum(0, 1)", "x.sum(0, 1, 2)", "x.sum(0, 2, keepdim: true)", "torch.sum(x, 1)", "x.mean([1])", "x.mean([1, 2], true)", "x.mean([-1], type: float64)", "x.sum(type: float64)", "x.sum(1, type: int64)", "x.prod(1)", "x.prod(-1, true)", "torch.prod(x, 0)",
            "x.std(1)", "x.std(1, false)", "x.std(new long[] { 1, 2 }, false, true)", "x.std((0, 1))", "x.var(2, unbiased: false)", "x.var((0, 2), keepdim: true)", "torch.std(x, 1)", "torch.var(x, -1)", "x.std(false)", "var (v, m) = x.var_mean(1); return [v, m];", "var (v, m) = torch.std_mean(x, -1, keepdim: true); return [v, m];", "var (v, m) = x.var_mean(); return [v, m];",
            "var (v, i) = x.max(1); return [v, i];", "var (v, i) = x.min(-1, true); return [v, i];", "x.max(1).values", "torch.max(x, 0).indexes", "x.argmax(1)", "x.argmax(-1, true)", "torch.argmin(x, 0)", "x.amax(1)", "x.amin(0, 1)", "torch.amax(x, [1])", "var (a, b) = x.aminmax(); return [a, b];", "var (a, b) = x.aminmax(1, true); return [a, b];",
            "x.logsumexp(1)", "x.logsumexp(-1, true)", "torch.logsumexp(x, 0)", "x.norm(2)", "x.norm(1f)", "x.norm(1, true)", "x.norm(-1, p: 1)", "x.norm(1, true, 3)", "x.norm(0, p: float.PositiveInfinity)", "x.dist(x * 2)", "x.dist(x.exp(), 1)", "x.cumsum(1)", "torch.cumsum(x, -1)", "x.cumsum(0, float64)", "x.count_nonzero()", "x.count_nonzero([1])", "x.nansum()",
            "x.softmax(-1)", "x.softmax(1, float64)", "torch.softmax(x, 0)", "x.log_softmax(1)", "functional.softmax(x, -1)", "functional.log_softmax(x, 1)", "torch.special.softmax(x, 1)", "torch.special.log_softmax(x, 1)", "(x > 0).any()", "(x > 0).all(1)", "(x > 0).any(-1, true)", "torch.all(x > -9)", "torch.any(x > 9, 1)", "(x > 0).sum()", "(x > 0).sum(1)"),
        .. Each("x: i64[3,4]", "x.sum()", "x.sum(0)", "x.max(1).indexes", "x.argmax()", "x.cumsum(1)", "x.prod(1)", "x.amax(0)", "x.any(1)", "x.to(int32).sum(1)", "x.to(int32).cumsum(0)", "x.sum(1, type: int32)", "x.mean([1], type: float32)", "x.logsumexp(1)", "x.count_nonzero()"),
        .. Each("x: f32[13] in special", "x.nansum()", "x.max()", "x.argmax()", "x.amin()", "x.logsumexp(0)", "x.norm()", "x.sum()"), .. Each("x: f32[]", "x.sum()", "x.sum(0)", "x.max()", "x.argmax()", "x.cumsum(0)"), .. Each("x: bf16[5]", "x.sum()", "x.mean()", "x.softmax(0)"),
    ];
}
