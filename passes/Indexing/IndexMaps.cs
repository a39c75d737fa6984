using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Indexing;

/// <summary>How index vectors change through views and broadcasts. An index vector has one entry per dimension.</summary>
internal static class IndexMaps
{
    /// <summary>The position in row-major order.</summary>
    public static Affine Linear(ImmutableArray<Affine> index, ImmutableArray<DimExpr> shape)
    {
        Affine sum = Affine.Zero;
        DimExpr stride = DimExpr.One;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            sum += index[i] * stride;
            stride *= shape[i];
        }

        return sum;
    }

    /// <summary>The operand's index for a result's index of an elementwise op.</summary>
    public static ImmutableArray<Affine> Broadcast(ImmutableArray<Affine> index, ImmutableArray<DimExpr> operand)
    {
        int lead = index.Length - operand.Length;
        return [.. operand.Select((d, i) => d.IsOne ? Affine.Zero : index[lead + i])];
    }

    /// <summary>The operand's index for a view's result index.</summary>
    public static ImmutableArray<Affine> ThroughView(IndexSpace space, Node view, ImmutableArray<Affine> index)
    {
        ImmutableArray<DimExpr> shape = view.Operands[0].Shape;
        switch (view.Op.Name)
        {
            case "reshape":
                return Reshape(space, index, view.Result.Shape, shape);
            case "permute":
                var dims = view.Attributes.Ints("dims");
                return [.. Enumerable.Range(0, shape.Length).Select(d => index[dims.IndexOf(d)])];
            case "expand":
                return Broadcast(index, shape);
            case "slice":
                int axis = (int)view.Attributes.Int("dim");
                return index.SetItem(axis, (index[axis] * view.Attributes.Get("step", 1L)) + Affine.Of(view.Attributes.Dim("start")));
            case "flip":
                return [.. index.Select((x, d) => view.Attributes.Ints("dims").Contains(d) ? (x * -1) + Affine.Of(shape[d] - 1) : x)];
            default:
                throw new InvalidOperationException($"{view.Op} is no view");
        }
    }

    /// <summary>The result's index for an operand's index, for views that move every element: permute and reshape. Null for others.</summary>
    public static ImmutableArray<Affine>? Forward(IndexSpace space, Node view, ImmutableArray<Affine> index) => view.Op.Name switch
    {
        "reshape" => Reshape(space, index, view.Operands[0].Shape, view.Result.Shape),
        "permute" => [.. view.Attributes.Ints("dims").Select(d => index[(int)d])],
        _ => null,
    };

    /// <summary>
    /// The index in one shape for that in another of as many elements. Dimensions are matched in groups of equal product from the
    /// right, so that what is only split or merged needs no division.
    /// </summary>
    public static ImmutableArray<Affine> Reshape(IndexSpace space, ImmutableArray<Affine> index, ImmutableArray<DimExpr> from, ImmutableArray<DimExpr> to)
    {
        var result = new Affine[to.Length];
        Array.Fill(result, Affine.Zero);
        (int i, int j) = (from.Length - 1, to.Length - 1);
        while (true)
        {
            i = SkipOnes(from, i);
            j = SkipOnes(to, j);
            if (i < 0 || j < 0)
            {
                return [.. result];
            }

            (int lastFrom, int lastTo) = (i, j);
            (DimExpr p, DimExpr q) = (from[i--], to[j--]);
            while (p != q && (i >= 0 || j >= 0))
            {
                bool extendFrom = i >= 0 && (j < 0 || DimExpr.TryDivide(q, p) is not null || DimExpr.TryDivide(p, q) is null);
                (p, q) = extendFrom ? (from[i--] * p, q) : (p, to[j--] * q);
            }

            Affine linear = Linear(index[(i + 1)..(lastFrom + 1)], from[(i + 1)..(lastFrom + 1)]);
            for (int k = lastTo; k > j; k--)
            {
                bool outermost = Enumerable.Range(j + 1, k - j - 1).All(o => to[o].IsOne);
                (linear, result[k]) = outermost ? (Affine.Zero, linear) : space.DivMod(linear, to[k], DimExpr.Product(to[(j + 1)..k]));
            }
        }
    }

    private static int SkipOnes(ImmutableArray<DimExpr> shape, int i)
    {
        while (i >= 0 && shape[i].IsOne)
        {
            i--;
        }

        return i;
    }
}
