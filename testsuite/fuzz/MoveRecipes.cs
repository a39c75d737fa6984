using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>Views, movements, and values made from nothing.</summary>
internal static class MoveRecipes
{
    public static IEnumerable<Recipe> Rows { get; } =
    [
        new(Op.Reshape, 14, Reshape),
        new(Op.Permute, 12, Permute),
        new(Op.Expand, 8, Expand),
        new(Op.Slice, 12, Slice),
        new(Op.Flip, 5, g => Over(g, 1, x => g.Apply(Op.Flip, Attributes.Of(("dims", FoldRecipes.Axes(g, x.Rank))), x.Low, x.High, x))),
        new(Op.Concat, 10, Concat),
        new(Op.Pad, 6, Pad),
        new(Op.Take, 6, Take),
        new(Op.Gather, 5, Gather),
        new(Op.CumSum, 3, g => Over(g, 1, x => g.Apply(Op.CumSum, Attributes.Of(("dim", (long)g.Random.Next(x.Rank))), -1e3 * x.Size, 1e3 * x.Size, g.Tame(x, 10)))),
        new(Op.Full, 3, Full),
        new(Op.Iota, 4, Iota),
        new(Op.Dim, 3, Dim),
    ];

    private static void Over(GraphGenerator g, int rank, Action<Operand> apply)
    {
        if (g.TryPick(o => o.Rank >= rank && (o.Type != DType.Bool || rank != 1)) is { } x)
        {
            apply(x);
        }
    }

    // Neighbours merge, constants split, ones come and go.
    private static void Reshape(GraphGenerator g)
    {
        Operand x = g.TryPick(_ => true)!;
        List<DimExpr> shape = [.. x.Shape];
        for (int changes = 1 + g.Random.Next(3); changes > 0; changes--)
        {
            int at = g.Random.Next(shape.Count + 1);
            switch (g.Random.Next(5))
            {
                case 0 or 1 when at + 1 < shape.Count:
                    shape[at] *= shape[at + 1];
                    shape.RemoveAt(at + 1);
                    break;
                case 2 when at < shape.Count && shape[at].Constant is > 3 and long size && (size % 2 == 0 || size % 3 == 0):
                    long factor = size % 2 == 0 ? g.OneOf(2, size / 2) : 3;
                    shape[at] = factor;
                    shape.Insert(at + 1, size / factor);
                    break;
                case 3 when shape.Count < 5:
                    shape.Insert(at, 1);
                    break;
                case 4 when at < shape.Count && shape[at].IsOne:
                    shape.RemoveAt(at);
                    break;
                default:
                    // A product of several symbols falls apart again.
                    if (at < shape.Count && shape[at].Symbols.FirstOrDefault() is { } name && DimExpr.TryDivide(shape[at], DimExpr.Symbol(name)) is { IsOne: false } rest && shape.Count < 5)
                    {
                        shape[at] = DimExpr.Symbol(name);
                        shape.Insert(at + g.Random.Next(2), rest);
                    }

                    break;
            }
        }

        g.Apply(Op.Reshape, Attributes.Of(("shape", shape.ToImmutableArray())), x.Low, x.High, x);
    }

    private static void Permute(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 1) is { } x)
        {
            long[] dims = [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
            g.Random.Shuffle(dims);
            g.Apply(Op.Permute, Attributes.Of(("dims", dims.ToImmutableArray())), x.Low, x.High, x);
        }
    }

    private static void Expand(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank < 5) is { } x)
        {
            ImmutableArray<DimExpr> shape = [.. x.Shape.Select(d => d.IsOne && g.Chance(0.6) ? g.AnySize() : d)];
            shape = g.Chance(0.5) || shape.SequenceEqual(x.Shape) ? shape.Insert(0, g.AnySize()) : shape;
            if (GraphGenerator.IsSmall(shape))
            {
                g.Apply(Op.Expand, Attributes.Of(("shape", shape)), x.Low, x.High, x);
            }
        }
    }

    private static void Slice(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 0) is not { } x)
        {
            return;
        }

        int dim = g.Random.Next(x.Rank);
        DimExpr size = x.Shape[dim];
        (DimExpr start, DimExpr length, long step) = g.Random.Next(5) switch
        {
            // All but the first, all but the last, the first, every second, a piece.
            0 => Piece(1, size - 1, 1),
            1 => Piece(0, size - 1, 1),
            2 => Piece(g.Chance(0.5) ? 0 : size - 1, 1, 1),
            3 => Piece(0, DimExpr.CeilDiv(size, 2), 2),
            _ when size.Constant is > 2 and long known => Piece(g.Random.Next(2), known / 2, 1 + (g.Random.Next(2) * (known % 2))),
            _ => Piece(0, DimExpr.FloorDiv(size, 2), 1),
        };
        if (size.Constant is null or > 1)
        {
            g.Apply(Op.Slice, Attributes.Of(("dim", (long)dim), ("start", start), ("length", length), ("step", step)), x.Low, x.High, x);
        }
    }

    private static (DimExpr Start, DimExpr Length, long Step) Piece(DimExpr start, DimExpr length, long step) => (start, length, step);

    private static void Concat(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 0) is not { } x)
        {
            return;
        }

        int dim = g.Random.Next(x.Rank);
        List<Operand> parts = [x];
        for (int more = 1 + g.Random.Next(2); more > 0; more--)
        {
            parts.Add(g.TryPick(o => o.Type == x.Type && o.Rank == x.Rank && o.Shape.SetItem(dim, 1).SequenceEqual(x.Shape.SetItem(dim, 1))) is { } found && g.Chance(0.7)
                ? found : g.Input(x.Type, x.Shape.SetItem(dim, g.AnySize())));
        }

        g.Apply(Op.Concat, Attributes.Of(("dim", (long)dim)), parts.Min(p => p.Low), parts.Max(p => p.High), [.. parts]);
    }

    private static void Pad(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 0) is { } x)
        {
            double value = x.Type.IsFloat() ? g.OneOf(0.0, 0.5, -1, double.NegativeInfinity) : g.OneOf(0.0, 1);
            ImmutableArray<DimExpr> Widths() => [.. Enumerable.Range(0, x.Rank).Select(_ => g.Random.Next(6) switch { 0 => DimExpr.Symbol("T"), 1 => 1, 2 => 3, _ => (DimExpr)0 })];
            g.Apply(Op.Pad, Attributes.Of(("low", Widths()), ("high", Widths()), ("value", value)), Math.Min(x.Low, value), Math.Max(x.High, value), x);
        }
    }

    // Indices are given numbers 0 to 3, which a small dimension does not have: then a check fails. Or computed ones that are in range.
    private static Operand Indices(GraphGenerator g, ImmutableArray<DimExpr> shape, DimExpr size)
    {
        DType type = g.Chance(0.7) ? DType.I64 : DType.I32;
        Operand raw = g.Input(type, shape, 'i');
        if (g.Chance(size.Constant is > 3 ? 0.7 : 0.2))
        {
            return raw;
        }

        Value count = g.Builder.Add(Op.Cast, Attributes.Of(("dtype", type)), g.Builder.Add(Op.Dim, Attributes.Of(("value", DimExpr.Max(size, 1)))));
        return g.Apply(Op.Rem, 0, 100, raw, new Operand(count, 1, 100));
    }

    private static void Take(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 0) is { } x)
        {
            int dim = g.Random.Next(x.Rank);
            ImmutableArray<DimExpr> shape = [.. Enumerable.Range(0, g.Random.Next(3)).Select(_ => g.AnySize())];
            if (GraphGenerator.IsSmall([.. x.Shape.RemoveAt(dim), .. shape]))
            {
                g.Apply(Op.Take, Attributes.Of(("dim", (long)dim)), x.Low, x.High, x, Indices(g, shape, x.Shape[dim]));
            }
        }
    }

    private static void Gather(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 0) is { } x)
        {
            int dim = g.Random.Next(x.Rank);
            ImmutableArray<DimExpr> shape = x.Shape.SetItem(dim, g.AnySize());
            if (GraphGenerator.IsSmall(shape))
            {
                g.Apply(Op.Gather, Attributes.Of(("dim", (long)dim)), x.Low, x.High, x, Indices(g, shape, x.Shape[dim]));
            }
        }
    }

    private static void Full(GraphGenerator g)
    {
        ImmutableArray<DimExpr> shape = g.Relative(g.TryPick(_ => true)!.Shape);
        DType type = g.AnyType();
        double value = type.IsFloat() ? g.OneOf(0.0, 1, -0.75) : g.OneOf(0.0, 1);
        g.Apply(Op.Full, Attributes.Of(("shape", shape), ("value", value), ("dtype", type)), value, value);
    }

    // As a mask of causal attention, or as numbers.
    private static void Iota(GraphGenerator g)
    {
        Operand x = g.TryPick(o => o.Rank > 0) ?? g.Input(DType.F32, [g.AnySize()]);
        DimExpr length = x.Shape[^1];
        DType type = g.OneOf(DType.I64, DType.I64, DType.I32, DType.F32);
        Operand column = g.Apply(Op.Iota, Attributes.Of(("length", length), ("dtype", type)), 0, 100);
        if (x.Rank > 1 && g.Chance(0.6))
        {
            Operand row = g.Apply(Op.Iota, Attributes.Of(("length", x.Shape[^2]), ("dtype", type)), 0, 100);
            row = g.Apply(Op.Reshape, Attributes.Of(("shape", (ImmutableArray<DimExpr>)[x.Shape[^2], 1])), 0, 100, row);
            g.Apply(g.OneOf(Op.Le, Op.Gt), 0, 1, column, row);
        }
    }

    private static void Dim(GraphGenerator g)
    {
        Operand x = g.TryPick(o => o.Rank > 0) ?? g.Input(DType.F32, [g.AnySize()]);
        DimExpr size = g.OneOf([.. x.Shape]);
        Operand number = g.Apply(Op.Dim, Attributes.Of(("value", g.Chance(0.5) ? size : (size * 2) + 1)), 0, 201);
        if (x.Type.IsFloat())
        {
            g.Apply(Op.Cast, Attributes.Of(("dtype", x.Type)), 0, 201, number);
        }
    }
}
