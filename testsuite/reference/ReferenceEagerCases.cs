using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Reference;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace DlAot.Tests.Reference;

/// <summary>How near the evaluator has to be to libtorch (testing.md).</summary>
public enum Nearness
{
    /// <summary>Bit for bit (any NaN is as good as another).</summary>
    Exact,

    /// <summary>Two units in the last place of libtorch in the same dtype.</summary>
    Arithmetic,

    /// <summary>Four units in the last place of libtorch in float64.</summary>
    Transcendental,

    /// <summary>Relative to the largest element: 1e-5 for f32, 1e-12 for f64, two last places for halves.</summary>
    Norm,
}

/// <summary>An op of ours beside the call of libtorch that means the same.</summary>
public sealed record EagerCase(
    string Name, OpDef Definition, Nearness Nearness, string Types, long[][][] Shapes, Func<torch.Tensor[], torch.Tensor> Eager, Attributes Attributes, Func<double, double>? Domain = null)
{
    private static readonly long[][][] s_unary = [[[3, 5]], [[]], [[1]], [[0]], [[2, 0, 3]]];

    private static readonly long[][][] s_binary = [[[3, 5], [3, 5]], [[3, 5], [5]], [[2, 1, 3], [4, 1]], [[], [3]], [[0, 3], [1, 3]], [[1], [5]], [[3, 5], []]];

    private static readonly long[][][] s_ternary = [[[3, 5], [3, 5], [3, 5]], [[5], [3, 1], []], [[1], [0], [1]]];

    private static readonly long[][][] s_matrix = [[[3, 5]], [[1, 1]], [[0, 3]], [[7, 4]]];

    private const string Floats = "f16 bf16 f32 f64";
    private const string Numbers = "u8 i8 i16 i32 i64 " + Floats;
    private const string Integers = "bool u8 i8 i16 i32 i64";
    private const string All = "bool " + Numbers;

    public static IReadOnlyList<EagerCase> Rows { get; } =
    [
        Lane(Op.Exp, x => x.exp()), Lane(Op.Expm1, x => x.expm1()), Lane(Op.Log, x => x.log()), Lane(Op.Log1p, x => x.log1p()),
        Lane(Op.Rsqrt, x => x.rsqrt()), Lane(Op.Sin, x => x.sin()), Lane(Op.Cos, x => x.cos()), Lane(Op.Tanh, x => x.tanh()),
        Lane(Op.Erf, x => x.erf()), Lane(Op.Sigmoid, x => x.sigmoid()),
        Exact(Op.Sqrt, Floats, x => x.sqrt()) with { Nearness = Nearness.Arithmetic },
        Exact(Op.Floor, Floats, x => x.floor()), Exact(Op.Ceil, Floats, x => x.ceil()), Exact(Op.Round, Floats, x => x.round()), Exact(Op.Trunc, Floats, x => x.trunc()),
        Exact(Op.Neg, Numbers, x => x.neg()), Exact(Op.Abs, Numbers, x => x.abs()), Exact(Op.Sign, All, x => x.sign()),
        Exact(Op.Not, Integers, x => x.bitwise_not()), Exact(Op.IsNan, All, x => x.isnan()),
        Pair(Op.Add, All, (x, y) => x + y), Pair(Op.Sub, Numbers, (x, y) => x - y), Pair(Op.Mul, All, (x, y) => x * y), Pair(Op.Div, Floats, (x, y) => x / y),
        Pair(Op.Div, "i8 i16 i32 i64", (x, y) => x.div(y, torch.RoundingMode.trunc)) with { Name = "div of integers", Domain = NotZero },
        Pair(Op.FloorDivide, "f32 f64", (x, y) => x.div(y, torch.RoundingMode.floor)),
        Pair(Op.FloorDivide, "u8 i8 i16 i32 i64", (x, y) => x.div(y, torch.RoundingMode.floor)) with { Name = "floordiv of integers", Domain = NotZero },
        Pair(Op.Rem, "f32 f64", (x, y) => x.remainder(y)),
        Pair(Op.Rem, "u8 i8 i16 i32 i64", (x, y) => x.remainder(y)) with { Name = "rem of integers", Domain = NotZero },
        Pair(Op.Pow, "f32 f64", (x, y) => x.pow(y)) with { Nearness = Nearness.Transcendental },
        Pair(Op.Pow, "u8 i8 i16 i32 i64", (x, y) => x.pow(y)) with { Name = "pow of integers", Domain = Math.Abs },
        Pair(Op.Maximum, All, (x, y) => x.maximum(y)), Pair(Op.Minimum, All, (x, y) => x.minimum(y)),
        Pair(Op.Atan2, "f32 f64", (x, y) => x.atan2(y)) with { Nearness = Nearness.Transcendental },
        Pair(Op.And, Integers, (x, y) => x.bitwise_and(y)), Pair(Op.Or, Integers, (x, y) => x.bitwise_or(y)), Pair(Op.Xor, Integers, (x, y) => x.bitwise_xor(y)),
        Pair(Op.Eq, All, (x, y) => x.eq(y)), Pair(Op.Ne, All, (x, y) => x.ne(y)), Pair(Op.Lt, All, (x, y) => x.lt(y)),
        Pair(Op.Le, All, (x, y) => x.le(y)), Pair(Op.Gt, All, (x, y) => x.gt(y)), Pair(Op.Ge, All, (x, y) => x.ge(y)),
        new("where", Op.Where, Nearness.Exact, All, s_ternary, x => torch.where(x[0], x[1], x[2]), Attributes.None),
        .. DTypes.All.Select(to => new EagerCase($"cast to {to.Name()}", Op.Cast, Nearness.Exact, to is DType.U8 ? "bool u8 i8 i16 i32 i64" : All, s_unary, x => x[0].to_type(ToTorch(to)), Attributes.Of(("dtype", to)), to.IsInteger() ? InRange : null)),

        Reduction(Op.Sum, Nearness.Norm, All, (x, d, k) => x.sum(d, k)),
        Reduction(Op.AMax, Nearness.Exact, All, (x, d, k) => x.amax(d, k)), Reduction(Op.AMin, Nearness.Exact, All, (x, d, k) => x.amin(d, k)),
        Reduction(Op.Mean, Nearness.Norm, Floats, (x, d, k) => x.mean(d, k)),
        new("sum of all", Op.Sum, Nearness.Norm, All, s_matrix, x => x[0].sum(), Dims([0, 1], false)),
        new("mean of all", Op.Mean, Nearness.Norm, Floats, s_matrix, x => x[0].mean(), Dims([0, 1], false)),
        new("prod", Op.Prod, Nearness.Norm, "bool i32 i64 f32 f64", s_matrix, x => x[0].prod(1, true), Dims([1], true)),
        new("any", Op.Any, Nearness.Exact, "bool i32 f32", s_matrix, x => x[0].to_type(torch.ScalarType.Bool).any(1), Dims([1], false)),
        new("all", Op.All, Nearness.Exact, "bool i32 f32", s_matrix, x => x[0].to_type(torch.ScalarType.Bool).all(1), Dims([1], false)),
        new("argmax", Op.ArgMax, Nearness.Exact, Numbers, s_matrix, x => x[0].argmax(1), Dims([1], false)),
        new("argmin", Op.ArgMin, Nearness.Exact, Numbers, s_matrix, x => x[0].argmin(1, true), Dims([1], true)),
        new("var", Op.Var, Nearness.Norm, Floats, s_matrix, x => x[0].var(1, true, true), Dims([1], true).With("correction", 1L)),
        new("var without correction", Op.Var, Nearness.Norm, Floats, s_matrix, x => x[0].var(0, false), Dims([0], false).With("correction", 0L)),
        new("cumsum", Op.CumSum, Nearness.Norm, "i64 " + Floats, s_matrix, x => x[0].cumsum(1), Attributes.Of(("dim", 1L))),

        View(Op.Permute, [[[2, 3, 4]], [[0, 1, 2]]], x => x.permute(2, 0, 1), ("dims", ImmutableArray.Create(2L, 0, 1))),
        View(Op.Flip, [[[2, 3]], [[1, 0]]], x => x.flip(1), ("dims", ImmutableArray.Create(1L))),
        View(Op.Reshape, [[[2, 6]], [[3, 4]]], x => x.reshape(4, 3), ("shape", Sizes(4, 3))),
        View(Op.Expand, [[[3, 1]], [[1]], [[]]], x => x.expand(2, 3, 4), ("shape", Sizes(2, 3, 4))),
        View(Op.Slice, [[[2, 7]], [[0, 9]]], x => x.slice(1, 1, 7, 2), ("dim", -1L), ("start", (DimExpr)1), ("length", (DimExpr)3), ("step", 2L)),
        View(Op.Concat, [[[2, 3], [2, 1], [2, 0]], [[1, 3], [1, 4]]], null, ("dim", 1L)) with { Eager = x => torch.cat(x, 1) },
        View(Op.Pad, [[[2, 3]], [[0, 1]]], x => F.pad(x, [1, 2, 0, 1], value: 7), ("low", Sizes(0, 1)), ("high", Sizes(1, 2)), ("value", 7.0)),

        Smooth(Op.Gelu, x => F.gelu(x), ("tanh", false)),
        Smooth(Op.Gelu, x => x.gelu(TorchSharp.Modules.GELU.Approximate.tanh), ("tanh", true)) with { Name = "gelu by tanh" },
        Smooth(Op.Silu, x => F.silu(x)), Smooth(Op.Mish, x => F.mish(x)), Smooth(Op.Elu, x => x.elu(1.5), ("alpha", 1.5)),
        Smooth(Op.Softplus, x => x.softplus(2, 3), ("beta", 2.0), ("threshold", 3.0)),
        Smooth(Op.LeakyRelu, x => F.leaky_relu(x, 0.1), ("slope", 0.1)), Smooth(Op.HardSigmoid, x => F.hardsigmoid(x)), Smooth(Op.HardSwish, x => F.hardswish(x)),
        Smooth(Op.Reciprocal, x => x.reciprocal()),
        Exact(Op.Relu, Numbers, x => x.relu()), Exact(Op.Square, "i32 i64 f32 f64", x => x.square()),
        Exact(Op.Clamp, Numbers, x => x.clamp(-1, 2)) with { Attributes = Attributes.Of(("min", -1.0), ("max", 2.0)), Types = "i8 i16 i32 i64 f32 f64" },
        Exact(Op.Clamp, "i32 f32", x => x.clamp(min: (Scalar)1)) with { Name = "clamp from below", Attributes = Attributes.Of(("min", 1.0)) },
        Smooth(Op.Softmax, x => x.softmax(-1), ("dim", -1L)) with { Shapes = [.. s_matrix, [[2, 3, 0]], [[2, 3, 4]]] },
        Smooth(Op.Softmax, x => x.softmax(0), ("dim", 0L)) with { Name = "softmax of the first", Shapes = s_matrix },
        Smooth(Op.LogSoftmax, x => F.log_softmax(x, 1), ("dim", 1L)) with { Shapes = s_matrix },

        new("matmul", Op.MatMul, Nearness.Norm, "i32 i64 " + Floats, [[[3, 4], [4, 5]], [[2, 1, 3, 4], [5, 4, 2]], [[3, 0], [0, 2]], [[0, 4], [4, 1]]], x => x[0].matmul(x[1]), Attributes.None),
        new("linear", Op.Linear, Nearness.Norm, Floats, [[[3, 4], [5, 4], [5]], [[4], [5, 4], [5]], [[2, 3, 4], [5, 4], [5]], [[0, 4], [5, 4], [5]]], x => F.linear(x[0], x[1], x[2]), Attributes.None),
        new("linear without bias", Op.Linear, Nearness.Norm, Floats, [[[3, 4], [5, 4]], [[2, 1, 4], [1, 4]]], x => F.linear(x[0], x[1]), Attributes.None),
        new("conv2d", Op.Conv, Nearness.Norm, Floats, [[[2, 4, 7, 8], [6, 2, 3, 2], [6]], [[1, 4, 5, 3], [2, 2, 1, 1], [2]]],
            x => F.conv2d(x[0], x[1], x[2], strides: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2), Window([2, 1], [1, 2], [1, 2]).With("groups", (DimExpr)2)),
        new("conv1d", Op.Conv, Nearness.Norm, Floats, [[[2, 3, 9], [4, 3, 3]], [[1, 1, 3], [1, 1, 3]]], x => F.conv1d(x[0], x[1], stride: 2), Window([2], [0], [1]).With("groups", (DimExpr)1)),
        new("max_pool2d", Op.MaxPool, Nearness.Exact, Floats, [[[2, 3, 7, 8]], [[1, 1, 3, 2]]],
            x => F.max_pool2d(x[0], [3, 2], [2, 2], [1, 1], ceil_mode: true), Window([2, 2], [1, 1], [1, 1]).With("kernel", ImmutableArray.Create(3L, 2)).With("ceil_mode", true)),
        new("max_pool2d dilated", Op.MaxPool, Nearness.Exact, Floats, [[[2, 3, 7, 8]]],
            x => F.max_pool2d(x[0], [2, 2], [1, 2], [0, 1], [2, 3]), Window([1, 2], [0, 1], [2, 3]).With("kernel", ImmutableArray.Create(2L, 2))),
        new("avg_pool2d", Op.AvgPool, Nearness.Norm, "bf16 f32 f64", [[[2, 3, 7, 8]], [[1, 1, 3, 2]]],
            x => F.avg_pool2d(x[0], [3, 2], [2, 2], [1, 1], ceil_mode: true), Pool(true)),
        new("avg_pool2d of the inside", Op.AvgPool, Nearness.Norm, "bf16 f32 f64", [[[2, 3, 7, 8]], [[1, 1, 3, 2]]],
            x => F.avg_pool2d(x[0], [3, 2], [2, 2], [1, 1], ceil_mode: true, count_include_pad: false), Pool(false)),
        new("layer_norm", Op.LayerNorm, Nearness.Norm, "f32 f64", [[[2, 3, 4], [3, 4], [3, 4]], [[1, 3, 1], [3, 1], [3, 1]]],
            x => F.layer_norm(x[0], [.. x[1].shape], x[1], x[2], 1e-5), Attributes.Of(("axes", 2L), ("eps", 1e-5), ("weight", true), ("bias", true))),
        new("layer_norm without affine", Op.LayerNorm, Nearness.Norm, Floats, [[[5, 7]], [[0, 4]]],
            x => F.layer_norm(x[0], [x[0].shape[^1]], eps: 1e-3), Attributes.Of(("axes", 1L), ("eps", 1e-3), ("weight", false), ("bias", false))),
        new("batch_norm", Op.BatchNorm, Nearness.Norm, "f32 f64", [[[2, 3, 4, 5], [3], [3], [3], [3]], [[4, 2], [2], [2], [2], [2]], [[0, 2], [2], [2], [2], [2]]],
            x => F.batch_norm(x[0], x[1], x[2], x[3], x[4], eps: 1e-5), Attributes.Of(("eps", 1e-5), ("weight", true), ("bias", true)), Math.Abs),
        new("attention", Op.Attention, Nearness.Norm, "f32 f64", [[[2, 3, 4], [2, 5, 4], [2, 5, 6], [3, 5]], [[1, 1, 2], [1, 1, 2], [1, 1, 3], [1, 1]]],
            x => (x[0].matmul(x[1].transpose(-1, -2)) / Math.Sqrt(x[0].shape[^1]) + x[3]).softmax(-1).matmul(x[2]), Attributes.Of(("causal", false))),
        new("attention causal", Op.Attention, Nearness.Norm, Floats, [[[2, 3, 4], [2, 5, 4], [2, 5, 6]], [[1, 4, 4], [1, 4, 4], [1, 4, 4]]],
            x => (x[0].matmul(x[1].transpose(-1, -2)) * 0.3).masked_fill(
                torch.ones(x[0].shape[^2], x[1].shape[^2], dtype: torch.@bool).tril().logical_not(), double.NegativeInfinity).softmax(-1).matmul(x[2]),
            Attributes.Of(("causal", true), ("scale", 0.3))),
    ];

    public static torch.ScalarType ToTorch(DType type) => type switch
    {
        DType.Bool => torch.ScalarType.Bool,
        DType.U8 => torch.ScalarType.Byte,
        DType.I8 => torch.ScalarType.Int8,
        DType.I16 => torch.ScalarType.Int16,
        DType.I32 => torch.ScalarType.Int32,
        DType.I64 => torch.ScalarType.Int64,
        DType.F16 => torch.ScalarType.Float16,
        DType.BF16 => torch.ScalarType.BFloat16,
        DType.F32 => torch.ScalarType.Float32,
        _ => torch.ScalarType.Float64,
    };

    public static torch.Tensor ToTorch(NdArray array)
    {
        torch.Tensor tensor = torch.zeros(array.Shape.AsSpan(), dtype: ToTorch(array.Type));
        if (array.Count > 0)
        {
            array.Bytes.Span.CopyTo(tensor.bytes);
        }

        return tensor;
    }

    public static NdArray FromTorch(torch.Tensor tensor)
    {
        DType type = DTypes.All.Single(t => ToTorch(t) == tensor.dtype);
        return new NdArray(type, [.. tensor.shape], tensor.numel() == 0 ? Memory<byte>.Empty : tensor.contiguous().bytes.ToArray());
    }

    // What a float outside the integers' range becomes is not specified.
    private static double InRange(double x) => double.IsFinite(x) ? Math.Clamp(x, -100, 100) : 0;

    private static double NotZero(double x) => x == 0 ? 3 : x;

    private static ImmutableArray<DimExpr> Sizes(params long[] sizes) => [.. sizes.Select(s => (DimExpr)s)];

    private static Attributes Dims(long[] dims, bool keep) => Attributes.Of(("dims", dims.ToImmutableArray()), ("keepdim", keep));

    private static Attributes Window(long[] stride, long[] padding, long[] dilation) =>
        Attributes.Of(("stride", stride.ToImmutableArray()), ("padding", padding.ToImmutableArray()), ("dilation", dilation.ToImmutableArray()));

    private static Attributes Pool(bool includePad) => Attributes.Of(
        ("kernel", ImmutableArray.Create(3L, 2)), ("stride", ImmutableArray.Create(2L, 2)), ("padding", ImmutableArray.Create(1L, 1)), ("ceil_mode", true), ("count_include_pad", includePad));

    private static EagerCase Lane(OpDef op, Func<torch.Tensor, torch.Tensor> eager) => new(op.Name, op, Nearness.Transcendental, Floats, s_unary, x => eager(x[0]), Attributes.None);

    private static EagerCase Exact(OpDef op, string types, Func<torch.Tensor, torch.Tensor> eager) => new(op.Name, op, Nearness.Exact, types, s_unary, x => eager(x[0]), Attributes.None);

    private static EagerCase Pair(OpDef op, string types, Func<torch.Tensor, torch.Tensor, torch.Tensor> eager) =>
        new(op.Name, op, Nearness.Arithmetic, types, s_binary, x => eager(x[0], x[1]), Attributes.None);

    private static EagerCase Smooth(OpDef op, Func<torch.Tensor, torch.Tensor> eager, params ReadOnlySpan<(string, object)> attributes) =>
        new(op.Name, op, Nearness.Norm, Floats, s_unary, x => eager(x[0]), Attributes.Of(attributes));

    private static EagerCase View(OpDef op, long[][][] shapes, Func<torch.Tensor, torch.Tensor>? eager, params ReadOnlySpan<(string, object)> attributes) =>
        new(op.Name, op, Nearness.Exact, All, shapes, x => eager!(x[0]), Attributes.Of(attributes));

    private static EagerCase Reduction(OpDef op, Nearness nearness, string types, Func<torch.Tensor, long[], bool, torch.Tensor> eager) =>
        new(op.Name, op, nearness, types, [[[3, 5, 2]], [[1, 1, 1]], [[0, 3, 2]], [[70, 1, 33]]], x => eager(x[0], [0, 2], true), Dims([0, 2], true));
}
