using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Functions of one tensor, element by element.</summary>
internal static class LaneModels
{
    private static readonly (string Name, OpDef Op)[] Smooth =
    [
        ("exp", Op.Exp), ("expm1", Op.Expm1), ("log", Op.Log), ("log1p", Op.Log1p), ("sqrt", Op.Sqrt), ("rsqrt", Op.Rsqrt), ("sin", Op.Sin), ("cos", Op.Cos), ("erf", Op.Erf), ("reciprocal", Op.Reciprocal),
        ("sigmoid", Op.Sigmoid), ("tanh", Op.Tanh),
    ];

    private static readonly (string Name, OpDef Op)[] Rounding = [("floor", Op.Floor), ("ceil", Op.Ceil), ("round", Op.Round), ("trunc", Op.Trunc)];

    // Activations that the library defines on floats only.
    private static readonly (string Name, OpDef Op, bool HasMethod, bool HasInPlace)[] FloatOnly =
    [
        ("silu", Op.Silu, true, true), ("hardswish", Op.HardSwish, true, true), ("hardsigmoid", Op.HardSigmoid, true, true), ("mish", Op.Mish, false, false),
    ];

    public static void Register(ModelTable t)
    {
        foreach ((string name, OpDef op) in Smooth)
        {
            Both(t, name, s => s.NewTensor(s.Builder.Add(op, TorchModels.AsFloat(s, s.Tensor(Self)))));
            t[$"Tensor.{name}_"] = s => s.Replace(s.TensorObject(Self), s.Builder.Add(op, TorchModels.AsFloat(s, s.Tensor(Self))));
        }

        foreach ((string name, OpDef op) in Rounding)
        {
            Both(t, name, s => s.NewTensor(Rounded(s, op)));
            t[$"Tensor.{name}_"] = s => s.Replace(s.TensorObject(Self), Rounded(s, op));
        }

        Both(t, "square", s => s.NewTensor(s.Builder.Add(Op.Square, s.Tensor(Self) is { DType: DType.Bool } b ? s.Interpreter.CastTo(b, DType.I64) : s.Tensor(Self))));
        foreach ((string name, OpDef op) in new[] { ("neg", Op.Neg), ("abs", Op.Abs), ("sign", Op.Sign), ("isnan", Op.IsNan) })
        {
            Both(t, name, s => op == Op.Abs && s.Tensor(Self).DType == DType.Bool ? throw s.Fail(Rules.AlwaysThrows, "abs of bool") : s.NewTensor(s.Builder.Add(op, s.Tensor(Self))));
        }

        t["Tensor.op_UnaryNegation"] = s => s.NewTensor(s.Builder.Add(Op.Neg, s.Tensor(Self)));
        t["Tensor.op_OnesComplement"] = s => s.NewTensor(s.Builder.Add(Op.Not, s.Tensor(Self)));
        Both(t, "logical_not", s => s.NewTensor(s.Builder.Add(Op.Not, s.Interpreter.CastTo(s.Tensor(Self), DType.Bool))));

        t.Add(s => Applied(s, Relu), "Tensor.relu", "functional.relu");
        t["Tensor.relu_"] = s => s.Replace(s.TensorObject(Self), Relu(s, s.Tensor(Self)));
        t["functional.sigmoid"] = t.Find("Tensor.sigmoid");
        t["functional.tanh"] = t.Find("Tensor.tanh");
        t.Add(t.Find("Tensor.sigmoid_"), "torch.sigmoid_");
        t.Add(t.Find("Tensor.tanh_"), "torch.tanh_");
        foreach ((string name, OpDef op, bool hasMethod, bool hasInPlace) in FloatOnly)
        {
            t[$"functional.{name}"] = s => Applied(s, (_, x) => s.Builder.Add(op, FloatOf(s, x)));
            if (hasMethod)
            {
                t[$"Tensor.{name}"] = t.Find($"functional.{name}");
            }

            if (hasInPlace)
            {
                t[$"Tensor.{name}_"] = s => s.Replace(s.TensorObject(Self), s.Builder.Add(op, FloatOf(s, s.Tensor(Self))));
            }
        }

        foreach ((string name, Func<CallSite, Attributes> attributes, OpDef op, string[] homes) in new (string, Func<CallSite, Attributes>, OpDef, string[])[]
        {
            ("gelu", s => Attributes.Of(("tanh", s.Find("approximate") is { } a && s.Interpreter.Decide(a, false))), Op.Gelu, ["functional", "Tensor"]),
            ("leaky_relu", s => Attributes.Of(("slope", s.Float("negative_slope", 0.01))), Op.LeakyRelu, ["functional", "Tensor"]),
            ("elu", s => Attributes.Of(("alpha", s.Float("alpha", 1))), Op.Elu, ["functional", "Tensor"]),
            ("softplus", s => Attributes.Of(("beta", s.Float("beta", 1)), ("threshold", s.Float("threshold", 20))), Op.Softplus, ["functional"]),
            ("relu6", _ => Attributes.Of(("min", 0.0), ("max", 6.0)), Op.Clamp, ["functional"]),
        })
        {
            t.Add(s => Applied(s, (_, x) => s.Builder.Add(op, attributes(s), FloatOf(s, x))), [.. homes.Select(h => $"{h}.{name}")]);
        }
    }

    /// <summary>The operand of a function that the library defines on floats only.</summary>
    public static Value FloatOf(CallSite s, Value x) => x.DType.IsFloat() ? x : throw s.Fail(Rules.AlwaysThrows, $"{Interpreter.Describe(s.Method)} of {x.DType.Name()}");

    /// <summary>Out of place or, by the flag, in place.</summary>
    private static TensorRef Applied(CallSite s, Func<CallSite, Value, Value> apply) =>
        s.Bool("inplace") ? s.Replace(s.TensorObject(Self), apply(s, s.Tensor(Self))) : s.NewTensor(apply(s, s.Tensor(Self)));

    public static Value Relu(CallSite s, Value x) => x.DType == DType.Bool ? throw s.Fail(Rules.AlwaysThrows, "relu of bool") : s.Builder.Add(Op.Relu, x);

    // Integers are round already: a copy.
    private static Value Rounded(CallSite s, OpDef op)
    {
        Value x = s.Tensor(Self);
        if (x.DType == DType.Bool)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{op.Name} of bool");
        }

        return s.Int("decimals", 0) != 0 ? throw s.Unsupported("decimals") : s.Builder.Add(x.DType.IsFloat() ? op : Op.Clone, x);
    }
}
