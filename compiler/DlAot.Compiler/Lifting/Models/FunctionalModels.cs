using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary><c>torch.nn.functional</c>, and the same functions under <c>torch</c> and <c>Tensor</c>.</summary>
internal static class FunctionalModels
{
    private static readonly string[] InputNames = ["this", "input", "x", "tensor", "self"];

    public static void Register(ModelTable t)
    {
        foreach ((string name, OpDef op) in new[]
        {
            ("relu", Op.Relu), ("silu", Op.Silu), ("sigmoid", Op.Sigmoid), ("tanh", Op.Tanh), ("Hardswish", Op.HardSwish), ("hardswish", Op.HardSwish), ("hardsigmoid", Op.HardSigmoid),
            ("Mish", Op.Mish), ("mish", Op.Mish),
        })
        {
            t.Add(s => Lane(s, x => s.Builder.Add(op, x)), $"functional.{name}", $"torch.{name}", $"Tensor.{name}");
            t.Add(s => InPlace(s, x => s.Builder.Add(op, x)), $"Tensor.{name}_", $"torch.{name}_", $"functional.{name}_");
        }

        t.Add(s => Lane(s, x => s.Builder.Add(Op.Gelu, Attributes.Of(("tanh", s.Find("approximate") is Constant { Value: 1L })), x)), "functional.gelu", "Tensor.gelu");
        t.Add(s => Lane(s, x => s.Builder.Add(Op.LeakyRelu, Attributes.Of(("slope", s.Float("negative_slope", 0.01))), x)), "functional.leaky_relu", "Tensor.leaky_relu");
        t.Add(s => Lane(s, x => s.Builder.Add(Op.Elu, Attributes.Of(("alpha", s.Float("alpha", 1))), x)), "functional.elu", "Tensor.elu");
        t.Add(s => Lane(s, x => s.Builder.Add(Op.Softplus, Attributes.Of(("beta", s.Float("beta", 1)), ("threshold", s.Float("threshold", 20))), x)), "functional.softplus");
        t.Add(s => Lane(s, x => s.Builder.Add(Op.Clamp, Attributes.Of(("min", 0.0), ("max", 6.0)), x)), "functional.relu6");
        t.Add(s => Along(s, Op.Softmax), "functional.softmax", "torch.softmax", "Tensor.softmax");
        t.Add(s => Along(s, Op.LogSoftmax), "functional.log_softmax", "torch.log_softmax", "Tensor.log_softmax");
        t["functional.linear"] = s => s.NewTensor(s.OptionalTensor("bias") is { } bias ? s.Builder.Add(Op.Linear, s.Tensor("input"), s.Tensor("weights", "weight"), bias) : s.Builder.Add(Op.Linear, s.Tensor("input"), s.Tensor("weights", "weight")));
        t.Add(s => s.Bool("training", s.Names.Contains("training") && false) ? throw s.Fail(Rules.RandomNumbers, "dropout") : s.NewTensor(s.Tensor(InputNames), s.TensorObject(InputNames)), "functional.dropout", "functional.dropout1d", "functional.dropout2d");
        t["functional.layer_norm"] = LayerNorm;
        t["functional.scaled_dot_product_attention"] = Attention;
        t["functional.embedding"] = s =>
        {
            s.RequireInteger(s.Tensor("input", "x"));
            return s.NewTensor(s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), s.Tensor("weight"), s.Tensor("input", "x")));
        };
        t["functional.normalize"] = s =>
        {
            Value x = s.Tensor(InputNames);
            if (s.Float("p", 2) != 2)
            {
                throw s.Unsupported("p other than 2");
            }

            Attributes along = Attributes.Of(("dims", ImmutableArray.Create((long)ShapeOps.Axis(s, s.Int("dim", 1), x.Rank))), ("keepdim", true));
            Value norm = s.Builder.Add(Op.Sqrt, s.Builder.Add(Op.Sum, along, s.Builder.Add(Op.Mul, x, x)));
            return s.NewTensor(s.Builder.Add(Op.Div, x, s.Builder.Add(Op.Maximum, norm, s.Builder.Constant(s.Float("eps", 1e-12), x.DType))));
        };
    }

    private static TensorRef Lane(CallSite s, Func<Value, Value> apply)
    {
        Value y = apply(TorchModels.AsFloat(s, s.Tensor(InputNames)));
        return s.Bool("inplace") ? s.Replace(s.TensorObject(InputNames), y) : s.NewTensor(y);
    }

    private static TensorRef InPlace(CallSite s, Func<Value, Value> apply) => s.Replace(s.TensorObject(InputNames), apply(s.Tensor(InputNames)));

    private static TensorRef Along(CallSite s, OpDef op)
    {
        Value x = s.Tensor(InputNames);
        DType? type = s.ScalarType("dtype");
        x = type is { } t ? s.Interpreter.CastTo(x, t) : TorchModels.AsFloat(s, x);
        return s.NewTensor(s.Builder.Add(op, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), x.Rank))), x));
    }

    private static TensorRef LayerNorm(CallSite s)
    {
        ImmutableArray<DimExpr> shape = s.Dims("normalized_shape");
        Value? weight = s.OptionalTensor("weight"), bias = s.OptionalTensor("bias");
        Value[] operands = [s.Tensor(InputNames), .. new[] { weight, bias }.OfType<Value>()];
        return s.NewTensor(s.Builder.Add(Op.LayerNorm, Attributes.Of(("axes", (long)shape.Length), ("eps", s.Float("eps", 1e-5)), ("weight", weight is not null), ("bias", bias is not null)), operands));
    }

    private static TensorRef Attention(CallSite s)
    {
        if (s.Float("p", 0) != 0)
        {
            throw s.Fail(Rules.RandomNumbers, "dropout in attention");
        }

        Attributes attributes = Attributes.Of(("causal", s.Bool("is_casual") || s.Bool("is_causal")));
        Value q = s.Tensor("query"), k = s.Tensor("key"), v = s.Tensor("value");
        return s.NewTensor(s.OptionalTensor("attn_mask") is { } mask ? s.Builder.Add(Op.Attention, attributes, q, k, v, mask) : s.Builder.Add(Op.Attention, attributes, q, k, v));
    }
}
