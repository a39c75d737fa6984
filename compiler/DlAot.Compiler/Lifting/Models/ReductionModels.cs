using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Reductions and running sums.</summary>
internal static class ReductionModels
{
    public static void Register(ModelTable t)
    {
        foreach ((string name, OpDef op) in new[] { ("sum", Op.Sum), ("mean", Op.Mean), ("prod", Op.Prod), ("amax", Op.AMax), ("amin", Op.AMin), ("any", Op.Any), ("all", Op.All) })
        {
            Both(t, name, s => Reduce(s, op));
        }

        Both(t, "max", s => Extreme(s, Op.AMax, Op.ArgMax, Op.Maximum));
        Both(t, "min", s => Extreme(s, Op.AMin, Op.ArgMin, Op.Minimum));
        Both(t, "argmax", s => Position(s, Op.ArgMax));
        Both(t, "argmin", s => Position(s, Op.ArgMin));
        Both(t, "var", s => s.NewTensor(Variance(s)));
        Both(t, "std", s => s.NewTensor(s.Builder.Add(Op.Sqrt, Variance(s))));
        Both(t, "norm", Norm);
        Both(t, "cumsum", CumSum);
    }

    private static ImmutableArray<long> ReducedDims(CallSite s, Value x)
    {
        AbstractValue? dims = s.Optional("dim", "dims", "dimension", "dimensions");
        ImmutableArray<long> list = dims is null ? [] : s.Ints("dim", "dims", "dimension", "dimensions");
        return list.IsEmpty ? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)] : [.. list.Select(d => (long)ShapeOps.Axis(s, d, x.Rank)).Order()];
    }

    private static Attributes Along(CallSite s, Value x) => Attributes.Of(("dims", ReducedDims(s, x)), ("keepdim", s.Bool("keepdim") || s.Bool("keepDimension")));

    private static DType? Asked(CallSite s) => s.ScalarType("type") ?? s.ScalarType("dtype");

    private static TensorRef Reduce(CallSite s, OpDef op)
    {
        Value x = s.Tensor(Self);
        if (Asked(s) is not { } type)
        {
            return s.Result(s.Builder.Add(op, Along(s, x), x));
        }

        // Computed in the dtype that was asked for; sums of small integers wrap, so that adding up in i64 first changes nothing.
        Value sum = s.Builder.Add(op, Along(s, x), s.Interpreter.CastTo(x, type));
        return s.NewTensor(s.Interpreter.CastTo(sum, type));
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
        if (x.DType == DType.Bool)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{op.Name} of bool");
        }

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
        if (Asked(s) is { } type && type != x.DType)
        {
            throw s.Unsupported("another dtype");
        }

        return s.Builder.Add(Op.Var, Along(s, x).With("correction", s.Has("correction") ? s.Int("correction", 1) : s.Bool("unbiased", true) ? 1L : 0L), x);
    }

    private static AbstractValue Norm(CallSite s)
    {
        Value x = LaneModels.FloatOf(s, s.Tensor(Self));
        return s.Float("p", 2) != 2 ? throw s.Unsupported("p other than 2")
            : s.NewTensor(s.Builder.Add(Op.Sqrt, s.Builder.Add(Op.Sum, Along(s, x), s.Builder.Add(Op.Mul, x, x))));
    }

    private static AbstractValue CumSum(CallSite s)
    {
        Value x = s.Tensor(Self);
        x = s.Interpreter.CastTo(x, Asked(s) ?? (x.DType.IsFloat() ? x.DType : DType.I64));
        return s.NewTensor(s.Builder.Add(Op.CumSum, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), x.Rank))), x));
    }
}
