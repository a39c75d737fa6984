using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Writes that have no out-of-place form of their own.</summary>
internal static class InPlaceModels
{
    public static void Register(ModelTable t)
    {
        t["Tensor.fill_"] = s => s.Replace(s.OperandObject, Spread(s, s.Operand, SelectionModels.Stored(s, s.Argument("value"), s.Operand.DType)));
        t["Tensor.zero_"] = s => s.Replace(s.OperandObject, s.Builder.Add(Op.Full, Attributes.Of(("shape", s.Builder.TypeOf(s.Operand).Shape), ("value", 0.0), ("dtype", s.Operand.DType))));
        t["Tensor.copy_"] = s => s.Tensor("source").Rank > s.Operand.Rank ? throw s.Fail(Rules.ShapeMismatch, "a copy of more dimensions than its place") : s.Replace(s.OperandObject, Spread(s, s.Operand, s.Interpreter.CastTo(s.Tensor("source"), s.Operand.DType)));
        t.Add(s => throw s.Fail(Rules.RandomNumbers, Interpreter.Describe(s.Method)), [.. Members.RandomFills]);
    }

    /// <summary>A value broadcast to the shape of a tensor that it is stored into.</summary>
    public static Value Spread(CallSite s, Value target, Value value)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(target).Shape;

        // What is stored may have leading dimensions of size 1 more.
        while (value.Rank > shape.Length)
        {
            value = s.Builder.TypeOf(value).Shape[0].IsOne ? ProductModels.Reshaped(s, value, s.Builder.TypeOf(value).Shape.RemoveAt(0)) : throw s.Fail(Rules.ShapeMismatch, "a value of more dimensions than its place");
        }

        return s.Builder.TypeOf(value).Shape.SequenceEqual(shape) ? value : s.Builder.Add(Op.Expand, Attributes.Of(("shape", shape)), value);
    }
}
