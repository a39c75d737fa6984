using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Negative log-likelihood and cross-entropy, of class numbers and of class probabilities; classes are dimension 1, or 0 of a vector.</summary>
internal static class CrossEntropyModels
{
    private const long None = 0, Mean = 1;

    public static Value CrossEntropy(CallSite s, Value input, Value target, Value? weight, long ignored, double smoothing, long reduction)
    {
        LaneModels.FloatOf(s, input);
        long classes = input.Rank == 1 ? 0 : 1;
        if (input.Rank == 0)
        {
            throw s.Fail(Rules.AlwaysThrows, "cross_entropy of a number");
        }

        Value logs = s.Builder.Add(Op.LogSoftmax, Attributes.Of(("dim", classes)), input);
        if (target.Rank == input.Rank && target.DType.IsFloat())
        {
            return Probabilities(s, logs, target, weight, classes, smoothing, reduction);
        }

        if (smoothing != 0)
        {
            throw s.Unsupported("label smoothing of class numbers");
        }

        return Likelihood(s, logs, target, weight, ignored, reduction);
    }

    /// <summary>Minus the element of each target class; targets that are ignored count nothing.</summary>
    public static Value Likelihood(CallSite s, Value logs, Value target, Value? weight, long ignored, long reduction)
    {
        s.RequireInteger(target);
        if (target.DType != DType.I64 || target.Rank != logs.Rank - 1 || logs.Rank == 0)
        {
            throw s.Fail(Rules.AlwaysThrows, $"class numbers {target.Type} for {logs.Type}");
        }

        int classes = logs.Rank == 1 ? 0 : 1;
        var number = new Lane(s.Builder, target);
        Lane counts = number.IsNot(ignored), safe = counts.Choose(number, 0);
        ImmutableArray<DimExpr> own = s.Builder.TypeOf(logs).Shape, others = own.RemoveAt(classes);
        if (others.Zip(s.Builder.TypeOf(target).Shape).Any(d => !s.Builder.Facts.TryEqual(d.First, d.Second)))
        {
            throw s.Fail(Rules.ShapeMismatch, "as many targets as inputs");
        }

        Value picked = s.Builder.Add(Op.Gather, Attributes.Of(("dim", (long)classes)), logs, ShapeOps.Unsqueeze(s, safe.Value, classes));
        Lane loss = -new Lane(s.Builder, ProductModels.Reshaped(s, picked, s.Builder.TypeOf(safe.Value).Shape));
        Lane share = counts.Cast(loss.DType);
        if (weight is not null)
        {
            Lane own1 = new(s.Builder, s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), weight, safe.Value));
            loss = loss * own1;
            share = counts.Choose(own1, 0);
        }

        loss = counts.Choose(loss, 0);
        return reduction == None ? loss.Value : reduction == Mean ? s.Builder.Add(Op.Div, LossModels.Reduced(s, loss.Value, 2), LossModels.Reduced(s, share.Value, 2)) : LossModels.Reduced(s, loss.Value, reduction);
    }

    // The mean is over all but the classes.
    private static Value Probabilities(CallSite s, Value logs, Value target, Value? weight, long classes, double smoothing, long reduction)
    {
        var (p, share) = (new Lane(s.Builder, logs), new Lane(s.Builder, s.Interpreter.CastTo(target, logs.DType)));
        if (smoothing != 0)
        {
            var count = new Lane(s.Builder, s.Interpreter.CastTo(s.Builder.Add(Op.Dim, Attributes.Of(("value", s.Builder.TypeOf(logs).Shape[(int)classes]))), logs.DType));
            share = (share * (1 - smoothing)) + (count.Number(smoothing) / count);
        }

        Lane weighted = p * share;
        weighted = weight is null ? weighted : weighted * new Lane(s.Builder, classes == 0 ? weight : NormModels.PerChannel(s, weight, logs.Rank));
        return LossModels.Reduced(s, (-weighted.Over(Op.Sum, [classes], keepdim: false)).Value, reduction);
    }
}
