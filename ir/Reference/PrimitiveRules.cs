using System.Collections.Frozen;
using System.Collections.Immutable;

namespace DlAot.Ir.Reference;

/// <summary>Fills the result of a primitive, which has the dtype and shape that the op's type rule gave.</summary>
internal delegate NdArray PrimitiveRule(Attributes attributes, ImmutableArray<NdArray> operands, NdArray result);

/// <summary>What each primitive op does, one row an op.</summary>
internal static class PrimitiveRules
{
    public static FrozenDictionary<string, PrimitiveRule> ByName { get; } = Rows().ToFrozenDictionary(r => r.Op.Name, r => r.Rule, StringComparer.Ordinal);

    private static IEnumerable<(OpDef Op, PrimitiveRule Rule)> Rows() =>
    [
        .. Op.Rows.Where(op => op.Family == OpFamily.Elementwise).Select(op => (op, Elementwise(op.Scalar!.Value))),
        .. Op.Rows.Where(op => Op.ReduceKindOf(op) is not null).Select(op => (op, Reduction(Op.ReduceKindOf(op)!.Value))),
        (Op.Reshape, (_, x, r) => x[0].Reshape(r.Shape)),
        (Op.Permute, (a, x, r) => Move(r, x[0], (at, from) => ForEachAxis(from, i => from[a.Ints("dims")[i]] = at[i]))),
        (Op.Expand, (_, x, r) => Fill(r, at => x[0][Indexing.BroadcastFlat(x[0].Shape, at)])),
        (Op.Slice, (a, x, r) => MoveAlong(r, x[0], Axis(a, r), i => Size(a, "start") + (i * a.Get("step", 1L)))),
        (Op.Flip, (a, x, r) => Move(r, x[0], (at, from) => ForEachAxis(from, i => from[i] = IsNamed(a, i, r) ? r.Shape[i] - 1 - at[i] : at[i]))),
        (Op.Full, (a, _, r) => Fill(r, _ => ScalarValue.Of(r.Type, a.Float("value")))),
        (Op.Iota, (_, _, r) => Fill(r, at => ScalarValue.Of(r.Type, at[0]))),
        (Op.Dim, (a, _, r) => Fill(r, _ => ScalarValue.Of(r.Type, Size(a, "value")))),
        (Op.Concat, Concat),
        (Op.Pad, Pad),
        (Op.Take, Take),
        (Op.Gather, Gather),
        (Op.CumSum, CumSum),
        (Op.MatMul, ContractionRules.MatMul),
        (Op.Conv, ContractionRules.Conv),
        (Op.MaxPool, ContractionRules.MaxPool),
        (Op.AvgPool, ContractionRules.AvgPool),
    ];

    private static PrimitiveRule Elementwise(ScalarOp scalar) => (_, x, r) =>
    {
        var lane = new ScalarValue[x.Length];
        return Fill(r, at =>
        {
            for (int i = 0; i < lane.Length; i++)
            {
                lane[i] = x[i][Indexing.BroadcastFlat(x[i].Shape, at)];
            }

            return ScalarSemantics.Apply(scalar, r.Type, lane);
        });
    };

    private static PrimitiveRule Reduction(Kernels.ReduceKind kind) => (a, x, r) =>
    {
        // Positions of the result with the reduced dimensions kept as 1.
        ImmutableArray<long> kept = [.. x[0].Shape.Select((d, i) => IsNamed(a, i, x[0]) ? 1 : d)];
        var accumulators = new Accumulator?[r.Count];
        long flat = 0;
        foreach (long[] at in Indexing.Indices(x[0].Shape))
        {
            ref Accumulator? accumulator = ref accumulators[Indexing.BroadcastFlat(kept, at)];
            accumulator ??= new Accumulator(kind, r.Type);
            accumulator.Add(x[0][flat++]);
        }

        for (long i = 0; i < r.Count; i++)
        {
            r[i] = (accumulators[i] ?? new Accumulator(kind, r.Type)).Result();
        }

        return r;
    };

    private static NdArray Concat(Attributes a, ImmutableArray<NdArray> x, NdArray r)
    {
        int axis = Axis(a, r);
        long start = 0;
        foreach (NdArray part in x)
        {
            foreach (long[] at in Indexing.Indices(part.Shape))
            {
                long[] to = [.. at];
                to[axis] += start;
                r[Indexing.Flat(r.Shape, to)] = part[Indexing.Flat(part.Shape, at)];
            }

            start += part.Shape[axis];
        }

        return r;
    }

    private static NdArray Pad(Attributes a, ImmutableArray<NdArray> x, NdArray r)
    {
        long[] from = new long[r.Rank];
        ImmutableArray<long> low = [.. a.Dims("low").Select(d => d.Constant!.Value)];
        return Fill(r, at =>
        {
            ForEachAxis(from, i => from[i] = at[i] - low[i]);
            return Indexing.IsInside(x[0].Shape, from) ? x[0][Indexing.Flat(x[0].Shape, from)] : ScalarValue.Of(r.Type, a.Float("value"));
        });
    }

    private static NdArray Take(Attributes a, ImmutableArray<NdArray> x, NdArray r)
    {
        int axis = Axis(a, x[0]), indexRank = x[1].Rank;
        return Fill(r, at =>
        {
            long index = x[1][Indexing.Flat(x[1].Shape, at.AsSpan(axis, indexRank))].Integer;
            long[] from = [.. at[..axis], Checked(index, x[0].Shape[axis]), .. at[(axis + indexRank)..]];
            return x[0][Indexing.Flat(x[0].Shape, from)];
        });
    }

    private static NdArray Gather(Attributes a, ImmutableArray<NdArray> x, NdArray r)
    {
        int axis = Axis(a, x[0]);
        return Fill(r, at =>
        {
            long[] from = [.. at];
            from[axis] = Checked(x[1][Indexing.Flat(x[1].Shape, at)].Integer, x[0].Shape[axis]);
            return x[0][Indexing.Flat(x[0].Shape, from)];
        });
    }

    // Running float sums are kept in float64, as libtorch does on the CPU.
    private static NdArray CumSum(Attributes a, ImmutableArray<NdArray> x, NdArray r)
    {
        int axis = Axis(a, r);
        ImmutableArray<long> lines = r.Shape.SetItem(axis, 1);
        foreach (long[] line in Indexing.Indices(lines))
        {
            long[] at = [.. line];
            var sum = new Accumulator(Kernels.ReduceKind.Sum, r.Type);
            for (at[axis] = 0; at[axis] < r.Shape[axis]; at[axis]++)
            {
                long flat = Indexing.Flat(r.Shape, at);
                sum.Add(x[0][flat]);
                r[flat] = sum.Result();
            }
        }

        return r;
    }

    private static NdArray Fill(NdArray r, Func<long[], ScalarValue> valueAt)
    {
        long flat = 0;
        foreach (long[] at in Indexing.Indices(r.Shape))
        {
            r[flat++] = valueAt(at);
        }

        return r;
    }

    // The element of r at each index is the element of x at the index that is filled in.
    private static NdArray Move(NdArray r, NdArray x, Action<long[], long[]> fillIndex)
    {
        long[] from = new long[x.Rank];
        return Fill(r, at =>
        {
            fillIndex(at, from);
            return x[Indexing.Flat(x.Shape, from)];
        });
    }

    private static NdArray MoveAlong(NdArray r, NdArray x, int axis, Func<long, long> position) =>
        Move(r, x, (at, from) => ForEachAxis(from, i => from[i] = i == axis ? Checked(position(at[i]), x.Shape[i]) : at[i]));

    private static void ForEachAxis(long[] index, Action<int> action)
    {
        for (int i = 0; i < index.Length; i++)
        {
            action(i);
        }
    }

    private static int Axis(Attributes a, NdArray x) => Indexing.Axis(a.Int("dim"), x.Rank);

    private static long Size(Attributes a, string name) => a.Dim(name).Constant!.Value;

    private static bool IsNamed(Attributes a, int axis, NdArray x) => a.Ints("dims").Any(d => Indexing.Axis(d, x.Rank) == axis);

    private static long Checked(long index, long size) =>
        index >= 0 && index < size ? index : throw new EvaluationException($"index {index} is out of range for size {size}");
}
