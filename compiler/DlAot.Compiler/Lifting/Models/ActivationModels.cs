using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Activations: one row for the function of <c>functional</c>, the method of <c>Tensor</c>, the function of <c>torch</c>, their in-place
/// forms, and the layer, whose settings are properties of the names that the function gives its parameters.
/// </summary>
internal static class ActivationModels
{
    /// <summary>A setting by the parameter's name, or its default.</summary>
    private delegate double Setting(string name, double missing);

    private static readonly (string Name, string Layer, Func<CallSite, Value, Setting, Value> Apply)[] Rows =
    [
        ("relu", "ReLU", (s, x, _) => Relu(s, x)),
        ("silu", "SiLU", (s, x, _) => Plain(s, x, Op.Silu)), ("hardswish", "Hardswish", (s, x, _) => Plain(s, x, Op.HardSwish)),
        ("hardsigmoid", "Hardsigmoid", (s, x, _) => Plain(s, x, Op.HardSigmoid)), ("mish", "Mish", (s, x, _) => Plain(s, x, Op.Mish)),
        ("sigmoid", "Sigmoid", (s, x, _) => s.Builder.Add(Op.Sigmoid, TorchModels.AsFloat(s, x))), ("tanh", "Tanh", (s, x, _) => s.Builder.Add(Op.Tanh, TorchModels.AsFloat(s, x))),
        ("gelu", "GELU", (s, x, p) => s.Builder.Add(Op.Gelu, Attributes.Of(("tanh", p("approximate", 0) == 1)), LaneModels.FloatOf(s, x))),
        ("leaky_relu", "LeakyReLU", (s, x, p) => s.Builder.Add(Op.LeakyRelu, Attributes.Of(("slope", p("negative_slope", 0.01))), LaneModels.FloatOf(s, x))),
        ("elu", "ELU", Elu),
        ("celu", "CELU", (s, x, p) => Formula(s, x, v => p("alpha", 1) is var a ? (v > 0).Choose(v, (v / a).Apply(Op.Expm1) * a) : v)),
        ("selu", "SELU", (s, x, _) => Formula(s, x, v => (v > 0).Choose(v, v.Apply(Op.Expm1) * 1.6732632423543772) * 1.0507009873554805)),
        ("softplus", "Softplus", (s, x, p) => s.Builder.Add(Op.Softplus, Attributes.Of(("beta", p("beta", 1)), ("threshold", p("threshold", 20))), LaneModels.FloatOf(s, x))),
        ("relu6", "ReLU6", (s, x, _) => Bounded(s, x, 0, 6)),
        ("hardtanh", "Hardtanh", HardTanh),
        ("threshold", "Threshold", (s, x, p) => Formula(s, x, v => (v <= p("threshold", 0)).Choose(p("value", 0), v))),
        ("hardshrink", "Hardshrink", (s, x, p) => Formula(s, x, v => ((v >= -p("lambda", 0.5)) & (v <= p("lambda", 0.5))).Choose(0, v))),
        ("softshrink", "Softshrink", (s, x, p) => Formula(s, x, v => p("lambda", 0.5) is var l ? (v > l).Choose(v - l, (v < -l).Choose(v + l, v * 0)) : v)),
        ("tanhshrink", "Tanhshrink", (s, x, _) => Formula(s, x, v => v - v.Apply(Op.Tanh))),
        ("softsign", "Softsign", (s, x, _) => Formula(s, x, v => v / (v.Abs() + 1))),
        ("logsigmoid", "LogSigmoid", (s, x, _) => Formula(s, x, v => v.AtMost(0) - (-v.Abs()).Exp().Apply(Op.Log1p))),
        ("glu", "GLU", (s, x, p) => Gated(s, LaneModels.FloatOf(s, x), (long)p("dim", -1))),
        ("softmin", "Softmin", (s, x, p) => s.Builder.Add(Op.Softmax, Attributes.Of(("dim", (long)ShapeOps.Axis(s, (long)p("dim", -1), x.Rank))), s.Builder.Add(Op.Neg, LaneModels.FloatOf(s, x)))),
        ("softmax2d", "Softmax2d", (s, x, _) => x.Rank is 3 or 4 ? s.Builder.Add(Op.Softmax, Attributes.Of(("dim", -3L)), LaneModels.FloatOf(s, x)) : throw s.Fail(Rules.AlwaysThrows, $"Softmax2d of rank {x.Rank}")),
    ];

    public static void Register(ModelTable t)
    {
        foreach ((string name, string layer, Func<CallSite, Value, Setting, Value> apply) in Rows)
        {
            AbstractValue Function(CallSite s) => s.Bool("inplace") ? s.Replace(s.OperandObject, apply(s, s.Operand, s.Float)) : s.NewTensor(apply(s, s.Operand, s.Float));
            t[$"functional.{name}"] = Function;
            foreach (string key in new[] { $"Tensor.{name}", $"torch.{name}" }.Where(k => !t.Has(k)))
            {
                t[key] = Function;
            }

            foreach (string key in new[] { $"Tensor.{name}_", $"torch.{name}_", $"functional.{name}_" }.Where(k => !t.Has(k)))
            {
                t[key] = s => s.Replace(s.OperandObject, apply(s, s.Operand, s.Float));
            }

            t[$"{layer}.forward"] = s =>
            {
                TensorObject x = s.TensorObject(s.Names[1]);
                Value y = apply(s, x.Value, (setting, missing) => LayerModels.FactNumber(s, setting, missing));
                return LayerModels.FactNumber(s, "inplace", 0) != 0 ? s.Replace(x, y) : s.NewTensor(y);
            };
        }

        foreach (string name in new[] { "Hardshrink", "Hardtanh", "Mish", "SiLU", "Softshrink", "Softsign", "Tanhshrink", "Threshold" })
        {
            t[$"functional.{name}"] = t.Find($"functional.{name.ToLowerInvariant()}"); // their old names
        }

        t["Tensor.log_sigmoid"] = t.Find("functional.logsigmoid");
        t.Add(s => s.NewTensor(Parametric(s, s.Operand, s.Tensor(s.Names[1]))), "functional.prelu", "Tensor.prelu", "torch.prelu");
        t["PReLU.forward"] = s => s.NewTensor(Parametric(s, LayerModels.Input(s), LayerModels.Weight(s, "weight", s.Fact("parameters", "num_parameters"))));

        // In evaluation mode the slope is the middle of its range.
        t["RReLU.forward"] = s => ModuleModels.Training(s, LayerModels.Self(s)) is Constant { Value: 0L }
            ? LayerModels.Activation(s, x => s.Builder.Add(Op.LeakyRelu, Attributes.Of(("slope", (LayerModels.FactNumber(s, "lower", 1.0 / 8) + LayerModels.FactNumber(s, "upper", 1.0 / 3)) / 2)), LaneModels.FloatOf(s, x)))
            : throw s.Fail(Rules.RandomNumbers, "RReLU");
    }

    public static Value Relu(CallSite s, Value x) => x.DType == DType.Bool ? throw s.Fail(Rules.AlwaysThrows, "relu of bool") : s.Builder.Add(Op.Relu, x);

    private static Value Plain(CallSite s, Value x, OpDef op) => s.Builder.Add(op, LaneModels.FloatOf(s, x));

    private static Value Formula(CallSite s, Value x, Func<Lane, Lane> formula) => LaneModels.Formula(s, LaneModels.FloatOf(s, x), formula);

    private static Value Bounded(CallSite s, Value x, double low, double high) =>
        x.DType == DType.Bool ? throw s.Fail(Rules.AlwaysThrows, $"{Interpreter.Describe(s.Method)} of bool")
        : !x.DType.IsFloat() && (low != Math.Floor(low) || high != Math.Floor(high)) ? throw s.Unsupported("bounds that are no integers")
        : s.Builder.Add(Op.Clamp, Attributes.Of(("min", low), ("max", high)), x);

    // TorchSharp 0.107 computes the form that is not in place and gives back its argument instead.
    private static Value HardTanh(CallSite s, Value x, Setting p) =>
        (s.Method.Name == "forward" ? p("inplace", 0) != 0 : s.Method.Name.EndsWith('_') || s.Bool("inplace"))
            ? Bounded(s, x, p(s.Has("min") ? "min" : "min_val", -1), p(s.Has("max") ? "max" : "max_val", 1))
            : throw s.Unsupported("a result that may be its argument");

    // The form with scales is scale * elu of the input scaled.
    private static Value Elu(CallSite s, Value x, Setting p)
    {
        double alpha = p("alpha", 1), scale = s.Has("scale") ? p("scale", 1) : 1, input = s.Has("input_scale") ? p("input_scale", 1) : 1;
        return scale == 1 && input == 1 ? s.Builder.Add(Op.Elu, Attributes.Of(("alpha", alpha)), LaneModels.FloatOf(s, x))
            : Formula(s, x, v => (v > 0).Choose(v * scale, (v * input).Apply(Op.Expm1) * (alpha * scale)));
    }

    private static Value Gated(CallSite s, Value x, long dim)
    {
        int axis = ShapeOps.Axis(s, dim, x.Rank);
        DimExpr size = s.Builder.TypeOf(x).Shape[axis];
        s.Builder.Facts.RequireDivisible(size, 2);
        DimExpr half = DimExpr.FloorDiv(size, 2);
        return s.Builder.Add(Op.Mul, ShapeOps.Slice(s, x, axis, 0, half), s.Builder.Add(Op.Sigmoid, ShapeOps.Slice(s, x, axis, half, half)));
    }

    // One slope for all, or one a channel (dimension 1).
    private static Value Parametric(CallSite s, Value x, Value slope)
    {
        if (slope.DType != x.DType || slope.Rank > 1 || !x.DType.IsFloat())
        {
            throw s.Unsupported($"a slope {slope.Type} of {x.Type}");
        }

        if (slope.Rank == 1 && !s.Builder.TypeOf(slope).Shape[0].IsOne)
        {
            slope = x.Rank > 1 ? ProductModels.Reshaped(s, slope, [s.Builder.TypeOf(slope).Shape[0], .. Enumerable.Repeat(DimExpr.One, x.Rank - 2)]) : slope;
            if (x.Rank > 1 ? !s.Builder.Facts.TryEqual(s.Builder.TypeOf(slope).Shape[0], s.Builder.TypeOf(x).Shape[1]) : !s.Builder.Facts.TryEqual(s.Builder.TypeOf(slope).Shape[0], s.Builder.TypeOf(x).Shape[0]))
            {
                throw s.Fail(Rules.ShapeMismatch, "prelu: the slopes are not as many as the channels");
            }
        }
        else if (slope.Rank == 1)
        {
            slope = ProductModels.Reshaped(s, slope, []);
        }

        return LaneModels.Formula(s, x, v => (v > 0).Choose(v, v * new Lane(s.Builder, s.Interpreter.CastTo(slope, v.DType))));
    }
}
