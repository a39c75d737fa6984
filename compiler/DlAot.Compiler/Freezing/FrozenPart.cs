using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Plans;

namespace DlAot.Compiler.Freezing;

/// <summary>
/// The part of a version that depends on parameters alone: it runs at the first call, and again when their contents have changed. The rest of the
/// version reads its results as inputs that come after those of its graph.
/// </summary>
/// <param name="Version">The part's graph and how its inputs are reached, all of them from <c>this</c>.</param>
/// <param name="Plan">One region, whose outputs are what is kept.</param>
public sealed record FrozenPart(LiftedVersion Version, Plan Plan)
{
    private const long Alignment = 64;

    /// <summary>Bytes of all results together.</summary>
    public DimExpr Bytes => OffsetOf(Plan.Outputs.Length);

    /// <summary>Where a result begins.</summary>
    public DimExpr OffsetOf(int result) => Plan.Outputs.Take(result).Aggregate(DimExpr.Zero, (sum, o) => sum + DimExpr.CeilDiv(BytesOf(Plan.Buffers[o].Type), Alignment) * Alignment);

    /// <summary>Bytes of a tensor.</summary>
    public static DimExpr BytesOf(TensorType type) => type.Numel * type.DType.Size();
}
