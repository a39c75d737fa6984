using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Strides that tensors have in the library, as far as that is certain: <c>view</c> throws where they do not allow it, so it is not
/// lifted where they do not. Tensors read from outside are contiguous, which is checked. Where strides depend on what the library
/// chooses (attention, images in channels-last order), a view that eager code survives has the elements of a reshape; that it is one
/// and no copy is not certain, so nothing may be written through it.
/// </summary>
/// <param name="requireDense">Told that a result of a call must turn out contiguous.</param>
/// <param name="open">An input whose strides are not known.</param>
internal sealed class Layouts(GraphBuilder builder, Action<Value> requireDense, Value? open = null)
{
    private readonly Dictionary<(Value, bool), ImmutableArray<DimExpr>?> known = [];
    private readonly List<Func<Layouts, bool>> answers = []; // whether each answer given would be the same
    private readonly HashSet<Value> required = []; // results of calls that are checked to be contiguous
    private bool isRequiring;

    /// <summary>True when a view of the shape certainly needs no copy.</summary>
    public bool AllowsView(Value x, ImmutableArray<DimExpr> shape)
    {
        bool allows = Allows(x, shape);
        answers.Add(l => l.Allows(x, shape) == allows);
        return allows;
    }

    /// <summary>
    /// Whether nothing depends on the strides of an input: neither what has been asked so far nor those of the results. Then a
    /// contiguous copy does as well.
    /// </summary>
    public bool IsFreeOf(Value input, IEnumerable<Value> outputs)
    {
        var without = new Layouts(builder, _ => { }, input);
        return answers.TrueForAll(a => a(without)) && outputs.All(o => without.Strides(o) is not null)
            && builder.Nodes.Where(n => n.Op == Op.Contiguous).All(n => without.IsRowMajor(n.Operands[0]) == IsRowMajor(n.Operands[0]));
    }

    private bool Allows(Value x, ImmutableArray<DimExpr> shape) => Strides(x) is { } strides && Viewed(Shape(x), strides, shape) is not null;

    /// <summary>False when a view of the shape throws for all that is known. Calls that stay calls may be required to return contiguous tensors.</summary>
    public bool RequireView(Value x, ImmutableArray<DimExpr> shape)
    {
        answers.Add(l => l.Requires(x, shape) == true);
        return Requires(x, shape) != false;
    }

    // Null where strides are not certain.
    private bool? Requires(Value x, ImmutableArray<DimExpr> shape)
    {
        isRequiring = true;
        try
        {
            return Strides(x) is { } strides ? Viewed(Shape(x), strides, shape) is not null : null;
        }
        finally
        {
            isRequiring = false;
        }
    }

    /// <summary>True when the elements certainly lie in row-major order without gaps.</summary>
    public bool IsDense(Value x)
    {
        bool isDense = IsRowMajor(x);
        answers.Add(l => l.IsRowMajor(x) == isDense);
        return isDense;
    }

    private bool IsRowMajor(Value x) => Strides(x) is { } strides && strides.SequenceEqual(Dense(Shape(x)));

    /// <summary>Strides in elements; null when they are not certain.</summary>
    public ImmutableArray<DimExpr>? Strides(Value value)
    {
        if (!known.TryGetValue((value, isRequiring), out ImmutableArray<DimExpr>? strides))
        {
            foreach (Value before in LongWayTo(value))
            {
                known[(before, isRequiring)] = Compute(before);
            }

            known[(value, isRequiring)] = strides = Compute(value);
        }

        return strides is { } s ? [.. s.Select(builder.Facts.Normalize)] : null;
    }

    // Thousands of operations one after the other are too many to ask each the one before.
    private Stack<Value> LongWayTo(Value value)
    {
        const int Long = 200;
        var way = new Stack<Value>();
        for (Value v = value; v.Node is { Operands: [var first, ..] } && !known.ContainsKey((first, isRequiring)); v = first)
        {
            way.Push(first);
        }

        return way.Count > Long ? way : [];
    }

    private ImmutableArray<DimExpr> Shape(Value x) => builder.TypeOf(x).Shape;

    private ImmutableArray<DimExpr>? Compute(Value value)
    {
        ImmutableArray<DimExpr> dense = Dense(Shape(value));
        if (value == open)
        {
            return null;
        }

        if (value.Node is not { } node || node.Op.Family == OpFamily.Creation || node.Op == Op.Contiguous)
        {
            return dense;
        }

        // What the library returns usually is contiguous; the call is followed by a check.
        if (node.Op == Op.Extern)
        {
            if (isRequiring && required.Add(value))
            {
                requireDense(value);
                known.Clear(); // what follows from it may be certain now
            }

            return required.Contains(value) ? dense : null;
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
        }

        // Operands in row-major order give a result in row-major order. Only images and volumes have another order that concatenation
        // keeps (aten/native/TensorShape.cpp, cat).
        ImmutableArray<Value> operands = node.Operands;
        if (AlwaysDense.Contains(node.Op) || (node.Op == Op.Concat && value.Rank is not (4 or 5)) || node.Op.Family == OpFamily.Reduction || operands.All(o => Strides(o) is { } x && x.SequenceEqual(Dense(Shape(o)))))
        {
            return dense;
        }

        if (KeepsFormat.Contains(node.Op))
        {
            return operands.All(o => Strides(o) is { } x && (o.Rank == 4 || node.Op == Op.Concat || node.Op == Op.Pad) && !(o.Rank == 4 && x.SequenceEqual(ChannelsLast(Shape(o))))) ? dense : null;
        }

        return node.Op.Family == OpFamily.Elementwise || Pointwise.Contains(node.Op) ? Elementwise(Shape(value), operands) : null;
    }

    // Sizes of 0 do not count: then there are no elements.
    private static bool IsAtMost(DimExpr a, DimExpr b) => DimExpr.AtLeast(b, a) || DimExpr.TryDivide(b, a) is not null;

    // [N,C,H,W] in the order [N,H,W,C].
    private ImmutableArray<DimExpr> ChannelsLast(ImmutableArray<DimExpr> shape)
    {
        DimExpr row = builder.Facts.Normalize(shape[3] * shape[1]);
        return [builder.Facts.Normalize(shape[2] * row), DimExpr.One, row, builder.Facts.Normalize(shape[1])];
    }

    // These return images in the order of dimensions of what they are given, where that is one of the usual ones.
    private static readonly HashSet<OpDef> KeepsFormat = [Op.Conv, Op.BatchNorm, Op.MaxPool, Op.AvgPool, Op.Concat, Op.Pad];

    // What these return is made contiguous, whatever they are given.
    private static readonly HashSet<OpDef> AlwaysDense = [Op.Take, Op.Gather, Op.MatMul, Op.Linear, Op.Softmax, Op.LogSoftmax, Op.LayerNorm, Op.CumSum];

    // Composites that the library computes element by element.
    private static readonly HashSet<OpDef> Pointwise = [Op.Relu, Op.Gelu, Op.Silu, Op.Clamp, Op.Elu, Op.HardSigmoid, Op.HardSwish, Op.LeakyRelu, Op.Mish, Op.Reciprocal, Op.Softplus, Op.Square];

    // The rule of libtorch (TensorIteratorBase::reorder_dimensions): dimensions keep the order in which the first operand that tells has them.
    private ImmutableArray<DimExpr>? Elementwise(ImmutableArray<DimExpr> shape, ImmutableArray<Value> operands)
    {
        var strides = new List<ImmutableArray<DimExpr>>();
        foreach (Value o in operands.Where(o => Shape(o).Length > 0))
        {
            if (Strides(o) is not { } own)
            {
                return null;
            }

            // A dimension that is stretched, or missing, has stride 0.
            ImmutableArray<DimExpr> from = Shape(o);
            int lead = shape.Length - from.Length;
            strides.Add([.. shape.Select((d, i) => i < lead || (from[i - lead].IsOne && !builder.Facts.Normalize(d).IsOne) ? DimExpr.Zero : own[i - lead])]);
        }

        if (strides is [var only] && shape.Length == Shape(operands.First(o => Shape(o).Length > 0)).Length && IsPermutation(only, shape))
        {
            return only;
        }

        int[] order = [.. Enumerable.Range(0, shape.Length).Reverse()]; // innermost first
        for (int i = 1; i < order.Length; i++)
        {
            for (int inner = i - 1, outer = i; inner >= 0; inner--)
            {
                switch (Compare(order[inner], order[outer]))
                {
                    case null:
                        return null;
                    case > 0:
                        (order[inner], order[outer]) = (order[outer], order[inner]);
                        outer = inner;
                        break;
                    case < 0:
                        inner = -1;
                        break;
                }
            }
        }

        var result = new DimExpr[shape.Length];
        DimExpr stride = DimExpr.One;
        foreach (int d in order)
        {
            result[d] = stride;
            stride = builder.Facts.Normalize(stride * shape[d]);
        }

        return [.. result];

        // Whether dimension a lies further apart than b, in the first operand that tells; null where that is not certain.
        int? Compare(int a, int b)
        {
            foreach (ImmutableArray<DimExpr> s in strides.Where(s => !s[a].IsZero && !s[b].IsZero))
            {
                if (s[a] != s[b])
                {
                    return IsAtMost(s[a], s[b]) ? -1 : IsAtMost(s[b], s[a]) ? 1 : null;
                }

                if (shape[a] != shape[b])
                {
                    return IsAtMost(shape[a], shape[b]) ? 0 : IsAtMost(shape[b], shape[a]) ? 1 : null;
                }
            }

            return 0;
        }
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

            while (v >= 0 && (!IsSame(viewed, size) || to[v].IsOne))
            {
                result[v] = viewed * chunk;
                viewed = builder.Facts.Normalize(viewed * to[v--]);
            }

            if (!IsSame(viewed, size))
            {
                return null;
            }

            (chunk, size, viewed) = (d > 0 ? strides[d - 1] : chunk, DimExpr.One, DimExpr.One);
        }

        return v < 0 ? [.. result] : null;
    }

    // (c / h) * h is c where the code means heads of equal size; that it is so is checked.
    private bool IsSame(DimExpr a, DimExpr b) => a == b || (isRequiring && Exact(a) == Exact(b) && builder.Facts.TryEqual(a, b));

    // What it is when all divisions leave nothing.
    private static DimExpr Exact(DimExpr size)
    {
        DimExpr sum = DimExpr.Zero;
        foreach (DimExpr.Term term in size.Terms)
        {
            DimExpr exact = term.Coefficient;
            foreach (DimExpr.Atom atom in term.Atoms)
            {
                exact *= atom is DimExpr.Atom.FloorDiv { Left: var left, Right: var right } ? DimExpr.FloorDiv(Exact(left), Exact(right)) : new DimExpr.Term(1, [atom]).Value;
            }

            foreach (DimExpr.Atom.FloorDiv quotient in exact.Terms is [var product] ? product.Atoms.OfType<DimExpr.Atom.FloorDiv>() : [])
            {
                exact = DimExpr.TryDivide(exact, new DimExpr.Term(1, [quotient]).Value * quotient.Right) is { } rest ? rest * quotient.Left : exact;
            }

            sum += exact;
        }

        return sum;
    }
}
