using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Strides that tensors have in the library, as far as that is certain: <c>view</c> throws where they do not allow it, so it is only
/// lifted where they do. Tensors read from outside are contiguous, which is checked.
/// </summary>
/// <param name="requireDense">Told that a result of a call must turn out contiguous.</param>
internal sealed class Layouts(GraphBuilder builder, Action<Value> requireDense)
{
    private readonly Dictionary<(Value, bool), ImmutableArray<DimExpr>?> known = [];
    private bool isRequiring;

    /// <summary>True when a view of the shape certainly needs no copy.</summary>
    public bool AllowsView(Value x, ImmutableArray<DimExpr> shape) => Strides(x) is { } strides && Viewed(Shape(x), strides, shape) is not null;

    /// <summary>The same where calls that stay calls may be required to return contiguous tensors.</summary>
    public bool RequireView(Value x, ImmutableArray<DimExpr> shape)
    {
        isRequiring = true;
        try
        {
            return AllowsView(x, shape);
        }
        finally
        {
            isRequiring = false;
        }
    }

    /// <summary>True when the elements certainly lie in row-major order without gaps.</summary>
    public bool IsDense(Value x) => Strides(x) is { } strides && strides.SequenceEqual(Dense(Shape(x)));

    /// <summary>Strides in elements; null when they are not certain.</summary>
    public ImmutableArray<DimExpr>? Strides(Value value)
    {
        if (!known.TryGetValue((value, isRequiring), out ImmutableArray<DimExpr>? strides))
        {
            known[(value, isRequiring)] = strides = Compute(value);
        }

        return strides is { } s ? [.. s.Select(builder.Facts.Normalize)] : null;
    }

    private ImmutableArray<DimExpr> Shape(Value x) => builder.TypeOf(x).Shape;

    private ImmutableArray<DimExpr>? Compute(Value value)
    {
        ImmutableArray<DimExpr> dense = Dense(Shape(value));
        if (value.Node is not { } node || node.Op.Family == OpFamily.Creation || node.Op == Op.Contiguous)
        {
            return dense;
        }

        // What the library returns usually is contiguous; the call is followed by a check.
        if (node.Op == Op.Extern)
        {
            if (!isRequiring)
            {
                return null;
            }

            requireDense(value);
            return dense;
        }

        ImmutableArray<DimExpr>? first = node.Operands.Length > 0 ? Strides(node.Operands[0]) : null;
        switch (node.Op.Name)
        {
            case "permute":
                return first is { } p ? [.. node.Attributes.Ints("dims").Select(d => p[(int)d])] : null;
            case "slice" when first is { } s:
                int axis = (int)node.Attributes.Int("dim");
                axis = axis < 0 ? axis + s.Length : axis;
                return s.SetItem(axis, s[axis] * node.Attributes.Get("step", 1L));
            case "expand" when first is { } e:
                int lead = value.Rank - e.Length;
                ImmutableArray<DimExpr> from = Shape(node.Operands[0]);
                return [.. Shape(value).Select((d, i) => i < lead || (from[i - lead].IsOne && !d.IsOne) ? DimExpr.Zero : e[i - lead])];
            case "reshape":
                return first is { } r ? Viewed(Shape(node.Operands[0]), r, Shape(value)) ?? null : null;
            case "take" or "gather" or "concat" or "matmul" or "linear" or "pad":
                return dense;
        }

        // Operands in row-major order give a result in row-major order; one full-size operand in another order gives its own.
        ImmutableArray<Value> operands = node.Operands;
        if (operands.All(o => Strides(o) is { } x && x.SequenceEqual(Dense(Shape(o)))))
        {
            return dense;
        }

        return node.Op.Family == OpFamily.Elementwise && operands.Where(o => Shape(o).Length > 0).ToArray() is [var only] && Strides(only) is { } own && IsPermutation(own, Shape(only)) ? own : null;
    }

    // The same numbers as row-major strides of the dimensions in another order: no gaps, nothing twice.
    private bool IsPermutation(ImmutableArray<DimExpr> strides, ImmutableArray<DimExpr> shape)
    {
        var left = Enumerable.Range(0, shape.Length).ToList();
        DimExpr expected = DimExpr.One;
        while (left.Count > 0)
        {
            int next = left.FindIndex(i => strides[i] == expected);
            if (next < 0)
            {
                return false;
            }

            expected = builder.Facts.Normalize(expected * shape[left[next]]);
            left.RemoveAt(next);
        }

        return true;
    }

    private ImmutableArray<DimExpr> Dense(ImmutableArray<DimExpr> shape)
    {
        var strides = new DimExpr[shape.Length];
        DimExpr stride = DimExpr.One;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride = builder.Facts.Normalize(stride * shape[d]);
        }

        return [.. strides];
    }

    // The rule of libtorch (at::detail::computeStride): runs of dimensions without gaps are split up anew.
    private ImmutableArray<DimExpr>? Viewed(ImmutableArray<DimExpr> from, ImmutableArray<DimExpr> strides, ImmutableArray<DimExpr> to)
    {
        to = [.. to.Select(builder.Facts.Normalize)];
        if (strides.SequenceEqual(Dense(from)))
        {
            return Dense(to);
        }

        var result = new DimExpr[to.Length];
        int v = to.Length - 1;
        (DimExpr chunk, DimExpr size, DimExpr viewed) = (strides[^1], DimExpr.One, DimExpr.One);
        for (int d = from.Length - 1; d >= 0; d--)
        {
            size = builder.Facts.Normalize(size * from[d]);
            if (d > 0 && (from[d - 1].IsOne || strides[d - 1] == builder.Facts.Normalize(size * chunk)))
            {
                continue;
            }

            while (v >= 0 && (viewed != size || to[v].IsOne))
            {
                result[v] = viewed * chunk;
                viewed = builder.Facts.Normalize(viewed * to[v--]);
            }

            if (viewed != size)
            {
                return null;
            }

            (chunk, size, viewed) = (d > 0 ? strides[d - 1] : chunk, DimExpr.One, DimExpr.One);
        }

        return v < 0 ? [.. result] : null;
    }
}
