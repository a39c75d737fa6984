#pragma warning disable CS8604 // The lambdas below run after the whole table is initialised.
using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>Ops defined by simpler ones. Formulas are those of the PyTorch documentation of the function of the same name.</summary>
public static partial class Op
{
    public static readonly OpDef Relu = Lanewise("relu", "max(x, 0)", (b, x, _) => b.Add(Maximum, x, b.Constant(0, x.DType)));

    public static readonly OpDef Square = Lanewise("square", "x * x", (b, x, _) => b.Add(Mul, x, x));

    public static readonly OpDef Reciprocal = Lanewise("reciprocal", "1 / x", (b, x, _) => b.Add(Div, b.Constant(1, x.DType), x));

    public static readonly OpDef Silu = Lanewise("silu", "x * sigmoid(x)", (b, x, _) => b.Add(Mul, x, b.Add(Sigmoid, x)));

    public static readonly OpDef Softplus = Lanewise(
        "softplus", "log(1 + exp(beta*x)) / beta, x above the threshold",
        (b, x, a) =>
        {
            Value scaled = b.Add(Mul, x, b.Constant(a.Float("beta"), x.DType));
            Value soft = b.Add(Div, b.Add(Log1p, b.Add(Exp, scaled)), b.Constant(a.Float("beta"), x.DType));
            return b.Add(Where, b.Add(Gt, scaled, b.Constant(a.Float("threshold"), x.DType)), x, soft);
        }, A<double>("beta"), A<double>("threshold"));

    public static readonly OpDef LeakyRelu = Lanewise(
        "leaky_relu", "x where positive, else slope * x",
        (b, x, a) => b.Add(Where, b.Add(Gt, x, b.Constant(0, x.DType)), x, b.Add(Mul, x, b.Constant(a.Float("slope"), x.DType))), A<double>("slope"));

    public static readonly OpDef Elu = Lanewise(
        "elu", "x where positive, else alpha * (exp(x) - 1)",
        (b, x, a) => b.Add(Where, b.Add(Gt, x, b.Constant(0, x.DType)), x, b.Add(Mul, b.Add(Expm1, x), b.Constant(a.Float("alpha"), x.DType))), A<double>("alpha"));

    public static readonly OpDef Clamp = Lanewise(
        "clamp", "limited to [min, max]; a missing bound is none",
        (b, x, a) =>
        {
            Value low = a.Has("min") ? b.Add(Maximum, x, b.Constant(a.Float("min"), x.DType)) : x;
            return a.Has("max") ? b.Add(Minimum, low, b.Constant(a.Float("max"), x.DType)) : low;
        }, A<double>("min", optional: true), A<double>("max", optional: true));

    public static readonly OpDef HardSigmoid = Lanewise(
        "hardsigmoid", "clamp(x + 3, 0, 6) / 6",
        (b, x, _) => b.Add(Div, b.Add(Clamp, Attributes.Of(("min", 0.0), ("max", 6.0)), b.Add(Add, x, b.Constant(3, x.DType))), b.Constant(6, x.DType)));

    public static readonly OpDef HardSwish = Lanewise("hardswish", "x * hardsigmoid(x)", (b, x, _) => b.Add(Mul, x, b.Add(HardSigmoid, x)));

    public static readonly OpDef Mish = Lanewise(
        "mish", "x * tanh(softplus(x))",
        (b, x, _) => b.Add(Mul, x, b.Add(Tanh, b.Add(Softplus, Attributes.Of(("beta", 1.0), ("threshold", 20.0)), x))));

    public static readonly OpDef Gelu = Lanewise(
        "gelu", "x * Phi(x), or its tanh approximation",
        (b, x, a) =>
        {
            Value C(double v) => b.Constant(v, x.DType);
            if (!a.Bool("tanh"))
            {
                // 0.5 * x * (1 + erf(x / sqrt 2))
                return b.Add(Mul, b.Add(Mul, x, C(0.5)), b.Add(Add, C(1), b.Add(Erf, b.Add(Mul, x, C(Math.Sqrt(0.5))))));
            }

            // 0.5 * x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))
            Value cube = b.Add(Mul, b.Add(Mul, x, x), x);
            Value inner = b.Add(Mul, C(Math.Sqrt(2 / Math.PI)), b.Add(Add, x, b.Add(Mul, C(0.044715), cube)));
            return b.Add(Mul, b.Add(Mul, x, C(0.5)), b.Add(Add, C(1), b.Add(Tanh, inner)));
        }, A<bool>("tanh"));

    public static readonly OpDef Mean = new(
        "mean", OpFamily.Composite, 1, 1, [A<ImmutableArray<long>>("dims"), A<bool>("keepdim")], ReductionType, EffectClass.Pure, null,
        (b, n, x) => InFloat32(b, x, wide => b.Add(Div, b.Add(Sum, n.Attributes, wide[0]), Count(b, wide[0], n.Attributes.Ints("dims"), 0))),
        "sum over dimensions divided by their size");

    public static readonly OpDef Var = new(
        "var", OpFamily.Composite, 1, 1, [A<ImmutableArray<long>>("dims"), A<bool>("keepdim"), A<long>("correction")], ReductionType, EffectClass.Pure, null,
        (b, n, x) => InFloat32(b, x, wide =>
        {
            var dims = n.Attributes.Ints("dims");
            Value mean = b.Add(Mean, Attributes.Of(("dims", dims), ("keepdim", true)), wide[0]);
            Value centred = b.Add(Sub, wide[0], mean);
            Value sum = b.Add(Sum, Attributes.Of(("dims", dims), ("keepdim", n.Attributes.Bool("keepdim"))), b.Add(Mul, centred, centred));
            return b.Add(Div, sum, Count(b, wide[0], dims, n.Attributes.Int("correction")));
        }), "mean of squared distances from the mean, over count - correction");

    public static readonly OpDef Softmax = Normalised("softmax", "exp(x - max) / sum of it along a dimension", (b, x, dim) =>
    {
        (Value e, Value sum) = ShiftedExp(b, x, dim, out _);
        return b.Add(Div, e, sum);
    });

    public static readonly OpDef LogSoftmax = Normalised("log_softmax", "x - max - log(sum(exp(x - max))) along a dimension", (b, x, dim) =>
    {
        (_, Value sum) = ShiftedExp(b, x, dim, out Value shifted);
        return b.Add(Sub, shifted, b.Add(Log, sum));
    });

    // Operands: input [.., in], weight [out, in], optional bias [out].
    public static readonly OpDef Linear = new(
        "linear", OpFamily.Composite, 2, 3, [], c =>
        {
            if (c[0].Rank < 1 || c[1].Rank != 2 || c[0].DType != c[1].DType)
            {
                throw c.Error($"{c[0]} with weight {c[1]}");
            }

            c.SameDim(c[0].Shape[^1], c[1].Shape[1], "input features");
            if (c.Operands.Length == 3)
            {
                c.SameDim(Vector(c, c[2]), c[1].Shape[0], "bias");
            }

            return One(c[0].DType, c[0].Shape.SetItem(c[0].Rank - 1, c[1].Shape[0]));
        }, EffectClass.Pure, null, (b, n, x) =>
        {
            // Leading dimensions fold into one: [.., in] -> [M, in].
            DimExpr rows = DimExpr.Product(x[0].Shape[..^1]);
            Value flat = x[0].Rank == 2 ? x[0] : b.Add(Reshape, Attributes.Of(("shape", ImmutableArray.Create(rows, x[0].Shape[^1]))), x[0]);
            Value product = b.Add(MatMul, flat, b.Add(Permute, Attributes.Of(("dims", ImmutableArray.Create(1L, 0L))), x[1]));
            Value sum = x.Length == 3 ? b.Add(Add, product, x[2]) : product;
            return [x[0].Rank == 2 ? sum : b.Add(Reshape, Attributes.Of(("shape", n.Result.Shape)), sum)];
        }, "x times weight transposed, plus bias");

    // Operands: input, then weight and bias (both or, by attribute, only some) of the normalised shape.
    public static readonly OpDef LayerNorm = new(
        "layer_norm", OpFamily.Composite, 1, 3, [A<long>("axes"), A<double>("eps"), A<bool>("weight"), A<bool>("bias")], c =>
        {
            int axes = (int)c.Attributes.Int("axes");
            RequireAffine(c, 1);
            if (axes < 1 || axes > c[0].Rank)
            {
                throw c.Error($"{axes} normalised dimensions of {c[0]}");
            }

            foreach (TensorType affine in c.Operands.Skip(1))
            {
                if (affine.Rank != axes || affine.DType != c[0].DType)
                {
                    throw c.Error($"{affine} should be {c[0].DType.Name()} with the {axes} normalised dimensions");
                }

                for (int i = 0; i < axes; i++)
                {
                    c.SameDim(affine.Shape[i], c[0].Shape[c[0].Rank - axes + i], $"normalised dimension {i}");
                }
            }

            return One(c[0]);
        }, EffectClass.Pure, null, (b, n, operands) => InFloat32(b, operands, x =>
        {
            int rank = x[0].Rank, axes = (int)n.Attributes.Int("axes");
            ImmutableArray<long> dims = [.. Enumerable.Range(rank - axes, axes).Select(i => (long)i)];
            Value y = Standardise(b, x[0], dims, n.Attributes.Float("eps"));
            int next = 1;
            y = n.Attributes.Bool("weight") ? b.Add(Mul, y, x[next++]) : y;
            return n.Attributes.Bool("bias") ? b.Add(Add, y, x[next]) : y;
        }), "standardised over the last dimensions, then scaled and shifted");

    // Operands: input [N,C,..], running mean [C], running variance [C], then weight [C] and bias [C] as the attributes say.
    public static readonly OpDef BatchNorm = new(
        "batch_norm", OpFamily.Composite, 3, 5, [A<double>("eps"), A<bool>("weight"), A<bool>("bias")], c =>
        {
            RequireAffine(c, 3);
            if (c[0].Rank < 2)
            {
                throw c.Error($"{c[0]} has no channels");
            }

            foreach (TensorType perChannel in c.Operands.Skip(1))
            {
                c.SameDim(Vector(c, perChannel), c[0].Shape[1], "channels");
            }

            return One(c[0]);
        }, EffectClass.Pure, null, (b, n, operands) => InFloat32(b, operands, x =>
        {
            // Scale and shift per channel first: y = x * scale + (bias - mean * scale).
            Value C(double v) => b.Constant(v, x[0].DType);
            Value scale = b.Add(Rsqrt, b.Add(Add, x[2], C(n.Attributes.Float("eps"))));
            int next = 3;
            scale = n.Attributes.Bool("weight") ? b.Add(Mul, scale, x[next++]) : scale;
            Value shift = b.Add(Neg, b.Add(Mul, x[1], scale));
            shift = n.Attributes.Bool("bias") ? b.Add(Add, shift, x[next]) : shift;
            return b.Add(Add, b.Add(Mul, x[0], PerChannel(b, scale, x[0].Rank)), PerChannel(b, shift, x[0].Rank));
        }), "inference form: standardised by running statistics per channel");

    // Operands: query [..,L,E], key [..,S,E], value [..,S,Ev], optional mask (bool: keep, float: added) broadcast to [..,L,S].
    public static readonly OpDef Attention = new(
        "attention", OpFamily.Composite, 3, 4, [A<bool>("causal"), A<double>("scale", optional: true)], c =>
        {
            if (c.Operands.Take(3).Any(o => o.Rank < 2 || o.DType != c[0].DType) || (c.Operands.Length == 4 && c[3].DType is var mask && mask != DType.Bool && mask != c[0].DType))
            {
                throw c.Error($"{string.Join(", ", c.Operands)} need one float dtype (a mask may be bool) and rank 2 or more");
            }

            c.SameDim(c[0].Shape[^1], c[1].Shape[^1], "head size");
            c.SameDim(c[1].Shape[^2], c[2].Shape[^2], "keys and values");
            return One(c[0].DType, [.. c.Broadcast(c.Operands.Take(3).Select(o => o.Shape[..^2])), c[0].Shape[^2], c[2].Shape[^1]]);
        }, EffectClass.Pure, null, (b, n, x) => InFloat32(b, x, wide => DecomposeAttention(b, n, wide)), "softmax(q k^T * scale + mask) v");

    // Integers only where the formula is made of ops on integers: relu, square, clamp.
    private static OpDef Lanewise(string name, string summary, Func<GraphBuilder, Value, Attributes, Value> formula, params ReadOnlySpan<AttributeDef> attributes) => new(
        name, OpFamily.Composite, 1, 1, [.. attributes],
        c => c[0].DType.IsFloat() || (c[0].DType.IsInteger() && c.Op.Name is ("relu" or "square" or "clamp")) ? One(c[0]) : throw c.Error($"is not defined on {c[0].DType.Name()}"),
        EffectClass.Pure, null, (b, n, x) => InFloat32(b, x, wide => formula(b, wide[0], n.Attributes)), summary);

    // As libtorch does: halves are computed in f32 and rounded once at the end.
    private static ImmutableArray<Value> InFloat32(GraphBuilder b, ImmutableArray<Value> x, Func<ImmutableArray<Value>, Value> formula)
    {
        DType type = x[0].DType;
        if (type is not (DType.F16 or DType.BF16))
        {
            return [formula(x)];
        }

        Value result = formula([.. x.Select(v => v.DType == type ? b.Add(Cast, Attributes.Of(("dtype", DType.F32)), v) : v)]);
        return [b.Add(Cast, Attributes.Of(("dtype", type)), result)];
    }

    private static void RequireAffine(TypeRuleContext c, int operands)
    {
        operands += (c.Attributes.Bool("weight") ? 1 : 0) + (c.Attributes.Bool("bias") ? 1 : 0);
        if (c.Operands.Length != operands || !c[0].DType.IsFloat())
        {
            throw c.Error($"{operands} float operands are expected, got {string.Join(", ", c.Operands)}");
        }
    }

    private static OpDef Normalised(string name, string summary, Func<GraphBuilder, Value, long, Value> formula) => new(
        name, OpFamily.Composite, 1, 1, [A<long>("dim")], c =>
        {
            c.Axis(c.Attributes.Int("dim"), c[0].Rank);
            return c[0].DType.IsFloat() ? One(c[0]) : throw c.Error($"needs a float operand, got {c[0].DType.Name()}");
        }, EffectClass.Pure, null, (b, n, x) => InFloat32(b, x, wide => formula(b, wide[0], n.Attributes.Int("dim") is var d && d < 0 ? d + x[0].Rank : d)), summary);

    private static (Value Exp, Value Sum) ShiftedExp(GraphBuilder b, Value x, long dim, out Value shifted)
    {
        Attributes along = Attributes.Of(("dims", ImmutableArray.Create(dim)), ("keepdim", true));
        shifted = b.Add(Sub, x, b.Add(AMax, along, x));
        Value e = b.Add(Exp, shifted);
        return (e, b.Add(Sum, along, e));
    }

    private static Value Standardise(GraphBuilder b, Value x, ImmutableArray<long> dims, double eps)
    {
        Attributes along = Attributes.Of(("dims", dims), ("keepdim", true));
        Value centred = b.Add(Sub, x, b.Add(Mean, along, x));
        Value variance = b.Add(Mean, along, b.Add(Mul, centred, centred));
        return b.Add(Mul, centred, b.Add(Rsqrt, b.Add(Add, variance, b.Constant(eps, x.DType))));
    }

    private static Value PerChannel(GraphBuilder b, Value x, int rank) =>
        b.Add(Reshape, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[x.Shape[0], .. Enumerable.Repeat(DimExpr.One, rank - 2)])), x);

    // The number of reduced elements, less a correction, not below zero, in the dtype of x.
    private static Value Count(GraphBuilder b, Value x, ImmutableArray<long> dims, long correction)
    {
        DimExpr count = DimExpr.Product(dims.Select(d => x.Shape[(int)(d < 0 ? d + x.Rank : d)])) - correction;
        Value value = b.Add(Dim, Attributes.Of(("value", correction == 0 ? count : DimExpr.Max(count, 0))));
        return b.Add(Cast, Attributes.Of(("dtype", x.DType)), value);
    }

    private static Value DecomposeAttention(GraphBuilder b, Node n, ImmutableArray<Value> x)
    {
        (Value q, Value k, Value v) = (x[0], x[1], x[2]);
        ImmutableArray<long> swap = [.. Enumerable.Range(0, k.Rank - 2).Select(i => (long)i), k.Rank - 1, k.Rank - 2];
        Value scores = b.Add(MatMul, q, b.Add(Permute, Attributes.Of(("dims", swap)), k));
        Value scale;
        if (n.Attributes.Has("scale"))
        {
            scale = b.Constant(n.Attributes.Float("scale"), q.DType);
        }
        else
        {
            Value size = b.Add(Cast, Attributes.Of(("dtype", q.DType)), b.Add(Dim, Attributes.Of(("value", q.Shape[^1]))));
            scale = b.Add(Rsqrt, size);
        }

        scores = b.Add(Mul, scores, scale);
        Value minusInfinity = b.Constant(double.NegativeInfinity, q.DType);
        if (n.Attributes.Bool("causal"))
        {
            Value row = b.Add(Reshape, Attributes.Of(("shape", ImmutableArray.Create(q.Shape[^2], DimExpr.One))), b.Add(Iota, Attributes.Of(("length", q.Shape[^2]), ("dtype", DType.I64))));
            Value column = b.Add(Iota, Attributes.Of(("length", k.Shape[^2]), ("dtype", DType.I64)));
            scores = b.Add(Where, b.Add(Le, column, row), scores, minusInfinity);
        }

        if (x.Length == 4)
        {
            scores = x[3].DType == DType.Bool ? b.Add(Where, x[3], scores, minusInfinity) : b.Add(Add, scores, x[3]);
        }

        return b.Add(MatMul, b.Add(Softmax, Attributes.Of(("dim", -1L)), scores), v);
    }
}
