using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Vectors of numbers: ranges and lists.</summary>
internal static class RangeModels
{
    public static Value Arange(CallSite s)
    {
        AbstractValue start = s.Find("start") ?? AbstractValue.Of(0L), stop = s.Argument("stop", "end"), step = s.Find("step") ?? AbstractValue.Of(1L);
        if (Interpreter.AsDim(start) is { } from && Interpreter.AsDim(stop) is { } to && Interpreter.AsDim(step) is { Constant: not null and not 0 } by)
        {
            return OfSizes(s, start, from, to, by.Constant.Value, s.ScalarType("dtype") ?? DType.I64);
        }

        if (new[] { start, stop, step }.All(v => v is Constant { Value: long or double }))
        {
            double[] known = [.. new[] { start, stop, step }.Select(v => Convert.ToDouble(((Constant)v).Value, null))];
            double count = Math.Ceiling((known[1] - known[0]) / known[2]);
            return count is >= 0 and < int.MaxValue ? Computed(s, (long)count, known[0], known[2], s.ScalarType("dtype") ?? s.DefaultFloat()) : throw s.Fail(Rules.AlwaysThrows, "arange of bounds in the wrong order");
        }

        throw s.Unsupported("bounds that are no sizes");
    }

    private static Value OfSizes(CallSite s, AbstractValue start, DimExpr from, DimExpr to, long by, DType type)
    {
        // The library throws otherwise.
        (DimExpr low, DimExpr high) = by > 0 ? (from, to) : (to, from);
        s.Builder.Facts.RequireAtLeast(high, low);
        DimExpr length = DimExpr.CeilDiv(high - low, Math.Abs(by));
        if (type.IsFloat())
        {
            Lane wide = new(s.Builder, s.Builder.Add(Op.Iota, Attributes.Of(("length", length), ("dtype", DType.I64))));
            wide = by == 1 ? wide : wide * by;
            return (from.IsZero ? wide : wide + new Lane(s.Builder, s.Interpreter.AsGraphNumber(start, DType.I64))).Cast(type).Value;
        }

        Value iota = s.Builder.Add(Op.Iota, Attributes.Of(("length", length), ("dtype", type)));
        Value scaled = by == 1 ? iota : s.Builder.Add(Op.Mul, iota, s.Builder.Constant(by, type));
        return from.IsZero ? scaled : s.Builder.Add(Op.Add, scaled, s.Interpreter.AsGraphNumber(start, type));
    }

    // In f64 and rounded once (aten/native/cpu/RangeFactoriesKernel.cpp).
    private static Value Computed(CallSite s, long count, double start, double step, DType type)
    {
        if (!type.IsFloat())
        {
            throw s.Unsupported("fractions in integers");
        }

        Lane i = new(s.Builder, s.Builder.Add(Op.Iota, Attributes.Of(("length", (DimExpr)count), ("dtype", DType.F64))));
        return ((i * step) + start).Cast(type).Value;
    }

    /// <summary>From both ends towards the middle, in the dtype itself, as the library computes it.</summary>
    public static Value Linspace(CallSite s, DType type)
    {
        DimExpr count = s.Dim("steps");
        if (!type.IsFloat() || type is DType.F16 or DType.BF16)
        {
            throw s.Unsupported($"the dtype {type.Name()}");
        }

        var first = new Lane(s.Builder, s.Interpreter.AsGraphNumber(s.Argument("start"), type));
        if (count.IsOne)
        {
            return ProductModels.Reshaped(s, first.Value, [1]);
        }

        s.Builder.Facts.RequireAtLeast(count, 2);
        var last = new Lane(s.Builder, s.Interpreter.AsGraphNumber(s.Argument("end"), type));
        Lane Size(DimExpr d) => new Lane(s.Builder, s.Builder.Add(Op.Dim, Attributes.Of(("value", d)))).Cast(type);
        Lane step = (last - first) / Size(count - 1), i = new(s.Builder, s.Builder.Add(Op.Iota, Attributes.Of(("length", count), ("dtype", type))));
        return (i < Size(DimExpr.FloorDiv(count, 2))).Choose(first + (i * step), last - ((Size(count - 1) - i) * step)).Value;
    }

    public static Value Logspace(CallSite s)
    {
        var exponent = new Lane(s.Builder, Linspace(s, s.ScalarType("dtype") ?? s.DefaultFloat()));
        return exponent.Number(s.Float("base", 10)).With(Op.Pow, exponent).Value;
    }

    /// <summary>Numbers one after another: a constant, a range where they are one, else joined.</summary>
    public static Value Listed(CallSite s, IReadOnlyList<AbstractValue> items, DType type)
    {
        double[]? known = items.All(v => BclModels.Unwrapped(v) is Constant { Value: long or double }) ? [.. items.Select(v => Convert.ToDouble(((Constant)BclModels.Unwrapped(v)).Value, null))] : null;
        if (known is not null && known.All(v => v.Equals(known[0])))
        {
            return s.Builder.Add(Op.Full, Attributes.Of(("shape", ImmutableArray.Create((DimExpr)items.Count)), ("value", known[0]), ("dtype", type)));
        }

        // Whole numbers at equal distances are computed without rounding.
        if (known is { Length: > 2 } && known.All(v => v == Math.Floor(v) && Math.Abs(v) < 1 << 20) && known.Zip(known.Skip(1)).All(p => p.Second - p.First == known[1] - known[0]))
        {
            Lane i = new(s.Builder, s.Builder.Add(Op.Iota, Attributes.Of(("length", (DimExpr)known.Length), ("dtype", DType.I64))));
            return ((i * (known[1] - known[0])) + known[0]).Cast(type).Value;
        }

        if (items.Count > 256)
        {
            throw s.Unsupported($"{items.Count} numbers");
        }

        return s.Builder.Add(Op.Concat, Attributes.Of(("dim", 0L)), [.. items.Select(v => ProductModels.Reshaped(s, s.Interpreter.AsGraphNumber(BclModels.Unwrapped(v), type), [1]))]);
    }
}
