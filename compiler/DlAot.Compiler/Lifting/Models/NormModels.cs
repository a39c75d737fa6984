using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Normalisation over groups of channels, single channels, and by running statistics; distances and similarities.</summary>
internal static class NormModels
{
    public static void Register(ModelTable t)
    {
        t["functional.group_norm"] = s => s.NewTensor(Grouped(s, s.Operand, s.Int("num_groups"), s.OptionalTensor("weight"), s.OptionalTensor("bias"), s.Float("eps", 1e-5)));
        t["GroupNorm.forward"] = GroupNorm;
        t["functional.instance_norm"] = s => s.OptionalTensor("running_mean") is null && s.OptionalTensor("running_var") is null && s.Bool("use_input_stats", true)
            ? s.NewTensor(Instance(s, s.Operand, s.OptionalTensor("weight"), s.OptionalTensor("bias"), s.Float("eps", 1e-5))) : throw s.Unsupported("running statistics");
        t["InstanceNorm.forward"] = InstanceNorm;
        t["functional.batch_norm"] = BatchNorm;
        t["functional.cosine_similarity"] = s => s.NewTensor(Cosine(s, s.Tensor("x1"), s.Tensor("x2"), s.Int("dim", 1), s.Float("eps", 1e-8)));
        t["CosineSimilarity.forward"] = s => s.NewTensor(Cosine(s, s.Tensor(s.Names[1]), s.Tensor(s.Names[2]), (long)s.FactNumber("dim", 1), s.FactNumber("eps", 1e-8)));
        t["functional.pairwise_distance"] = s => s.NewTensor(Distance(s, s.Tensor("input1"), s.Tensor("input2"), s.Float("p", 2), s.Float("eps", 1e-6), s.Bool("keepdim")));
    }

    /// <summary>A vector along the channels of [N,C,..].</summary>
    public static Value PerChannel(CallSite s, Value v, int rank) => ProductModels.Reshaped(s, v, [s.Builder.TypeOf(v).Shape[0], .. Enumerable.Repeat(DimExpr.One, rank - 2)]);

    private static Value Standardised(CallSite s, Value rows, double eps) => s.Builder.Add(Op.LayerNorm, Attributes.Of(("axes", 1L), ("eps", eps), ("weight", false), ("bias", false)), rows);

    private static Value Scaled(CallSite s, Value x, Value? weight, Value? bias)
    {
        x = weight is null ? x : s.Builder.Add(Op.Mul, x, PerChannel(s, weight, x.Rank));
        return bias is null ? x : s.Builder.Add(Op.Add, x, PerChannel(s, bias, x.Rank));
    }

    // [N, groups * k, ..] => rows [N, groups, k * ..], each standardised.
    private static Value Grouped(CallSite s, Value x, long groups, Value? weight, Value? bias, double eps)
    {
        if (x.Rank < 2 || groups < 1 || !x.DType.IsFloat())
        {
            throw s.Fail(Rules.AlwaysThrows, $"group_norm of {x.Type}");
        }

        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        if (DimExpr.TryDivide(shape[1], groups) is null)
        {
            s.Builder.Facts.RequireDivisible(shape[1], groups);
        }

        Value rows = ProductModels.Reshaped(s, x, [shape[0], groups, DimExpr.FloorDiv(shape[1], groups) * DimExpr.Product(shape[2..])]);
        return Scaled(s, ProductModels.Reshaped(s, Standardised(s, rows, eps), shape), weight, bias);
    }

    private static TensorRef GroupNorm(CallSite s)
    {
        (Value? weight, Value? bias) = Affine(s, s.FactNumber("affine", 1) != 0, s.Fact("channels", "num_channels"));
        return s.NewTensor(Grouped(s, LayerModels.Input(s), (long)s.FactNumber("num_groups", 1), weight, bias, s.FactNumber("eps", 1e-5)));
    }

    private static (Value? Weight, Value? Bias) Affine(CallSite s, bool isAffine, DimExpr channels) =>
        isAffine ? (LayerModels.Weight(s, "weight", channels), LayerModels.Weight(s, "bias", channels)) : (null, null);

    private static Value Instance(CallSite s, Value x, Value? weight, Value? bias, double eps)
    {
        if (x.Rank < 3 || !x.DType.IsFloat())
        {
            throw s.Fail(Rules.AlwaysThrows, $"instance_norm of {x.Type}");
        }

        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        Value rows = ProductModels.Reshaped(s, x, [shape[0], shape[1], DimExpr.Product(shape[2..])]);
        return Scaled(s, ProductModels.Reshaped(s, Standardised(s, rows, eps), shape), weight, bias);
    }

    // Without running statistics it does the same in training.
    private static TensorRef InstanceNorm(CallSite s)
    {
        Value x = LayerModels.Input(s);
        int spatial = LayerModels.Self(s).Instance.Type.Name is [.., var digit, 'd'] ? digit - '0' : throw s.Unsupported("this layer");
        if (s.FactNumber("track_running_stats", 0) != 0 || x.Rank != spatial + 2)
        {
            throw s.Unsupported("running statistics, or an input without batches");
        }

        (Value? weight, Value? bias) = Affine(s, s.FactNumber("affine", 0) != 0, s.Fact("features", "num_features", "features"));
        return s.NewTensor(Instance(s, x, weight, bias, s.FactNumber("eps", 1e-5)));
    }

    private static TensorRef BatchNorm(CallSite s)
    {
        if (s.Bool("training"))
        {
            throw s.Unsupported("batch statistics");
        }

        Value? weight = s.OptionalTensor("weight"), bias = s.OptionalTensor("bias");
        Value[] operands = [s.Operand, s.OptionalTensor("running_mean") ?? throw s.Unsupported("no running statistics"), s.OptionalTensor("running_var") ?? throw s.Unsupported("no running statistics"), .. new[] { weight, bias }.OfType<Value>()];
        return s.NewTensor(s.Builder.Add(Op.BatchNorm, Attributes.Of(("eps", s.Float("eps", 1e-5)), ("weight", weight is not null), ("bias", bias is not null)), operands));
    }

    // Each norm is kept above eps (aten/native/Distance.cpp).
    private static Value Cosine(CallSite s, Value a, Value b, long dim, double eps)
    {
        (a, b) = TorchModels.Promote(s, ArithmeticModels.Temporary(a), ArithmeticModels.Temporary(b), floatResult: true);
        int rank = Math.Max(a.Rank, b.Rank);
        if (a.Rank != b.Rank)
        {
            throw s.Unsupported("different ranks");
        }

        ImmutableArray<long> dims = [ShapeOps.Axis(s, dim, rank)];
        return LaneModels.Formula(s, a, x =>
        {
            Lane y = new(s.Builder, s.Interpreter.CastTo(b, x.DType));
            Lane Unit(Lane v) => v / (v * v).Over(Op.Sum, dims).Sqrt().AtLeast(eps);
            return (Unit(x) * Unit(y)).Over(Op.Sum, dims, keepdim: false);
        });
    }

    // The norm of x1 - x2 + eps over the last dimension.
    private static Value Distance(CallSite s, Value a, Value b, double p, double eps, bool keepdim)
    {
        (a, b) = TorchModels.Promote(s, ArithmeticModels.Temporary(a), ArithmeticModels.Temporary(b), floatResult: true);
        Value difference = LaneModels.Formula(s, s.Builder.Add(Op.Sub, a, b), d => d + eps);
        return ReductionModels.Norm(s, difference, Attributes.Of(("dims", ImmutableArray.Create((long)difference.Rank - 1)), ("keepdim", keepdim)), p);
    }
}
