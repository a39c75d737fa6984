using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Arithmetic, comparisons and selection of two or more operands, out of place and in place; products.</summary>
internal static class ArithmeticModels
{
    public static void Register(ModelTable t)
    {
        foreach ((string name, string operation, OpDef op) in new[]
        {
            ("add", "op_Addition", Op.Add), ("sub", "op_Subtraction", Op.Sub), ("subtract", "", Op.Sub), ("mul", "op_Multiply", Op.Mul), ("multiply", "", Op.Mul), ("maximum", "", Op.Maximum), ("minimum", "", Op.Minimum),
            ("eq", "op_Equality", Op.Eq), ("ne", "op_Inequality", Op.Ne), ("lt", "op_LessThan", Op.Lt), ("le", "op_LessThanOrEqual", Op.Le), ("gt", "op_GreaterThan", Op.Gt), ("ge", "op_GreaterThanOrEqual", Op.Ge),
            ("bitwise_and", "op_BitwiseAnd", Op.And), ("bitwise_or", "op_BitwiseOr", Op.Or), ("bitwise_xor", "op_ExclusiveOr", Op.Xor), ("remainder", "op_Modulus", Op.Rem), ("pow", "", Op.Pow), ("atan2", "", Op.Atan2),
        })
        {
            bool isFloat = op == Op.Atan2;
            Both(t, name, s => s.NewTensor(Binary(s, op, isFloat)));
            if (operation.Length > 0)
            {
                t[$"Tensor.{operation}"] = s => s.NewTensor(Binary(s, op, isFloat));
            }

            if (op != Op.Maximum && op != Op.Minimum && name != "multiply")
            {
                t[$"Tensor.{name}_"] = s => s.Replace(s.TensorObject(Self), Binary(s, op, isFloat));
            }
        }

        Both(t, "div", s => s.NewTensor(Divide(s)));
        t["Tensor.op_Division"] = s => s.NewTensor(Divide(s));
        t["Tensor.div_"] = s => s.Replace(s.TensorObject(Self), Divide(s));
        Both(t, "clamp", s => s.NewTensor(Clamp(s)));
        t["Tensor.clamp_"] = s => s.Replace(s.TensorObject(Self), Clamp(s));
        t["torch.where"] = Where;
        t["Tensor.masked_fill"] = s => s.NewTensor(MaskedFill(s));
        t["Tensor.masked_fill_"] = s => s.Replace(s.TensorObject(Self), MaskedFill(s));
        Both(t, "matmul", s => s.NewTensor(MatMul(s)));
        Both(t, "bmm", s => s.NewTensor(Product(s, 3, s.Tensor("batch2", "target", "mat2", "other"))));
        Both(t, "mm", s => s.NewTensor(Product(s, 2, s.Tensor("target", "mat2", "other"))));
        t["Scalar.op_Implicit"] = s => s.Arguments[0];
        t["ScalarExtensionMethods.ToScalar"] = s => s.Arguments[0];
        t["Tensor.op_Implicit"] = s => s.NewTensor(s.Interpreter.AsGraphNumber(s.Arguments[0], s.Method.Parameters[0].ParameterType.MetadataType switch
        {
            MetadataType.Double => DType.F64,
            MetadataType.Single => DType.F32,
            MetadataType.Int64 => DType.I64,
            MetadataType.Int32 => DType.I32,
            _ => throw s.Unsupported("this conversion"),
        }));
    }

    private static Value Binary(CallSite s, OpDef op, bool floatResult)
    {
        AbstractValue left = s.Arguments[0], right = s.Arguments[1];
        if (s.Optional("alpha") is { } alpha && alpha is not Constant { Value: 1L or 1.0 })
        {
            right = new TensorRef(new TensorObject(Times(s, right, alpha), null));
        }

        (Value a, Value b) = TorchModels.Promote(s, left, right, floatResult);
        if (op == Op.Pow && a.DType.IsInteger() && right is Constant { Value: < 0L })
        {
            throw s.Fail(Rules.AlwaysThrows, "integers to negative powers");
        }

        return s.Builder.Add(op, a, b);
    }

    private static Value Times(CallSite s, AbstractValue x, AbstractValue factor)
    {
        (Value a, Value b) = TorchModels.Promote(s, x, factor);
        return s.Builder.Add(Op.Mul, a, b);
    }

    private static Value Divide(CallSite s)
    {
        // torch.RoundingMode: None 0, trunc 1, floor 2.
        long mode = s.Int("rounding_mode", 0);
        (Value a, Value b) = TorchModels.Promote(s, s.Arguments[0], s.Arguments[1], floatResult: mode == 0);
        return mode switch
        {
            0 => s.Builder.Add(Op.Div, a, b),
            1 when a.DType.IsFloat() => s.Builder.Add(Op.Trunc, s.Builder.Add(Op.Div, a, b)),
            1 => s.Builder.Add(Op.Div, a, b),
            2 => s.Builder.Add(Op.FloorDivide, a, b),
            _ => throw s.Unsupported($"rounding mode {mode}"),
        };
    }

    private static Value Clamp(CallSite s)
    {
        Value x = s.Tensor(Self);
        AbstractValue? low = s.Optional("min"), high = s.Optional("max");
        if (low is null && high is null)
        {
            throw s.Fail(Rules.AlwaysThrows, "clamp without bounds");
        }

        // Both bounds take part in the dtype before any is applied.
        DType type = new[] { low, high }.OfType<AbstractValue>().Aggregate(x.DType, (dtype, bound) => TorchModels.Promote(s, new TensorRef(new TensorObject(s.Interpreter.CastTo(x, dtype), null)), bound).Left.DType);
        x = s.Interpreter.CastTo(x, type);
        x = low is null ? x : s.Builder.Add(Op.Maximum, x, TorchModels.AsOperand(s, low, type));
        return high is null ? x : s.Builder.Add(Op.Minimum, x, TorchModels.AsOperand(s, high, type));
    }

    private static AbstractValue Where(CallSite s)
    {
        if (s.Arguments.Length != 3)
        {
            throw s.Unsupported("this overload");
        }

        Value condition = s.Tensor("condition");
        if (condition.DType is not (DType.Bool or DType.U8))
        {
            throw s.Fail(Rules.AlwaysThrows, "a condition that is not bool");
        }

        (Value a, Value b) = TorchModels.Promote(s, s.Arguments[1], s.Arguments[2]);
        return s.NewTensor(s.Builder.Add(Op.Where, s.Interpreter.CastTo(condition, DType.Bool), a, b));
    }

    private static Value MaskedFill(CallSite s)
    {
        Value x = s.Tensor(Self);
        AbstractValue value = s.Argument("value");
        if (x.DType.IsInteger() && TorchModels.CategoryOf(s, value) == DTypeCategory.Float)
        {
            // The library converts the number, and refuses one that does not fit.
            value = value is Constant { Value: double d } && Math.Abs(d) < 1e9 && x.DType != DType.Bool ? AbstractValue.Of((long)d) : throw s.Unsupported($"{Interpreter.Name(value)} in {x.DType.Name()}");
        }

        return s.Builder.Add(Op.Where, s.Tensor("mask"), TorchModels.AsOperand(s, value, x.DType), x);
    }

    private static Value Product(CallSite s, int rank, Value b)
    {
        Value a = s.Tensor(Self);
        if (a.Rank != rank || b.Rank != rank)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{Interpreter.Describe(s.Method)} of ranks {a.Rank} and {b.Rank}");
        }

        // Unlike matmul, bmm does not broadcast.
        if (rank == 3 && !s.Builder.Facts.TryEqual(s.Builder.TypeOf(a).Shape[0], s.Builder.TypeOf(b).Shape[0]))
        {
            throw s.Fail(Rules.ShapeMismatch, "bmm: batch sizes differ");
        }

        return s.Builder.Add(Op.MatMul, a, b);
    }

    private static Value MatMul(CallSite s)
    {
        Value a = s.Tensor(Self), b = s.Tensor("target", "other", "right");
        if (a.Rank == 0 || b.Rank == 0)
        {
            throw s.Fail(Rules.AlwaysThrows, "matmul of a number");
        }

        if (a.Rank >= 2 && b.Rank >= 2)
        {
            return s.Builder.Add(Op.MatMul, a, b);
        }

        // Vectors become matrices and lose the dimension again.
        Value left = a.Rank == 1 ? ShapeOps.Unsqueeze(s, a, 0) : a, right = b.Rank == 1 ? ShapeOps.Unsqueeze(s, b, 1) : b;
        Value product = s.Builder.Add(Op.MatMul, left, right);
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(product).Shape;
        shape = b.Rank == 1 ? shape.RemoveAt(shape.Length - 1) : shape;
        shape = a.Rank == 1 ? shape.RemoveAt(shape.Length - (b.Rank == 1 ? 1 : 2)) : shape;
        return s.Builder.Add(Op.Reshape, Attributes.Of(("shape", shape)), product);
    }
}
