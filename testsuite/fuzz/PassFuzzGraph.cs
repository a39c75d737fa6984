using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>A random graph of well-behaved ops on small tensors with dimensions N, T and constants. The seed decides everything.</summary>
internal sealed class PassFuzzGraph(int seed)
{
    private static readonly OpDef[] s_unary = [Op.Tanh, Op.Sigmoid, Op.Neg, Op.Abs, Op.Relu, Op.Sin, Op.Erf, Op.Silu, Op.Square];
    private static readonly OpDef[] s_binary = [Op.Add, Op.Sub, Op.Mul, Op.Maximum, Op.Minimum];
    private static readonly OpDef[] s_reductions = [Op.Sum, Op.Mean, Op.AMax, Op.AMin];

    private readonly Random random = new(seed);
    private readonly GraphBuilder builder = new($"fuzz{seed}");
    private readonly List<Value> values = [];

    public Graph Build()
    {
        DimExpr n = DimExpr.Symbol("N"), t = DimExpr.Symbol("T");
        values.Add(builder.Input("x", TensorType.Of(DType.F32, n, t, 4)));
        values.Add(builder.Input("y", TensorType.Of(DType.F32, n, t, 4)));
        values.Add(builder.Input("w", TensorType.Of(DType.F32, 4, 6)));
        values.Add(builder.Input("b", TensorType.Of(DType.F32, 4)));
        values.Add(builder.Input("r", TensorType.Of(DType.F32, t, 1)));
        int count = 4 + random.Next(18);
        while (values.Count < count + 5)
        {
            if (Next() is { } value)
            {
                values.Add(value);
            }
        }

        // What nobody uses is an output, and now and then something else.
        HashSet<Value> used = [.. values.Where(v => v.Node is not null).SelectMany(v => v.Node!.Operands)];
        return builder.Finish([.. values.Where(v => v.Node is not null && (!used.Contains(v) || random.Next(8) == 0))]);
    }

    private Value? Next()
    {
        Value x = Pick();
        switch (random.Next(14))
        {
            case 0 or 1:
                return builder.Add(s_unary[random.Next(s_unary.Length)], x);
            case 2 or 3 or 4:
                return Pick() is var y && Fits(x, y) ? builder.Add(s_binary[random.Next(s_binary.Length)], x, y) : null;
            case 5 or 6 when x.Rank > 0:
                return Reduce(x);
            case 7 when x.Rank > 0:
                return builder.Add(random.Next(2) == 0 ? Op.Softmax : Op.LogSoftmax, Attributes.Of(("dim", (long)random.Next(x.Rank))), x);
            case 8 when x.Rank > 1:
                return builder.Add(Op.Permute, Attributes.Of(("dims", Shuffled(x.Rank))), x);
            case 9:
                return Reshape(x);
            case 10:
                return Product(x, Pick());
            case 11 when x.Rank > 0:
                return Slice(x);
            case 12 when x.Rank > 0:
                int dim = random.Next(x.Rank);
                return random.Next(2) == 0
                    ? builder.Add(Op.Concat, Attributes.Of(("dim", (long)dim)), x, x)
                    : builder.Add(Op.Pad, Attributes.Of(("low", Widths(x.Rank)), ("high", Widths(x.Rank)), ("value", 0.5)), x);
            case 13 when x.Rank > 0:
                return builder.Add(Op.LayerNorm, Attributes.Of(("axes", 1L), ("eps", 1e-2), ("weight", false), ("bias", false)), x);
            default:
                return null;
        }
    }

    // Not so large that the interpreters take long.
    private Value Pick()
    {
        Value v = values[random.Next(values.Count)];
        return v.Type.Numel.Evaluate(_ => 3) < 2000 ? v : values[0];
    }

    // Reduced to nothing at size 0 the largest of none is asked for: only sizes that are never 0.
    private Value? Reduce(Value x)
    {
        OpDef op = s_reductions[random.Next(s_reductions.Length)];
        ImmutableArray<long> dims = [.. Enumerable.Range(0, x.Rank).Where(_ => random.Next(2) == 0).Select(d => (long)d)];
        bool isSafe = dims.All(d => x.Shape[(int)d].Constant > 0);
        return dims.IsEmpty || (!isSafe && op != Op.Sum) ? null : builder.Add(op, Attributes.Of(("dims", dims), ("keepdim", random.Next(2) == 0)), x);
    }

    private Value? Reshape(Value x)
    {
        ImmutableArray<DimExpr> shape = x.Shape;
        for (int i = 0; i + 1 < shape.Length; i++)
        {
            if (random.Next(2) == 0)
            {
                shape = [.. shape[..i], shape[i] * shape[i + 1], .. shape[(i + 2)..]];
            }
        }

        for (int i = 0; i < shape.Length; i++)
        {
            if (random.Next(2) == 0 && shape[i].Constant is long size && size > 2 && size % 2 == 0)
            {
                shape = [.. shape[..i], random.Next(2) == 0 ? 2 : size / 2, .. shape[(i + 1)..]];
                shape = shape.Insert(i + 1, size / shape[i].Constant!.Value);
            }
        }

        return shape.SequenceEqual(x.Shape) ? null : builder.Add(Op.Reshape, Attributes.Of(("shape", shape)), x);
    }

    private Value? Product(Value a, Value b) =>
        a.Rank >= 2 && b.Rank >= 2 && a.Shape[^1] == b.Shape[^2] && FitShapes(a.Shape[..^2], b.Shape[..^2]) ? builder.Add(Op.MatMul, a, b) : null;

    private Value? Slice(Value x)
    {
        int dim = random.Next(x.Rank);
        return x.Shape[dim].Constant is long size && size >= 3
            ? builder.Add(Op.Slice, Attributes.Of(("dim", (long)dim), ("start", (DimExpr)random.Next(2)), ("length", (DimExpr)(size / 2)), ("step", 1L + random.Next(2) * (size % 2))), x)
            : null;
    }

    private static bool Fits(Value x, Value y) => FitShapes(x.Shape, y.Shape);

    private static bool FitShapes(ImmutableArray<DimExpr> x, ImmutableArray<DimExpr> y) =>
        x.Reverse().Zip(y.Reverse()).All(p => p.First == p.Second || p.First.IsOne || p.Second.IsOne);

    private ImmutableArray<DimExpr> Widths(int rank) => [.. Enumerable.Range(0, rank).Select(_ => (DimExpr)random.Next(2))];

    private ImmutableArray<long> Shuffled(int rank)
    {
        long[] dims = [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        random.Shuffle(dims);
        return [.. dims];
    }
}
