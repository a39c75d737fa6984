using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Convolutions and pooling as functions; what they share with the layers.</summary>
internal static class WindowModels
{
    public static void Register(ModelTable t)
    {
        foreach (int n in new[] { 1, 2, 3 })
        {
            t.Add(s => s.NewTensor(Convolved(s, n, s.Operand, s.Tensor("weight"), s.OptionalTensor("bias"), new Window(Numbers(s, n, 1, "stride", "strides"), s.Method.Name.EndsWith("padding", StringComparison.Ordinal) ? null : Numbers(s, n, 0, "padding"), Numbers(s, n, 1, "dilation")), s.Int("groups", 1), s.Method.Name.EndsWith("padding", StringComparison.Ordinal) && s.Int("padding", 0) == 1, 0)),
                $"functional.conv{n}d", $"functional.conv{n}d_padding");
            t[$"functional.adaptive_avg_pool{n}d"] = s => s.NewTensor(Adapted(s, n, s.Operand, Numbers(s, n, null, "output_size")));
        }

        foreach (int n in new[] { 1, 2 })
        {
            t[$"functional.max_pool{n}d"] = s => s.NewTensor(Pooled(s, Op.MaxPool, n, s.Operand));
            t[$"functional.avg_pool{n}d"] = s => s.NewTensor(Pooled(s, Op.AvgPool, n, s.Operand));
        }
    }

    /// <summary>Stride, padding (null: as much as keeps the size, or none) and dilation of a convolution.</summary>
    public sealed record Window(ImmutableArray<long> Stride, ImmutableArray<long>? Padding, ImmutableArray<long> Dilation);

    // Batches and channels before so many dimensions; batches may be missing where the rank is certain.
    private static void RequireSpatial(CallSite s, Value x, int n)
    {
        try
        {
            s.RequireRank(x, n + 2);
        }
        catch (LiftException) when (x.Rank == n + 1)
        {
        }
    }

    /// <summary>A convolution of [N,C,..] or [C,..]; borders that are not zeros are made first.</summary>
    public static Value Convolved(CallSite s, int n, Value x, Value weight, Value? bias, Window window, DimExpr groups, bool isSame, long paddingMode)
    {
        RequireSpatial(s, x, n);
        if (x.Rank == n + 1)
        {
            Value batch = Convolved(s, n, ShapeOps.Unsqueeze(s, x, 0), weight, bias, window, groups, isSame, paddingMode);
            return ProductModels.Reshaped(s, batch, s.Builder.TypeOf(batch).Shape.RemoveAt(0));
        }

        long[] low = window.Padding is { } given ? [.. given] : [.. new long[n]], high = [.. low];
        if (isSame)
        {
            for (int i = 0; i < n; i++)
            {
                // The odd one goes to the end (aten/native/Convolution.cpp).
                long total = window.Dilation[i] * ((s.Builder.TypeOf(weight).Shape[2 + i].Constant ?? throw s.Fail(Rules.UnknownBranch, "the size of the kernel")) - 1);
                (low[i], high[i]) = (total / 2, total - (total / 2));
            }
        }

        if (paddingMode != 0 || !low.SequenceEqual(high))
        {
            x = PadModels.Padded(s, x, [.. Enumerable.Range(0, n).Reverse().SelectMany(i => new DimExpr[] { low[i], high[i] })], paddingMode, AbstractValue.Of(0.0));
            Array.Clear(low);
        }

        s.Interpreter.RequireSameDType(x, weight, () => s.Fail(Rules.ShapeMismatch, $"conv of {x.Type} with {weight.Type}"));
        Attributes attributes = Attributes.Of(("stride", window.Stride), ("padding", low.ToImmutableArray()), ("dilation", window.Dilation), ("groups", groups));
        return bias is null ? s.Builder.Add(Op.Conv, attributes, x, weight) : s.Builder.Add(Op.Conv, attributes, x, weight, bias);
    }

    /// <summary>Pooling of [N,C,..] or [C,..] with the call's own settings.</summary>
    private static Value Pooled(CallSite s, OpDef op, int n, Value x)
    {
        ImmutableArray<long> kernel = Numbers(s, n, null, "kernel_size");
        bool hasStride = s.Optional("stride", "strides") is { } stride && s.Items(stride, "stride").Count > 0;
        Attributes attributes = Attributes.Of(("kernel", kernel), ("stride", hasStride ? Numbers(s, n, null, "stride", "strides") : kernel), ("padding", Numbers(s, n, 0, "padding")), ("ceil_mode", s.Bool("ceil_mode")));
        if (op == Op.AvgPool && s.Has("divisor_override") && s.Optional("divisor_override") is not null)
        {
            throw s.Unsupported("divisor_override");
        }

        return Pooled(s, op, n, x, op == Op.MaxPool ? attributes.With("dilation", Numbers(s, n, 1, "dilation")) : attributes.With("count_include_pad", s.Bool("count_include_pad", true)));
    }

    public static Value Pooled(CallSite s, OpDef op, int n, Value x, Attributes attributes)
    {
        if (attributes.Ints("padding").Zip(attributes.Ints("kernel")).Any(p => p.First * 2 > p.Second))
        {
            throw s.Fail(Rules.AlwaysThrows, "padding of more than half the kernel");
        }

        RequireSpatial(s, x, n);
        if (x.Rank == n + 1)
        {
            Value pooled = Pooled(s, op, n, ShapeOps.Unsqueeze(s, x, 0), attributes);
            return ProductModels.Reshaped(s, pooled, s.Builder.TypeOf(pooled).Shape.RemoveAt(0));
        }

        return s.Builder.Add(op, attributes, LaneModels.FloatOf(s, x));
    }

    /// <summary>Means of equal windows: the output sizes are known to divide the input's.</summary>
    public static Value Adapted(CallSite s, int n, Value x, ImmutableArray<long> output)
    {
        RequireSpatial(s, x, n);
        LaneModels.FloatOf(s, x);
        int lead = x.Rank - n;
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        if (output.All(o => o == 1))
        {
            return s.Builder.Add(Op.Mean, Attributes.Of(("dims", Enumerable.Range(lead, n).Select(d => (long)d).ToImmutableArray()), ("keepdim", true)), x);
        }

        var apart = new List<DimExpr>(shape[..lead]);
        var dims = new List<long>();
        for (int i = 0; i < n; i++)
        {
            DimExpr size = shape[lead + i];
            if (output[i] < 1 || DimExpr.TryDivide(size, output[i]) is not { } window)
            {
                throw s.Unsupported($"an output of {output[i]} for {size}"); // windows of different sizes
            }

            dims.Add(apart.Count + 1);
            apart.AddRange([output[i], window]);
        }

        return s.Builder.Add(Op.Mean, Attributes.Of(("dims", dims.ToImmutableArray()), ("keepdim", false)), ProductModels.Reshaped(s, x, [.. apart]));
    }

    /// <summary>A setting for each dimension, of which one stands for all.</summary>
    private static ImmutableArray<long> Numbers(CallSite s, int count, long? missing, params ReadOnlySpan<string> names)
    {
        if (s.Optional(names) is null)
        {
            return missing is long m ? [.. Enumerable.Repeat(m, count)] : throw s.Unsupported($"no {names[0]}");
        }

        ImmutableArray<long> given = s.Ints(names);
        return given.Length == count ? given : given.Length == 1 ? [.. Enumerable.Repeat(given[0], count)] : given.IsEmpty && missing is long none ? [.. Enumerable.Repeat(none, count)] : throw s.Unsupported($"{given.Length} numbers for {names[0]}");
    }
}
