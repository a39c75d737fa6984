using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>Matrix products, attention, convolution, pooling.</summary>
internal static class ProductRecipes
{
    public static IEnumerable<Recipe> Rows { get; } =
    [
        new(Op.MatMul, 12, MatMul),
        new(Op.MatMul, 4, WithItself),
        new(Op.MatMul, 4, AttentionByHand),
        new(Op.Linear, 8, Linear),
        new(Op.Attention, 4, Attention),
        new(Op.Conv, 3, Conv),
        new(Op.MaxPool, 2, g => Pool(g, Op.MaxPool)),
        new(Op.AvgPool, 2, g => Pool(g, Op.AvgPool)),
        new(Op.Extern, 2, Extern),
    ];

    /// <summary>What the extern nodes of random graphs call: every result element is made of all operands' first elements.</summary>
    public static ImmutableArray<Ir.Reference.NdArray> CallExtern(Node node, ImmutableArray<Ir.Reference.NdArray> operands)
    {
        double sum = operands.Where(o => o.Count > 0).Sum(o => o.ToFloats()[0]);
        return
        [
            .. node.Results.Select(r =>
            {
                ImmutableArray<long> shape = [.. r.Shape.Select(d => d.Evaluate(_ => 0))];
                return Ir.Reference.NdArray.FromFloats(r.DType, shape, Enumerable.Range(0, (int)shape.Aggregate(1L, (x, y) => x * y)).Select(i => (sum / 8) + (i % 5)));
            }),
        ];
    }

    private static Operand? Matrix(GraphGenerator g) => g.TryPick(o => o.Rank >= 2 && o.Type.IsFloat()) is { } x ? g.Tame(x, 20) : null;

    private static Operand Transposed(GraphGenerator g, Operand x)
    {
        ImmutableArray<long> dims = [.. Enumerable.Range(0, x.Rank - 2).Select(i => (long)i), x.Rank - 1, x.Rank - 2];
        return g.Apply(Op.Permute, Attributes.Of(("dims", dims)), x.Low, x.High, x);
    }

    private static Operand Product(GraphGenerator g, Operand a, Operand b) => g.Apply(Op.MatMul, -a.Size * b.Size * 100, a.Size * b.Size * 100, a, b);

    private static bool IsSmall(Operand a, DimExpr columns) => GraphGenerator.IsSmall(a.Shape.SetItem(a.Rank - 1, columns));

    // With a weight that is there, transposed, expanded, or with batch dimensions of its own; an epilogue often.
    private static void MatMul(GraphGenerator g)
    {
        if (Matrix(g) is not { } x)
        {
            return;
        }

        DimExpr inner = x.Shape[^1], columns = g.AnySize();
        if (!IsSmall(x, columns))
        {
            return;
        }

        Operand y = g.Random.Next(5) switch
        {
            0 => Transposed(g, g.Input(x.Type, [columns, inner])),
            1 when x.Rank > 2 => g.Input(x.Type, [.. x.Shape[..^2].Select(d => g.Chance(0.5) ? d : 1), inner, columns]),
            2 => Expanded(g, g.Input(x.Type, [inner, columns]), x),
            3 when g.TryPick(o => o.Type == x.Type && o.Rank >= 2 && o.Shape[^2] == inner && IsSmall(x, o.Shape[^1]) && GraphGenerator.Broadcasts(o.Shape[..^2], x.Shape[..^2])) is { } other => g.Tame(other, 20),
            _ => g.Input(x.Type, [inner, columns]),
        };
        Epilogue(g, Product(g, x, y));
    }

    private static Operand Expanded(GraphGenerator g, Operand y, Operand x) =>
        g.Apply(Op.Expand, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[.. x.Shape[..^2], .. y.Shape])), y.Low, y.High, y);

    private static void Epilogue(GraphGenerator g, Operand product)
    {
        if (g.Chance(0.5))
        {
            Operand bias = g.Input(product.Type, g.Relative(product.Shape));
            product = g.Apply(Op.Add, product.Low - 2, product.High + 2, product, bias);
        }

        if (g.Chance(0.4))
        {
            g.Apply(g.OneOf(Op.Relu, Op.Sigmoid, Op.Silu), -product.Size, product.Size, product);
        }
    }

    private static void WithItself(GraphGenerator g)
    {
        if (Matrix(g) is { } x && IsSmall(x, x.Shape[^2]))
        {
            Product(g, x, Transposed(g, x));
        }
    }

    private static void Linear(GraphGenerator g)
    {
        Operand x = g.Tame(g.PickFloat(1), 20);
        DimExpr outputs = g.AnySize();
        if (IsSmall(x, outputs))
        {
            Operand weight = g.Input(x.Type, [outputs, x.Shape[^1]]);
            double size = x.Size * 200;
            Operand y = g.Chance(0.6) ? g.Apply(Op.Linear, -size, size, x, weight, g.Input(x.Type, [outputs])) : g.Apply(Op.Linear, -size, size, x, weight);
            Epilogue(g, y);
        }
    }

    private static void Attention(GraphGenerator g)
    {
        if (Matrix(g) is not { } q || g.AnySize() is var keys && !IsSmall(q, keys))
        {
            return;
        }

        q = g.Tame(q, 3);
        DimExpr size = g.Chance(0.5) ? q.Shape[^1] : g.AnySize();
        List<Operand> operands = [q, g.Input(q.Type, [.. q.Shape[..^2], keys, q.Shape[^1]]), g.Input(q.Type, [.. q.Shape[..^2], keys, size])];
        if (g.Chance(0.4))
        {
            operands.Add(g.Input(g.Chance(0.5) ? DType.Bool : q.Type, [q.Shape[^2], keys]));
        }

        Attributes attributes = Attributes.Of(("causal", g.Chance(0.4)));
        g.Apply(Op.Attention, g.Chance(0.3) ? attributes.With("scale", 0.25) : attributes, -3, 3, [.. operands]);
    }

    // Heads made by reshape and permute, a mask of -inf, softmax, and heads put together again.
    private static void AttentionByHand(GraphGenerator g)
    {
        DimExpr n = g.AnySize(), t = g.AnySize();
        long heads = g.OneOf(1, 2, 3), size = g.OneOf(2, 4, 8);
        if (!GraphGenerator.IsSmall([n, t, heads * size * 3]) || !GraphGenerator.IsSmall([n, heads, t, t]))
        {
            return;
        }

        Operand x = g.Input(DType.F32, [n, t, 3 * heads * size]);
        Operand Head(int part)
        {
            Operand piece = g.Apply(Op.Slice, Attributes.Of(("dim", 2L), ("start", (DimExpr)(part * heads * size)), ("length", (DimExpr)(heads * size))), x.Low, x.High, x);
            piece = g.Apply(Op.Reshape, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[n, t, heads, size])), x.Low, x.High, piece);
            return g.Apply(Op.Permute, Attributes.Of(("dims", (ImmutableArray<long>)[0, 2, 1, 3])), x.Low, x.High, piece);
        }

        Operand scores = Product(g, Head(0), Transposed(g, Head(1)));
        scores = g.Apply(Op.Mul, -10, 10, scores, g.Constant(0.35, DType.F32));
        if (g.Chance(0.6))
        {
            Operand allowed = g.Input(DType.Bool, [t, t]);
            scores = g.Apply(Op.Where, -10, 10, allowed, scores, g.Constant(g.Chance(0.5) ? double.NegativeInfinity : -1e4, DType.F32));
        }

        Operand mixed = Product(g, g.Apply(Op.Softmax, Attributes.Of(("dim", -1L)), 0, 1, scores), Head(2));
        mixed = g.Apply(Op.Permute, Attributes.Of(("dims", (ImmutableArray<long>)[0, 2, 1, 3])), -3, 3, mixed);
        g.Apply(Op.Reshape, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[n, t, heads * size])), -3, 3, mixed);
    }

    private static void Conv(GraphGenerator g)
    {
        int spatial = 1 + g.Random.Next(2), groups = g.OneOf(1, 1, 2);
        DimExpr n = g.AnySize(), channels = groups * g.OneOf(1, 3), outputs = groups * g.OneOf(1, 4);
        ImmutableArray<DimExpr> window = [.. Enumerable.Range(0, spatial).Select(_ => (DimExpr)g.OneOf(1, 3))];
        ImmutableArray<DimExpr> shape = [n, channels, .. window.Select(_ => (DimExpr)g.OneOf(3, 5, 8))];
        if (GraphGenerator.IsSmall(shape))
        {
            ImmutableArray<long> All(long value) => [.. window.Select(_ => value)];
            Attributes attributes = Attributes.Of(("stride", All(g.OneOf(1, 2))), ("padding", All(g.OneOf(0, 1))), ("dilation", All(1)), ("groups", (DimExpr)groups));
            Operand x = g.Apply(Op.Neg, -2, 2, g.Input(DType.F32, shape));
            Epilogue(g, g.Apply(Op.Conv, attributes, -200, 200, x, g.Input(DType.F32, [outputs, DimExpr.TryDivide(channels, groups)!, .. window])));
        }
    }

    private static void Pool(GraphGenerator g, OpDef op)
    {
        if (g.TryPick(o => o.Rank is 3 or 4 && o.Type.IsFloat() && o.Shape.Skip(2).All(d => d.Constant is null or > 1)) is { } x)
        {
            ImmutableArray<long> All(long value) => [.. Enumerable.Repeat(value, x.Rank - 2)];
            g.Apply(op, Attributes.Of(("kernel", All(2)), ("stride", All(g.OneOf(1, 2))), ("padding", All(g.OneOf(0, 1)))), x.Low, x.High, x);
        }
    }

    private static void Extern(GraphGenerator g)
    {
        Operand x = g.PickFloat(), y = g.PickFloat();
        ImmutableArray<TensorType> types = [x.Value.Type];
        g.Apply(Op.Extern, Attributes.Of(("callee", "fuzz"), ("types", types), ("pure", true)), -100, 100, x, y);
    }
}
