using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Reductions and running sums.</summary>
internal static class ReductionModels
{
    private static readonly string[] DimNames = ["dim", "dims", "dimension", "dimensions", "axis"];

    public static void Register(ModelTable t)
    {
        foreach ((string name, OpDef op) in new[] { ("sum", Op.Sum), ("mean", Op.Mean), ("prod", Op.Prod), ("amax", Op.AMax), ("amin", Op.AMin), ("any", Op.Any), ("all", Op.All) })
        {
            Both(t, name, s => Reduce(s, op, s.Operand));
        }

        Both(t, "nansum", s => Reduce(s, Op.Sum, WithoutNaN(s, s.Operand)));
        Both(t, "count_nonzero", s => s.NewTensor(s.Builder.Add(Op.Sum, Along(s, s.Operand), s.Interpreter.CastTo(s.Operand, DType.Bool))));
        Both(t, "max", s => Extreme(s, Op.AMax, Op.ArgMax, Op.Maximum));
        Both(t, "min", s => Extreme(s, Op.AMin, Op.ArgMin, Op.Minimum));
        Both(t, "aminmax", s => BclModels.NewTuple(s.ReturnType, [s.NewTensor(s.Builder.Add(Op.AMin, Along(s, s.Operand), s.Operand)), s.NewTensor(s.Builder.Add(Op.AMax, Along(s, s.Operand), s.Operand))]));
        Both(t, "argmax", s => Position(s, Op.ArgMax));
        Both(t, "argmin", s => Position(s, Op.ArgMin));
        Both(t, "var", s => s.NewTensor(Variance(s)));
        Both(t, "std", s => s.NewTensor(s.Builder.Add(Op.Sqrt, Variance(s))));
        Both(t, "var_mean", s => BclModels.NewTuple(s.ReturnType, [s.NewTensor(Variance(s)), s.NewTensor(s.Builder.Add(Op.Mean, Along(s, s.Operand), s.Operand))]));
        Both(t, "std_mean", s => BclModels.NewTuple(s.ReturnType, [s.NewTensor(s.Builder.Add(Op.Sqrt, Variance(s))), s.NewTensor(s.Builder.Add(Op.Mean, Along(s, s.Operand), s.Operand))]));
        Both(t, "logsumexp", s => s.NewTensor(LogSumExp(s)));
        Both(t, "cumsum", CumSum);
        Both(t, "norm", s => s.Has("dtype") && s.Optional("dtype") is not null ? throw s.Unsupported("another dtype") : s.NewTensor(Norm(s, LaneModels.FloatOf(s, s.Operand), Along(s, s.Operand), Order(s, "p"))));
        t["linalg.vector_norm"] = s => s.Optional("dtype") is not null ? throw s.Unsupported("another dtype") : s.NewTensor(Norm(s, LaneModels.FloatOf(s, s.Operand), Along(s, s.Operand), Order(s, "ord")));
        Both(t, "dist", s => s.NewTensor(Distance(s)));
    }

    /// <summary>The dimensions that the call names, all of them when it names none.</summary>
    private static ImmutableArray<long> ReducedDims(CallSite s, Value x)
    {
        ImmutableArray<long> list = s.Has("dim0") ? [.. new[] { "dim0", "dim1", "dim2" }.Where(s.Has).Select(n => s.Int(n))]
            : s.Optional(DimNames) is null ? [] : s.Ints(DimNames);
        if (x.Rank == 0 && list.Any(d => d is not (0 or -1)))
        {
            throw s.Fail(Rules.ShapeMismatch, $"dimension {list[0]} of a tensor of rank 0");
        }

        return list.IsEmpty || x.Rank == 0 ? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)] : [.. list.Select(d => (long)ShapeOps.Axis(s, d, x.Rank)).Order()];
    }

    private static Attributes Along(CallSite s, Value x) => Attributes.Of(("dims", ReducedDims(s, x)), ("keepdim", s.Bool("keepdim") || s.Bool("keepDimension") || s.Bool("keepDim")));

    private static DType? Asked(CallSite s) => s.ScalarType("type") ?? s.ScalarType("dtype");

    private static TensorRef Reduce(CallSite s, OpDef op, Value x)
    {
        if (Asked(s) is not { } type)
        {
            return s.Result(s.Builder.Add(op, Along(s, x), x));
        }

        // Computed in the dtype that was asked for; sums of small integers wrap, so that adding up in i64 first changes nothing.
        Value sum = s.Builder.Add(op, Along(s, x), s.Interpreter.CastTo(x, type));
        return s.Result(s.Interpreter.CastTo(sum, type));
    }

    private static Value WithoutNaN(CallSite s, Value x) => x.DType.IsFloat() ? LaneModels.Formula(s, x, v => v.Apply(Op.IsNan).Choose(0, v)) : x;

    private static AbstractValue Extreme(CallSite s, OpDef value, OpDef position, OpDef lane)
    {
        if (s.Has("other"))
        {
            (Value a, Value b) = TorchModels.Promote(s, s.Arguments[0], s.Argument("other"));
            return s.NewTensor(s.Builder.Add(lane, a, b));
        }

        Value x = s.Operand;
        TensorRef result = s.NewTensor(s.Builder.Add(value, Along(s, x), x));
        return s.Optional("dim") is null ? result : BclModels.NewTuple(s.ReturnType, [result, s.NewTensor(s.Builder.Add(position, Along(s, x), x))]);
    }

    private static TensorRef Position(CallSite s, OpDef op)
    {
        Value x = s.Operand;
        if (x.DType == DType.Bool)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{op.Name} of bool");
        }

        if (s.Optional("dim") is null)
        {
            x = ProductModels.Reshaped(s, x, [s.Builder.TypeOf(x).Numel]);
            return s.NewTensor(s.Builder.Add(op, Attributes.Of(("dims", ImmutableArray.Create(0L)), ("keepdim", false)), x));
        }

        return s.NewTensor(s.Builder.Add(op, Along(s, x), x));
    }

    private static Value Variance(CallSite s)
    {
        Value x = s.Operand;
        if (Asked(s) is { } type && type != x.DType)
        {
            throw s.Unsupported("another dtype");
        }

        if (s.Method.Name == "var" && !s.Has("correction") && s.Optional(DimNames) is null && !s.Has("dim0") && !s.Bool("unbiased", true))
        {
            throw s.Unsupported("no correction"); // which TorchSharp 0.107 corrects all the same where no dimension is named
        }

        return s.Builder.Add(Op.Var, Along(s, x).With("correction", s.Has("correction") ? s.Int("correction", 1) : s.Bool("unbiased", true) ? 1L : 0L), x);
    }

    // Infinite maxima are not subtracted (aten/native/ReduceOps.cpp).
    private static Value LogSumExp(CallSite s)
    {
        Value operand = TorchModels.AsFloat(s, s.Operand);
        ImmutableArray<long> dims = ReducedDims(s, operand);
        bool keep = s.Bool("keepdim");
        return LaneModels.Formula(s, operand, x =>
        {
            Lane most = x.Over(Op.AMax, dims), shift = most.Abs().Is(double.PositiveInfinity).Choose(0, most);
            Lane sum = (x - shift).Exp().Over(Op.Sum, dims, keep).Log();
            return sum + (keep ? shift : new Lane(s.Builder, ProductModels.Reshaped(s, shift.Value, s.Builder.TypeOf(sum.Value).Shape)));
        });
    }

    private static double Order(CallSite s, string name) => s.Has(name) && s.Find(name) is Constant { Value: string } ? throw s.Unsupported("a norm by name") : s.Float(name, 2);

    /// <summary>The p-norm over the reduced dimensions.</summary>
    public static Value Norm(CallSite s, Value operand, Attributes along, double p) => LaneModels.Formula(s, operand, x =>
    {
        Lane Over(OpDef op, Lane v) => new(s.Builder, s.Builder.Add(op, along, v.Value));
        return p switch
        {
            2 => Over(Op.Sum, x * x).Sqrt(),
            1 => Over(Op.Sum, x.Abs()),
            0 => Over(Op.Sum, x.IsNot(0).Cast(x.DType)),
            double.PositiveInfinity => Over(Op.AMax, x.Abs()),
            double.NegativeInfinity => Over(Op.AMin, x.Abs()),
            _ => Over(Op.Sum, x.Abs().With(Op.Pow, x.Number(p))) is var sum ? sum.With(Op.Pow, sum.Number(1 / p)) : sum,
        };
    });

    private static Value Distance(CallSite s)
    {
        (Value a, Value b) = TorchModels.Promote(s, s.Arguments[0], s.Argument("other"));
        Value difference = LaneModels.FloatOf(s, s.Builder.Add(Op.Sub, a, b));
        return Norm(s, difference, Attributes.Of(("dims", Enumerable.Range(0, difference.Rank).Select(d => (long)d).ToImmutableArray()), ("keepdim", false)), s.Float("p", 2));
    }

    private static AbstractValue CumSum(CallSite s)
    {
        Value x = s.Operand;
        x = s.Interpreter.CastTo(x, Asked(s) ?? (x.DType.IsFloat() ? x.DType : DType.I64));
        return s.NewTensor(x.Rank == 0 ? s.Builder.Add(Op.Clone, x) : s.Builder.Add(Op.CumSum, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), x.Rank))), x));
    }
}
