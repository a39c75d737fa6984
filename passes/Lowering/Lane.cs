using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Lowering;

/// <summary>
/// One value at one point of a kernel's loops, before loops are merged and buffers numbered. Equal lanes are the same object; made by
/// a <see cref="LanePool"/>.
/// </summary>
internal abstract class Lane(int id, DType type, ImmutableArray<Lane> operands, Affine? index)
{
    public int Id { get; } = id;

    public DType Type { get; } = type;

    public ImmutableArray<Lane> Operands { get; } = operands;

    /// <summary>The index that it reads at, or is.</summary>
    public Affine? Index { get; } = index;

    /// <summary>Reductions that must be complete before it can be computed, one after another.</summary>
    public int Level { get; protected init; } = operands.Length == 0 ? 0 : operands.Max(o => o.Level);

    /// <summary>Loop variables it depends on, other than through reductions.</summary>
    public ImmutableHashSet<LoopVar> Vars { get; } = operands.Aggregate(
        index is null ? ImmutableHashSet<LoopVar>.Empty : [.. index.Vars()], (all, o) => o.Vars.IsEmpty ? all : all.Union(o.Vars));

    /// <summary>Expensive operations in it, reductions not counted.</summary>
    public int Weight { get; protected init; } = Math.Min(1000, operands.Sum(o => o.Weight));
}

internal sealed class ConstLane(int id, DType type, double value) : Lane(id, type, [], null)
{
    public double Value { get; } = value;
}

internal sealed class SizeLane(int id, DimExpr value) : Lane(id, DType.I64, [], null)
{
    public DimExpr Value { get; } = value;
}

internal sealed class ScalarLane(int id, DType type, int position) : Lane(id, type, [], null)
{
    public int Position { get; } = position;
}

/// <summary>An index as a number.</summary>
internal sealed class IndexLane(int id, Affine index, ImmutableArray<Lane> elements) : Lane(id, DType.I64, elements, index);

/// <summary>The result of a reduction, or of the product when there is none.</summary>
internal sealed class TempLane : Lane
{
    public TempLane(int id, DType type, ReductionItem? reduction)
        : base(id, type, [], null)
    {
        Reduction = reduction;
        Level = reduction is null ? 0 : reduction.Value.Level + 1;
    }

    public ReductionItem? Reduction { get; }
}

/// <summary>Operands: the elements in its index, then the predicate if there is one.</summary>
internal sealed class LoadLane(int id, Value source, Affine index, ImmutableArray<Lane> operands, Lane? predicate) : Lane(id, source.DType, operands, index)
{
    public Value Source { get; } = source;

    public Lane? Predicate { get; } = predicate;
}

internal sealed class OpLane : Lane
{
    public OpLane(int id, ScalarOp code, DType type, ImmutableArray<Lane> operands)
        : base(id, type, operands, null)
    {
        Code = code;
        Weight += code.IsExpensive() ? 1 : 0;
    }

    public ScalarOp Code { get; }
}

/// <summary>A reduction over the loops of a phase.</summary>
internal sealed record ReductionItem(int Id, ReduceKind Kind, Lane Value, ImmutableArray<LoopVar> Phase);
