using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>Reductions, and what is made of them: means, softmax, normalisations.</summary>
internal static class FoldRecipes
{
    public static IEnumerable<Recipe> Rows { get; } =
    [
        .. Op.Rows.Where(op => op.Family == OpFamily.Reduction).Select(op => new Recipe(op, op == Op.Sum ? 14 : op == Op.AMax ? 8 : 4, g => Reduce(g, op))),
        new(Op.Mean, 6, g => Statistic(g, Op.Mean)),
        new(Op.Var, 4, g => Statistic(g, Op.Var)),
        new(Op.Softmax, 8, g => Softmax(g, Op.Softmax)),
        new(Op.LogSoftmax, 4, g => Softmax(g, Op.LogSoftmax)),
        new(Op.LayerNorm, 5, LayerNorm),
        new(Op.BatchNorm, 3, BatchNorm),
        new(Op.Rsqrt, 5, StandardiseByHand),
    ];

    /// <summary>One or more dimensions, the last one often, in order.</summary>
    public static ImmutableArray<long> Axes(GraphGenerator g, int rank)
    {
        ImmutableArray<long> axes = [.. Enumerable.Range(0, rank).Where(i => g.Chance(i == rank - 1 ? 0.6 : 0.4)).Select(i => (long)i)];
        return axes.IsEmpty ? [g.Random.Next(rank)] : axes;
    }

    private static void Reduce(GraphGenerator g, OpDef op)
    {
        if (g.TryPick(o => o.Rank > 0 && (o.Type != DType.Bool || op == Op.Any || op == Op.All || op == Op.Sum)) is not { } x)
        {
            return;
        }

        x = op == Op.Prod ? g.Tame(x, 1.5) : op == Op.Sum ? g.Tame(x, x.Type == DType.F16 ? 10 : 1e3) : x;
        ImmutableArray<long> axes = Axes(g, x.Rank);
        bool keep = g.Chance(0.5);
        double size = op == Op.Sum ? x.Size * 1e3 : op == Op.Prod ? double.PositiveInfinity : x.Size;
        size = op == Op.ArgMax || op == Op.ArgMin ? 1e4 : size;
        Operand y = g.Apply(op, Attributes.Of(("dims", axes), ("keepdim", keep)), x.Low >= 0 ? Math.Min(x.Low, 0) : -size, size, x);
        if (keep && y.Type == x.Type && x.Type != DType.Bool && g.Chance(0.5))
        {
            // A consumer that broadcasts back.
            g.Apply(Op.Sub, -2 * size, 2 * size, x, y);
        }
    }

    private static void Statistic(GraphGenerator g, OpDef op)
    {
        if (g.TryPick(o => o.Rank > 0 && o.Type.IsFloat()) is { } x)
        {
            x = g.Tame(x, 100);
            Attributes attributes = Attributes.Of(("dims", Axes(g, x.Rank)), ("keepdim", g.Chance(0.6)));
            g.Apply(op, op == Op.Var ? attributes.With("correction", (long)g.Random.Next(2)) : attributes, op == Op.Var ? 0 : x.Low, op == Op.Var ? x.Size * x.Size * 4 : x.High, x);
        }
    }

    private static void Softmax(GraphGenerator g, OpDef op)
    {
        if (g.TryPick(o => o.Rank > 0 && o.Type.IsFloat()) is { } x)
        {
            g.Apply(op, Attributes.Of(("dim", (long)(g.Chance(0.6) ? -1 : g.Random.Next(x.Rank)))), op == Op.Softmax ? 0 : -200, op == Op.Softmax ? 1 : 0, g.Tame(x, 80));
        }
    }

    private static void LayerNorm(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 0 && o.Type.IsFloat()) is { } x)
        {
            int axes = 1 + g.Random.Next(Math.Min(2, x.Rank));
            (bool weight, bool bias) = (g.Chance(0.6), g.Chance(0.6));
            List<Operand> operands = [g.Tame(x, 100)];
            for (int i = (weight ? 1 : 0) + (bias ? 1 : 0); i > 0; i--)
            {
                operands.Add(g.Input(x.Type, x.Shape[^axes..]));
            }

            g.Apply(Op.LayerNorm, Attributes.Of(("axes", (long)axes), ("eps", 1e-2), ("weight", weight), ("bias", bias)), -50, 50, [.. operands]);
        }
    }

    private static void BatchNorm(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 1 && o.Type.IsFloat()) is { } x)
        {
            ImmutableArray<DimExpr> channels = [x.Shape[1]];
            (bool weight, bool bias) = (g.Chance(0.6), g.Chance(0.6));
            List<Operand> operands = [g.Tame(x, 100), g.Input(x.Type, channels), g.Input(x.Type, channels, 'p')];
            for (int i = (weight ? 1 : 0) + (bias ? 1 : 0); i > 0; i--)
            {
                operands.Add(g.Input(x.Type, channels));
            }

            g.Apply(Op.BatchNorm, Attributes.Of(("eps", 1e-2), ("weight", weight), ("bias", bias)), -500, 500, [.. operands]);
        }
    }

    // A normalisation written out, with the user's own choice of dimensions and of what is shared.
    private static void StandardiseByHand(GraphGenerator g)
    {
        if (g.TryPick(o => o.Rank > 0 && o.Type.IsFloat()) is { } x)
        {
            x = g.Tame(x, 50);
            Attributes along = Attributes.Of(("dims", Axes(g, x.Rank)), ("keepdim", true));
            Operand centred = g.Apply(Op.Sub, -100, 100, x, g.Apply(Op.Mean, along, x.Low, x.High, x));
            Operand square = g.Apply(Op.Mul, 0, 1e4, centred, centred);
            Operand scale = g.Apply(Op.Rsqrt, 0, 4, g.Apply(Op.Add, 0.1, 1e4, g.Apply(Op.Mean, along, 0, 1e4, square), g.Constant(0.1, x.Type)));
            g.Apply(Op.Mul, -50, 50, g.Chance(0.5) ? centred : x, scale);
        }
    }
}
