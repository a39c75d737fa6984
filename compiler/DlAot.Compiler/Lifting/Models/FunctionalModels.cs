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
        t.Add(s => Along(s, Op.Softmax), "functional.softmax", "torch.softmax", "Tensor.softmax", "special.softmax");
        t.Add(s => Along(s, Op.LogSoftmax), "functional.log_softmax", "torch.log_softmax", "Tensor.log_softmax", "special.log_softmax");
        t["functional.linear"] = s => s.NewTensor(s.Builder.Add(Op.Linear, Alike(s, s.Tensor("input"), s.Tensor("weights", "weight"), s.OptionalTensor("bias"))));
        t.Add(s => s.Bool("training", true) && s.Find("p") is not Constant { Value: 0.0 } ? throw s.Fail(Rules.RandomNumbers, "dropout") : s.NewTensor(s.Tensor(InputNames), s.TensorObject(InputNames)), "functional.dropout", "functional.dropout1d", "functional.dropout2d", "functional.dropout3d");
        t.Add(s => s.Bool("training") && s.Find("p") is not Constant { Value: 0.0 } ? throw s.Fail(Rules.RandomNumbers, "dropout") : s.NewTensor(s.Tensor(InputNames), s.TensorObject(InputNames)), "functional.alpha_dropout", "functional.feature_alpha_dropout");
        t["functional.layer_norm"] = LayerNorm;
        t["functional.scaled_dot_product_attention"] = Attention;
        t["functional.normalize"] = s =>
        {
            Value x = LaneModels.FloatOf(s, s.Tensor(InputNames));
            if (s.Float("p", 2) != 2)
            {
                throw s.Unsupported("p other than 2");
            }

            Attributes along = Attributes.Of(("dims", ImmutableArray.Create((long)ShapeOps.Axis(s, s.Int("dim", 1), x.Rank))), ("keepdim", true));
            Value norm = s.Builder.Add(Op.Sqrt, s.Builder.Add(Op.Sum, along, s.Builder.Add(Op.Mul, x, x)));
            return s.NewTensor(s.Builder.Add(Op.Div, x, s.Builder.Add(Op.Maximum, norm, s.Builder.Constant(s.Float("eps", 1e-12), x.DType))));
        };
    }

    private static TensorRef Along(CallSite s, OpDef op)
    {
        Value x = s.Tensor(InputNames);
        DType? type = s.ScalarType("dtype");
        x = LaneModels.FloatOf(s, type is { } t ? s.Interpreter.CastTo(x, t) : x);
        return s.NewTensor(s.Builder.Add(op, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), x.Rank))), x));
    }

    private static TensorRef LayerNorm(CallSite s)
    {
        ImmutableArray<DimExpr> shape = s.Dims("normalized_shape");
        Value? weight = s.OptionalTensor("weight"), bias = s.OptionalTensor("bias");
        ImmutableArray<DimExpr> own = s.Builder.TypeOf(s.Tensor(InputNames)).Shape;
        if (shape.Length > own.Length || shape.Zip(own[^shape.Length..]).Any(d => !s.Builder.Facts.TryEqual(d.First, d.Second)))
        {
            throw s.Fail(Rules.ShapeMismatch, "layer_norm: the normalised sizes are not those of the input");
        }

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
        Value[] operands = Alike(s, q, k, v);
        return s.NewTensor(s.Builder.Add(Op.Attention, attributes, s.OptionalTensor("attn_mask") is { } mask ? [.. operands, mask] : operands));
    }

    // What is there of them; all have one dtype.
    private static Value[] Alike(CallSite s, params ReadOnlySpan<Value?> values)
    {
        Value[] operands = [.. values.ToArray().OfType<Value>()];
        foreach (Value other in operands[1..])
        {
            s.Interpreter.RequireSameDType(operands[0], other, () => s.Fail(Rules.ShapeMismatch, $"{Interpreter.Describe(s.Method)} of {operands[0].Type} and {other.Type}"));
        }

        return operands;
    }
}
