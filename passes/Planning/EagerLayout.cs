using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Planning;

/// <summary>Strides that values have in eager, and which values share storage. Graph inputs are contiguous.</summary>
internal sealed class EagerLayout(Graph graph)
{
    private readonly Dictionary<Value, ImmutableArray<DimExpr>> strides = [];

    public Graph Graph { get; } = graph;

    /// <summary>The value whose storage this one shares, and the views between, outermost first.</summary>
    /// <param name="anyReshape">Go through a reshape that copies too.</param>
    public (Value Origin, List<Node> Views) Origin(Value value, bool anyReshape = false)
    {
        var views = new List<Node>();
        while (value.Node is { } node && (CopiesNothing(node) || (node.IsAlias() && (anyReshape || node.Op != Op.Reshape || ViewStrides(node) is not null))))
        {
            views.Add(node);
            value = node.Operands[0];
        }

        return (value, views);
    }

    /// <summary>A <c>contiguous</c> of what is stored in row-major order is the operand itself.</summary>
    public bool CopiesNothing(Node node) => node.Op == Op.Contiguous && Strides(node.Operands[0]).SequenceEqual(Contiguous(node.Operands[0].Shape));

    /// <summary>The dimensions from outermost to innermost where eager stores them in another order than their own; null when contiguous.</summary>
    public ImmutableArray<long>? Order(Value value)
    {
        if (value.Op?.Family != OpFamily.Elementwise || value.Op == Op.Contiguous)
        {
            return null;
        }

        ImmutableArray<long> order = ElementwiseOrder(value.Node!);
        return order.SequenceEqual(order.Order()) ? null : order;
    }

    private static ImmutableArray<DimExpr> Contiguous(ImmutableArray<DimExpr> shape) => Dense(shape, [.. Enumerable.Range(0, shape.Length).Select(i => (long)i)]);

    private static ImmutableArray<DimExpr> Dense(ImmutableArray<DimExpr> shape, ImmutableArray<long> order)
    {
        var result = new DimExpr[shape.Length];
        DimExpr stride = DimExpr.One;
        foreach (long d in order.Reverse())
        {
            result[d] = stride;
            stride *= shape[(int)d];
        }

        return [.. result];
    }

    private ImmutableArray<DimExpr> Strides(Value value)
    {
        if (!strides.TryGetValue(value, out ImmutableArray<DimExpr> known))
        {
            strides[value] = known = Compute(value);
        }

        return known;
    }

    private ImmutableArray<DimExpr> Compute(Value value)
    {
        if (value.Node is not { } node)
        {
            return Contiguous(value.Shape);
        }

        if (node.Op.Family == OpFamily.Elementwise && node.Op != Op.Contiguous)
        {
            return Dense(value.Shape, ElementwiseOrder(node));
        }

        switch (node.Op.Name)
        {
            case "permute":
                return [.. node.Attributes.Ints("dims").Select(d => Strides(node.Operands[0])[(int)d])];
            case "expand":
                Value operand = node.Operands[0];
                int lead = value.Rank - operand.Rank;
                return [.. value.Shape.Select((d, i) => i < lead || (operand.Shape[i - lead].IsOne && !d.IsOne) ? DimExpr.Zero : Strides(operand)[i - lead])];
            case "slice":
                int axis = (int)node.Attributes.Int("dim");
                ImmutableArray<DimExpr> whole = Strides(node.Operands[0]);
                return axis < 0 ? Contiguous(value.Shape) : whole.SetItem(axis, whole[axis] * node.Attributes.Get("step", 1L));
            case "reshape":
                return ViewStrides(node) ?? Contiguous(value.Shape);
            default:
                return Contiguous(value.Shape);
        }
    }

    // The strides of a reshape that needs no copy, else null (the rule of at::detail::computeStride).
    private ImmutableArray<DimExpr>? ViewStrides(Node reshape)
    {
        Value x = reshape.Operands[0];
        ImmutableArray<DimExpr> from = x.Shape, to = reshape.Result.Shape, old = Strides(x);
        if (old.SequenceEqual(Contiguous(from)))
        {
            return Contiguous(to);
        }

        var result = new DimExpr[to.Length];
        int v = to.Length - 1;
        (DimExpr chunk, DimExpr size, DimExpr viewed) = (old[^1], DimExpr.One, DimExpr.One);
        for (int d = from.Length - 1; d >= 0; d--)
        {
            size *= from[d];
            if (d > 0 && (from[d - 1].IsOne || old[d - 1] == size * chunk))
            {
                continue;
            }

            while (v >= 0 && (viewed != size || to[v].IsOne))
            {
                result[v] = viewed * chunk;
                viewed *= to[v--];
            }

            if (viewed != size)
            {
                return null;
            }

            (chunk, size, viewed) = (d > 0 ? old[d - 1] : chunk, DimExpr.One, DimExpr.One);
        }

        return v < 0 ? [.. result] : null;
    }

    // How at::TensorIterator orders the dimensions of a new result: by the strides of the operands, the first that tells deciding.
    private ImmutableArray<long> ElementwiseOrder(Node node)
    {
        int rank = node.Result.Rank;
        long[] inner = [.. Enumerable.Range(0, rank).Select(i => (long)(rank - 1 - i))];
        if (node.Operands.All(o => Strides(o).SequenceEqual(Contiguous(o.Shape))))
        {
            return [.. inner.Reverse()];
        }

        ImmutableArray<DimExpr>[] operands = [.. node.Operands.Select(o => Padded(o, node.Result.Shape))];
        for (int i = 1; i < rank; i++)
        {
            int moving = i;
            for (int j = i - 1; j >= 0; j--)
            {
                int comparison = Compare(operands, node.Result.Shape, inner[j], inner[moving]);
                if (comparison > 0)
                {
                    (inner[j], inner[moving]) = (inner[moving], inner[j]);
                    moving = j;
                }
                else if (comparison < 0)
                {
                    break;
                }
            }
        }

        return [.. inner.Reverse()];
    }

    private ImmutableArray<DimExpr> Padded(Value operand, ImmutableArray<DimExpr> shape)
    {
        int lead = shape.Length - operand.Rank;
        return [.. shape.Select((d, i) => i < lead || (operand.Shape[i - lead].IsOne && !d.IsOne) ? DimExpr.Zero : Strides(operand)[i - lead])];
    }

    private static int Compare(ImmutableArray<DimExpr>[] operands, ImmutableArray<DimExpr> shape, long a, long b)
    {
        foreach (ImmutableArray<DimExpr> operand in operands)
        {
            (DimExpr x, DimExpr y) = (operand[(int)a], operand[(int)b]);
            if (x.IsZero || y.IsZero)
            {
                continue;
            }

            if (x == y)
            {
                if (DimExpr.AtLeast(shape[(int)a], shape[(int)b] + 1))
                {
                    return 1;
                }

                continue;
            }

            // Strides are products of sizes: one that divides the other is the smaller.
            if (DimExpr.TryDivide(y, x) is not null)
            {
                return -1;
            }

            if (DimExpr.TryDivide(x, y) is not null)
            {
                return 1;
            }
        }

        return 0;
    }
}
