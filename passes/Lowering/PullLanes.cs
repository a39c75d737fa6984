using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Passes.Fusion;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Lowering;

/// <summary>What a graph value is at an index inside a group: elementwise ops recurse, views change the index, stored values load.</summary>
internal sealed class PullLanes(PassState state, Group group)
{
    private readonly Dictionary<(Value Value, string Index, int Predicate), Lane> known = [];
    private readonly List<ReductionItem> reductions = [];
    private readonly List<Lane> checks = [];

    public LanePool Pool { get; } = new();

    public IReadOnlyList<ReductionItem> Reductions => reductions;

    /// <summary>Conditions that must hold at every point.</summary>
    public IReadOnlyList<Lane> Checks => checks;

    public Lane Pull(Value value, ImmutableArray<Affine> index, Lane? predicate = null)
    {
        var key = (value, string.Join(";", index.Select(i => i.Key)), predicate?.Id ?? -1);
        if (!known.TryGetValue(key, out Lane? lane))
        {
            known[key] = lane = Compute(value, index, predicate);
        }

        return lane;
    }

    private Lane Compute(Value value, ImmutableArray<Affine> index, Lane? predicate)
    {
        if (value.Node is not { } node)
        {
            return state.Graph.Inputs[value.Index].Kind == InputKind.Scalar
                ? Pool.Scalar(value.DType, state.Graph.Inputs.Take(value.Index).Count(i => i.Kind == InputKind.Scalar))
                : Pool.Load(value, IndexMaps.Linear(index, value.Shape), predicate);
        }

        bool isStoredElsewhere = state.Groups!.Producers.TryGetValue(value, out Group? producer) && producer != group;
        if (isStoredElsewhere && !state.ExternViews.Contains(node))
        {
            return Pool.Load(value, IndexMaps.Linear(index, value.Shape), predicate);
        }

        return node.Op.Family switch
        {
            OpFamily.Elementwise => node.Op.Scalar == ScalarOp.Cast
                ? Pool.Cast(Pull(node.Operands[0], index, predicate), value.DType)
                : Pool.Op(node.Op.Scalar!.Value, value.DType, [.. OperandIndices.Of(group.Space, node, index, -1).Select(o => Pull(node.Operands[o.Operand], o.Index, predicate))]),
            OpFamily.View => Pull(node.Operands[0], IndexMaps.ThroughView(group.Space, node, index), predicate),
            OpFamily.Creation => Create(node, index),
            OpFamily.Movement => Move(node, index, predicate),
            OpFamily.Reduction => Reduce(node, index),
            _ when node == group.Core => Pool.Cast(Pool.Temp(Accumulator(value.DType), null), value.DType),
            _ => throw new InvalidOperationException($"{node} has no kernel."),
        };
    }

    private static DType Accumulator(DType type) => type is DType.F16 or DType.BF16 ? DType.F32 : type;

    private Lane Create(Node node, ImmutableArray<Affine> index) => node.Op.Name switch
    {
        "full" => Pool.Const(node.Result.DType, node.Attributes.Float("value")),
        "iota" => Pool.Cast(Pool.Index(index[0]), node.Result.DType),
        "dim" => Pool.Size(node.Attributes.Dim("value")),
        _ => throw new InvalidOperationException($"{node.Op} has no kernel."),
    };

    private Lane Reduce(Node node, ImmutableArray<Affine> index)
    {
        ImmutableArray<LoopVar> phase = group.PhaseVars(OperandIndices.ReducedExtents(node));
        Lane x = Pull(node.Operands[0], OperandIndices.Reduced(node, index, phase));
        ReduceKind kind = Op.ReduceKindOf(node.Op)!.Value;
        DType result = node.Result.DType;
        (kind, Lane value, DType accumulator) = kind switch
        {
            ReduceKind.Any or ReduceKind.All => (kind, Pool.Cast(x, DType.Bool), DType.Bool),
            ReduceKind.Max or ReduceKind.Min when x.Type == DType.Bool => (kind == ReduceKind.Max ? ReduceKind.Any : ReduceKind.All, x, DType.Bool),
            ReduceKind.Max or ReduceKind.Min => (kind, x, x.Type),
            ReduceKind.ArgMax or ReduceKind.ArgMin => (kind, x.Type == DType.Bool ? Pool.Cast(x, DType.U8) : x, DType.I64),
            _ => (kind, Pool.Cast(x, Accumulator(result)), Accumulator(result)),
        };
        ReductionItem? item = reductions.Find(r => r.Kind == kind && r.Value == value && r.Phase.SequenceEqual(phase));
        if (item is null)
        {
            reductions.Add(item = new ReductionItem(reductions.Count, kind, value, phase));
        }

        return Pool.Cast(Pool.Temp(accumulator, item), result);
    }

    private Lane Move(Node node, ImmutableArray<Affine> index, Lane? predicate)
    {
        OperandIndex[] operands = [.. OperandIndices.Of(group.Space, node, index, predicate?.Id ?? -1).Take(1)];
        switch (node.Op.Name)
        {
            case "concat":
                return Concat(node, index, predicate);
            case "pad":
                return Pad(node, operands[0].Index, predicate);
            default:
                int axis = (int)node.Attributes.Int("dim");
                Lane element = Pool.Cast(Pull(node.Operands[1], operands[0].Index, predicate), DType.I64);
                OperandIndex data = OperandIndices.Of(group.Space, node, index, predicate?.Id ?? -1).Last();
                Pool.Define(data.Index[axis].Elements().Single(), element);
                Lane inRange = Pool.And(Compare(ScalarOp.Ge, element, 0), Compare(ScalarOp.Lt, element, node.Operands[0].Shape[axis]));
                Lane check = predicate is null ? inRange : Pool.Op(ScalarOp.Or, DType.Bool, Pool.Op(ScalarOp.Not, DType.Bool, predicate), inRange);
                if (!checks.Contains(check))
                {
                    checks.Add(check);
                }

                return Pull(node.Operands[0], data.Index, predicate);
        }
    }

    private Lane Concat(Node node, ImmutableArray<Affine> index, Lane? predicate)
    {
        Lane at = Pool.Index(index[(int)node.Attributes.Int("dim")]);
        Lane? result = null;
        DimExpr end = node.Result.Shape[(int)node.Attributes.Int("dim")];
        foreach (OperandIndex part in OperandIndices.Of(group.Space, node, index, -1).Reverse())
        {
            DimExpr start = end - node.Operands[part.Operand].Shape[(int)node.Attributes.Int("dim")];
            Lane before = Compare(ScalarOp.Lt, at, end);
            Lane? inside = predicate;
            inside = part.Operand > 0 ? Pool.And(inside, Compare(ScalarOp.Ge, at, start)) : inside;
            inside = result is not null ? Pool.And(inside, before) : inside;
            Lane x = Pull(node.Operands[part.Operand], part.Index, inside);
            result = result is null ? x : Pool.Op(ScalarOp.Select, x.Type, before, x, result);
            end = start;
        }

        return result!;
    }

    private Lane Pad(Node node, ImmutableArray<Affine> index, Lane? predicate)
    {
        Lane? inside = null;
        for (int d = 0; d < index.Length; d++)
        {
            if (!node.Attributes.Dims("low")[d].IsZero)
            {
                inside = Pool.And(inside, Compare(ScalarOp.Ge, Pool.Index(index[d]), 0));
            }

            if (!node.Attributes.Dims("high")[d].IsZero)
            {
                inside = Pool.And(inside, Compare(ScalarOp.Lt, Pool.Index(index[d]), node.Operands[0].Shape[d]));
            }
        }

        Lane x = Pull(node.Operands[0], index, inside is null ? predicate : Pool.And(predicate, inside));
        return inside is null ? x : Pool.Op(ScalarOp.Select, x.Type, inside, x, Pool.Const(x.Type, node.Attributes.Float("value")));
    }

    private Lane Compare(ScalarOp code, Lane left, DimExpr right) => Pool.Op(code, DType.Bool, left, Pool.Size(right));
}
