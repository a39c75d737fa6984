using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Methods of <c>Tensor</c> and the functions of the same name under <c>torch</c>.</summary>
internal static class TensorModels
{
    private static readonly string[] Self = ["this", "input", "x", "tensor", "self", "left"];
    private static readonly string[] Other = ["other", "target", "right", "exponent", "divisor", "value", "y", "tensor2"];

    public static void Register(ModelTable t)
    {
        RegisterProperties(t);
        RegisterArithmetic(t);
        RegisterViews(t);
        RegisterReductions(t);
        RegisterMovement(t);
        RegisterConversions(t);
        RegisterReads(t);
    }

    private static void Both(ModelTable t, string name, CallModel model) => t.Add(model, $"Tensor.{name}", $"torch.{name}");

    private static void RegisterProperties(ModelTable t)
    {
        t["Tensor.get_shape"] = s => Interpreter.NewList(s.ReturnType, Shape(s).Select(Interpreter.Sized));
        t["Tensor.size"] = s => s.Arguments.Length == 1 ? Interpreter.NewList(s.ReturnType, Shape(s).Select(Interpreter.Sized)) : Interpreter.Sized(Shape(s)[ShapeOps.Axis(s, s.Int("dim"), Shape(s).Length)]);
        t.Add(s => AbstractValue.Of((long)s.Tensor(Self).Rank), "Tensor.get_ndim", "Tensor.dim", "Tensor.get_Dimensions", "Tensor.ndimension");
        t.Add(s => Interpreter.Sized(s.Builder.TypeOf(s.Tensor(Self)).Numel), "Tensor.numel", "Tensor.get_NumberOfElements");
        t.Add(s => AbstractValue.Of(TorchTypes.Code(s.Tensor(Self).DType)), "Tensor.get_dtype");
        t.Add(s => new Unknown(s.ReturnType, "the device"), "Tensor.get_device");
        t.Add(_ => AbstractValue.Of(0L), "Tensor.get_device_type"); // compiled code runs on the CPU, which is checked
        t["Tensor.get_IsInvalid"] = _ => AbstractValue.Of(false);
    }

    private static ImmutableArray<DimExpr> Shape(CallSite s) => s.Builder.TypeOf(s.Tensor(Self)).Shape;

    private static void RegisterArithmetic(ModelTable t)
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

            t.Add(s => s.Replace(s.TensorObject(Self), Binary(s, op, isFloat)), $"Tensor.{name}_");
        }

        Both(t, "div", s => s.NewTensor(Divide(s)));
        t["Tensor.op_Division"] = s => s.NewTensor(Divide(s));
        t["Tensor.div_"] = s => s.Replace(s.TensorObject(Self), Divide(s));
        foreach ((string name, OpDef op) in new[]
        {
            ("exp", Op.Exp), ("expm1", Op.Expm1), ("log", Op.Log), ("log1p", Op.Log1p), ("sqrt", Op.Sqrt), ("rsqrt", Op.Rsqrt), ("sin", Op.Sin), ("cos", Op.Cos), ("erf", Op.Erf), ("floor", Op.Floor),
            ("ceil", Op.Ceil), ("round", Op.Round), ("trunc", Op.Trunc), ("square", Op.Square), ("reciprocal", Op.Reciprocal),
        })
        {
            Both(t, name, s => s.Names.Contains("decimals") && s.Int("decimals", 0) != 0 ? throw s.Unsupported("decimals") : s.NewTensor(s.Builder.Add(op, TorchModels.AsFloat(s, s.Tensor(Self)))));
            t.Add(s => s.Replace(s.TensorObject(Self), s.Builder.Add(op, s.Tensor(Self))), $"Tensor.{name}_");
        }

        foreach ((string name, OpDef op) in new[] { ("neg", Op.Neg), ("abs", Op.Abs), ("sign", Op.Sign), ("isnan", Op.IsNan) })
        {
            Both(t, name, s => s.NewTensor(s.Builder.Add(op, s.Tensor(Self))));
        }

        t["Tensor.op_UnaryNegation"] = s => s.NewTensor(s.Builder.Add(Op.Neg, s.Tensor(Self)));
        t["Tensor.op_OnesComplement"] = s => s.NewTensor(s.Builder.Add(Op.Not, s.Tensor(Self)));
        Both(t, "logical_not", s => s.NewTensor(s.Builder.Add(Op.Not, s.Interpreter.CastTo(s.Tensor(Self), DType.Bool))));
        Both(t, "clamp", s => s.NewTensor(Clamp(s)));
        t["Tensor.clamp_"] = s => s.Replace(s.TensorObject(Self), Clamp(s));
        t["torch.where"] = s =>
        {
            (Value a, Value b) = TorchModels.Promote(s, s.Arguments[1], s.Arguments[2]);
            return s.NewTensor(s.Builder.Add(Op.Where, s.Interpreter.CastTo(s.Tensor("condition"), DType.Bool), a, b));
        };
        t["Tensor.masked_fill"] = s => s.NewTensor(MaskedFill(s));
        t["torch.masked_fill"] = s => s.NewTensor(MaskedFill(s));
        t["Tensor.masked_fill_"] = s => s.Replace(s.TensorObject(Self), MaskedFill(s));
        Both(t, "matmul", s => s.NewTensor(MatMul(s)));
        Both(t, "bmm", s => s.NewTensor(s.Builder.Add(Op.MatMul, s.Tensor(Self), s.Tensor("batch2", "target", "mat2", "other"))));
        Both(t, "mm", s => s.NewTensor(s.Builder.Add(Op.MatMul, s.Tensor(Self), s.Tensor("target", "mat2", "other"))));
        t["Scalar.op_Implicit"] = s => s.Arguments[0];
        t["ScalarExtensionMethods.ToScalar"] = s => s.Arguments[0];
        t["Tensor.op_Implicit"] = s => s.NewTensor(s.Interpreter.AsGraphNumber(s.Arguments[0], s.Method.Parameters[0].ParameterType.MetadataType switch
        {
            Mono.Cecil.MetadataType.Double => DType.F64,
            Mono.Cecil.MetadataType.Single => DType.F32,
            Mono.Cecil.MetadataType.Int64 => DType.I64,
            Mono.Cecil.MetadataType.Int32 => DType.I32,
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
        return s.Builder.Add(op, a, b);
    }

    private static Value Times(CallSite s, AbstractValue x, AbstractValue factor)
    {
        (Value a, Value b) = TorchModels.Promote(s, x, factor);
        return s.Builder.Add(Op.Mul, a, b);
    }

    private static Value Divide(CallSite s)
    {
        object? mode = s.Optional("rounding_mode");
        if (mode is Constant { Value: long m and not 0 })
        {
            throw s.Unsupported($"rounding mode {m}");
        }

        (Value a, Value b) = TorchModels.Promote(s, s.Arguments[0], s.Arguments[1], floatResult: true);
        return s.Builder.Add(Op.Div, a, b);
    }

    private static Value Clamp(CallSite s)
    {
        Value x = s.Tensor(Self);
        foreach ((string name, OpDef op) in new[] { ("min", Op.Maximum), ("max", Op.Minimum) })
        {
            if (s.Optional(name) is { } bound)
            {
                (Value a, Value b) = TorchModels.Promote(s, new TensorRef(new TensorObject(x, null)), bound);
                x = s.Builder.Add(op, a, b);
            }
        }

        return x;
    }

    private static Value MaskedFill(CallSite s)
    {
        Value x = s.Tensor(Self);
        return s.Builder.Add(Op.Where, s.Tensor("mask"), TorchModels.AsOperand(s, s.Argument("value"), x.DType), x);
    }

    private static Value MatMul(CallSite s)
    {
        Value a = s.Tensor(Self), b = s.Tensor("target", "other", "right");
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

    private static void RegisterViews(ModelTable t)
    {
        t.Add(s => View(s, x => ShapeOps.Reshape(s, x, s.Dims("shape"))), "Tensor.view", "Tensor.reshape", "torch.reshape");
        Both(t, "permute", s => View(s, x => ShapeOps.Permute(s, x, s.Ints("permutation", "dims"))));
        Both(t, "transpose", s => View(s, x => ShapeOps.Transpose(s, x, s.Int("dim0", "dim1"), s.Int(s.Has("dim0") && s.Has("dim1") ? "dim1" : "dim2", "dim1"))));
        t.Add(s => View(s, x => ShapeOps.Transpose(s, x, 0, 1)), "Tensor.t", "Tensor.get_T");
        t.Add(s => View(s, x => ShapeOps.Transpose(s, x, -2, -1)), "Tensor.get_mT", "Tensor.get_mH");
        Both(t, "unsqueeze", s => View(s, x => ShapeOps.Unsqueeze(s, x, s.Int("dim"))));
        Both(t, "squeeze", s => View(s, x => ShapeOps.Squeeze(s, x, s.Optional("dim") is null ? null : s.Int("dim"))));
        Both(t, "flatten", s => ShapeOps.Flatten(s, s.TensorObject(Self), s.Int("start_dim", 0), s.Int("end_dim", -1)));
        Both(t, "select", s => View(s, x => ShapeOps.Select(s, x, s.Int("dim"), s.Argument("index"))));
        Both(t, "narrow", s => View(s, x => ShapeOps.Slice(s, x, s.Int("dim", "dimension"), s.Dim("start"), s.Dim("length"))));
        t["Tensor.slice"] = s => View(s, x => ShapeOps.Slice(s, x, s.Int("dim", "dimension"), s.Dim("start"), DimExpr.CeilDiv(s.Dim("finish", "end") - s.Dim("start"), s.Int("step")), s.Int("step")));
        t["Tensor.expand"] = s => View(s, x => Expand(s, x, s.Dims("sizes", "size")));
        t["Tensor.expand_as"] = s => View(s, x => Expand(s, x, s.Builder.TypeOf(s.Tensor("other")).Shape));
        Both(t, "chunk", s => ShapeOps.Chunk(s, s.TensorObject(Self), s.Int("chunks"), s.Int("dim", 0)));
        Both(t, "unbind", s => Unbind(s));
        Both(t, "split", s => Split(s));
        t["Tensor.contiguous"] = s => View(s, x => s.Builder.Add(Op.Contiguous, x));
        t.Add(s => View(s, x => x), "Tensor.alias", "Tensor.detach", "Tensor.view_as", "Tensor.cpu");
        t.Add(s => s.NewTensor(s.Builder.Add(Op.Clone, s.Tensor(Self))), "Tensor.clone");
    }

    // What comes of an existing tensor may share its storage.
    private static TensorRef View(CallSite s, Func<Value, Value> apply)
    {
        TensorObject x = s.TensorObject(Self);
        return s.NewTensor(apply(x.Value), x);
    }

    private static Value Expand(CallSite s, Value x, ImmutableArray<DimExpr> sizes)
    {
        ImmutableArray<DimExpr> own = s.Builder.TypeOf(x).Shape;
        int added = sizes.Length - own.Length;
        return s.Builder.Add(Op.Expand, Attributes.Of(("shape", sizes.Select((d, i) => d.Constant == -1 ? own[i - added] : d).ToImmutableArray())), x);
    }

    private static AbstractValue Unbind(CallSite s)
    {
        TensorObject x = s.TensorObject(Self);
        long dim = s.Int("dim", s.Has("dimension") ? s.Int("dimension", 0) : 0);
        long count = s.Builder.TypeOf(x.Value).Shape[ShapeOps.Axis(s, dim, x.Value.Rank)].Constant ?? throw s.Fail(Rules.UnknownBranch, "the number of parts");
        return Interpreter.NewList(s.ReturnType, Enumerable.Range(0, (int)count).Select(i => s.NewTensor(ShapeOps.Select(s, x.Value, dim, AbstractValue.Of((long)i)), x)));
    }

    private static AbstractValue Split(CallSite s)
    {
        TensorObject x = s.TensorObject(Self);
        long dim = s.Int("dim", 0);
        if (s.Has("split_sizes") && s.Argument("split_sizes") is ObjectRef)
        {
            return ShapeOps.Split(s, x, dim, s.Dims("split_sizes"));
        }

        DimExpr total = s.Builder.TypeOf(x.Value).Shape[ShapeOps.Axis(s, dim, x.Value.Rank)], size = s.Dim("split_size", "size", "split_sizes");
        long count = DimExpr.CeilDiv(total, size).Constant ?? throw s.Fail(Rules.UnknownBranch, "the number of parts");
        return ShapeOps.Split(s, x, dim, Enumerable.Range(0, (int)count).Select(i => i < count - 1 ? size : total - (size * (count - 1))));
    }

    private static void RegisterReductions(ModelTable t)
    {
        Both(t, "sum", s => Reduce(s, Op.Sum, false));
        Both(t, "mean", s => Reduce(s, Op.Mean, true));
        Both(t, "prod", s => Reduce(s, Op.Prod, false));
        Both(t, "amax", s => Reduce(s, Op.AMax, false));
        Both(t, "amin", s => Reduce(s, Op.AMin, false));
        Both(t, "any", s => Reduce(s, Op.Any, false));
        Both(t, "all", s => Reduce(s, Op.All, false));
        Both(t, "max", s => Extreme(s, Op.AMax, Op.ArgMax, Op.Maximum));
        Both(t, "min", s => Extreme(s, Op.AMin, Op.ArgMin, Op.Minimum));
        Both(t, "argmax", s => Position(s, Op.ArgMax));
        Both(t, "argmin", s => Position(s, Op.ArgMin));
        Both(t, "var", s => s.NewTensor(Variance(s)));
        Both(t, "std", s => s.NewTensor(s.Builder.Add(Op.Sqrt, Variance(s))));
        Both(t, "norm", s => s.Arguments.Length == 1 ? throw s.Unsupported("this form") : Norm(s));
    }

    private static ImmutableArray<long> ReducedDims(CallSite s, Value x)
    {
        AbstractValue? dims = s.Optional("dim", "dims", "dimensions");
        ImmutableArray<long> list = dims is null ? [] : s.Ints("dim", "dims", "dimensions");
        return list.IsEmpty ? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)] : [.. list.Select(d => (long)ShapeOps.Axis(s, d, x.Rank)).Order()];
    }

    private static Attributes Along(CallSite s, Value x) => Attributes.Of(("dims", ReducedDims(s, x)), ("keepdim", s.Bool("keepdim") || s.Bool("keepDimension")));

    private static TensorRef Reduce(CallSite s, OpDef op, bool floatOnly)
    {
        Value x = s.Tensor(Self);
        DType? type = s.ScalarType("type") ?? s.ScalarType("dtype");
        x = type is { } t ? s.Interpreter.CastTo(x, t) : floatOnly && !x.DType.IsFloat() ? throw s.Fail(Rules.AlwaysThrows, "mean of integers") : x;
        return s.NewTensor(s.Builder.Add(op, Along(s, x), x));
    }

    private static AbstractValue Extreme(CallSite s, OpDef value, OpDef position, OpDef lane)
    {
        if (s.Has("other"))
        {
            (Value a, Value b) = TorchModels.Promote(s, s.Arguments[0], s.Argument("other"));
            return s.NewTensor(s.Builder.Add(lane, a, b));
        }

        Value x = s.Tensor(Self);
        TensorRef result = s.NewTensor(s.Builder.Add(value, Along(s, x), x));
        return s.Optional("dim") is null ? result : BclModels.NewTuple(s.ReturnType, [result, s.NewTensor(s.Builder.Add(position, Along(s, x), x))]);
    }

    private static TensorRef Position(CallSite s, OpDef op)
    {
        Value x = s.Tensor(Self);
        if (s.Optional("dim") is null)
        {
            x = s.Builder.Add(Op.Reshape, Attributes.Of(("shape", ImmutableArray.Create(s.Builder.TypeOf(x).Numel))), x);
            return s.NewTensor(s.Builder.Add(op, Attributes.Of(("dims", ImmutableArray.Create(0L)), ("keepdim", false)), x));
        }

        return s.NewTensor(s.Builder.Add(op, Along(s, x), x));
    }

    private static Value Variance(CallSite s)
    {
        Value x = s.Tensor(Self);
        return s.Builder.Add(Op.Var, Along(s, x).With("correction", s.Has("correction") ? s.Int("correction", 1) : s.Bool("unbiased", true) ? 1L : 0L), x);
    }

    private static TensorRef Norm(CallSite s)
    {
        Value x = s.Tensor(Self);
        if (s.Float("p", 2) != 2)
        {
            throw s.Unsupported("p other than 2");
        }

        return s.NewTensor(s.Builder.Add(Op.Sqrt, s.Builder.Add(Op.Sum, Along(s, x), s.Builder.Add(Op.Mul, x, x))));
    }

    private static void RegisterMovement(ModelTable t)
    {
        t.Add(s => Concat(s, s.Tensors("tensors"), s.Int("dim", 0)), "torch.cat", "torch.concat", "torch.concatenate");
        t["torch.stack"] = s => Concat(s, [.. s.Tensors("tensors").Select(v => ShapeOps.Unsqueeze(s, v, s.Int("dim", 0)))], s.Int("dim", 0));
        Both(t, "index_select", s => s.NewTensor(s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), s.Tensor(Self).Rank))), s.Tensor(Self), s.Tensor("index"))));
        Both(t, "gather", s => s.NewTensor(s.Builder.Add(Op.Gather, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), s.Tensor(Self).Rank))), s.Tensor(Self), s.Tensor("index"))));
        Both(t, "tril", s => s.NewTensor(Triangle(s, Op.Le)));
        Both(t, "triu", s => s.NewTensor(Triangle(s, Op.Ge)));
        Both(t, "cumsum", s => s.NewTensor(s.Builder.Add(Op.CumSum, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), s.Tensor(Self).Rank))), s.Tensor(Self))));
    }

    private static TensorRef Concat(CallSite s, Value[] parts, long dim)
    {
        DType type = parts.Select(p => p.DType).Aggregate(DTypes.Promote);
        return s.NewTensor(s.Builder.Add(Op.Concat, Attributes.Of(("dim", (long)ShapeOps.Axis(s, dim, parts[0].Rank))), [.. parts.Select(p => s.Interpreter.CastTo(p, type))]));
    }

    // Keeps what lies on one side of a diagonal: column - row compared with it.
    private static Value Triangle(CallSite s, OpDef keep)
    {
        Value x = s.Tensor(Self);
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        Value Iota(DimExpr n) => s.Builder.Add(Op.Iota, Attributes.Of(("length", n), ("dtype", DType.I64)));
        Value row = ShapeOps.Unsqueeze(s, Iota(shape[^2]), 1);
        Value edge = s.Builder.Add(Op.Add, row, s.Builder.Constant(s.Int("diagonal", 0), DType.I64));
        return s.Builder.Add(Op.Where, s.Builder.Add(keep, Iota(shape[^1]), edge), x, s.Builder.Constant(0, x.DType));
    }

    private static void RegisterConversions(ModelTable t)
    {
        t.Add(s => s.ScalarType(s.Has("type") ? "type" : "dtype") is { } type ? Converted(s, type) : View(s, x => x), "Tensor.to", "Tensor.to_type", "Tensor.type");
        foreach ((string name, DType type) in new[] { ("@float", DType.F32), ("@double", DType.F64), ("@long", DType.I64), ("@int", DType.I32), ("@bool", DType.Bool), ("half", DType.F16), ("bfloat16", DType.BF16) })
        {
            t.Add(s => Converted(s, type), $"Tensor.{name.TrimStart('@')}", $"TensorExtensionMethods.{name.TrimStart('@')}");
        }

        t["Tensor.type_as"] = s => Converted(s, s.Tensor("tensor", "other").DType);
    }

    private static TensorRef Converted(CallSite s, DType type) =>
        s.Tensor(Self).DType == type ? View(s, x => x) : s.NewTensor(s.Interpreter.CastTo(s.Tensor(Self), type));

    // Values read on the host end the graph.
    private static void RegisterReads(ModelTable t) => t.Add(
        s => throw s.Fail(Rules.HostRead, Interpreter.Describe(s.Method)),
        "Tensor.item", "Tensor.data", "Tensor.get_bytes", "Tensor.get_Handle", "Tensor.ToString", "Tensor.backward", "TensorExtensionMethods.ToSingle", "TensorExtensionMethods.ToDouble",
        "TensorExtensionMethods.ToInt32", "TensorExtensionMethods.ToInt64", "TensorExtensionMethods.ToBoolean", "Tensor.ToSingle", "Tensor.ToInt32", "Tensor.ToInt64", "Tensor.ToDouble", "Tensor.ToBoolean");
}
