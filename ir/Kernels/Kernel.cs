using System.Collections.Immutable;

namespace DlAot.Ir.Kernels;

/// <summary>
/// One fused kernel. Meaning: for every point of <see cref="Grid"/> (any order, in parallel) run the phases in order.
/// <code>
/// for g0 &lt; Grid[0], g1 &lt; Grid[1], ... (parallel)
///   for each phase: its loops, its reductions into temps, its stores
/// </code>
/// Grid points never touch each other's output elements. A phase may load what an earlier phase of the same grid point stored.
/// </summary>
/// <param name="Buffers">What loads and stores refer to by index. Distinct buffers never overlap, unless both are only read.</param>
/// <param name="Checks">Conditions (bool expressions over symbols, vars of the grid and of <see cref="CheckLoops"/>, and loads) that must hold at every point, e.g. index bounds; a false one makes the region return non-zero before anything visible is written.</param>
public sealed record Kernel(
    string Name,
    ImmutableArray<KernelBuffer> Buffers,
    ImmutableArray<DimExpr> Grid,
    ImmutableArray<Phase> Phases,
    ImmutableArray<Expr> Checks,
    Schedule Schedule,
    ImmutableArray<SourceLocation> Origins)
{
    /// <summary>Extents of the loops i0, i1, ... that conditions run over, besides the grid; a condition runs over those that it mentions, in a kernel of one phase over all of them.</summary>
    public ImmutableArray<DimExpr> CheckLoops { get; init; } = [];
}

/// <summary>A buffer of a kernel: dense storage of <paramref name="Elements"/> elements.</summary>
public sealed record KernelBuffer(string Name, DType Type, DimExpr Elements, bool IsWritten);

/// <summary>A step inside a grid point.</summary>
public abstract record Phase
{
    /// <summary>The expressions that the phase computes, in order.</summary>
    public abstract IEnumerable<Expr> Roots { get; }
}

/// <summary>
/// <code>
/// for i0 &lt; Extents[0], i1 &lt; Extents[1], ...     (the last one is contiguous and is the one to vectorise)
///   temp_r = combine(temp_r, Reductions[r].Value)
///   Stores
/// </code>
/// No extents means one point.
/// </summary>
public sealed record LoopPhase(
    ImmutableArray<DimExpr> Extents,
    ImmutableArray<Reduction> Reductions,
    ImmutableArray<Store> Stores) : Phase
{
    public override IEnumerable<Expr> Roots => [.. Reductions.Select(r => r.Value), .. Stores.SelectMany(s => s.Roots)];
}

/// <summary>
/// A matrix product with fused operands and epilogue:
/// <code>
/// for m &lt; M, n &lt; N:
///   temp = 0; for k &lt; K: temp += A(m,k) * B(k,n)
///   Stores(m, n, temp)
/// </code>
/// A and B are usually plain affine loads of <c>m k</c> / <c>k n</c> and grid variables; anything else is allowed and slower.
/// Accumulates in f32 for f16, bf16 and f32, in f64 for f64.
/// </summary>
public sealed record ContractPhase(
    DimExpr M,
    DimExpr N,
    DimExpr K,
    Expr A,
    Expr B,
    Expr.Temp Result,
    ImmutableArray<Store> Stores) : Phase
{
    public override IEnumerable<Expr> Roots => [A, B, .. Stores.SelectMany(s => s.Roots)];
}

/// <summary>How a reduction combines. Max and Min propagate NaN; ArgMax and ArgMin give the first linear position in the phase's extents (NaN wins).</summary>
public enum ReduceKind
{
    Sum,
    Product,
    Max,
    Min,
    Any,
    All,
    ArgMax,
    ArgMin,
}

/// <summary>
/// Accumulates <paramref name="Value"/> over the phase's extents into <paramref name="Result"/>, which has the dtype of the value (for
/// Any and All both are bool, for ArgMax and ArgMin the result is i64). Of no points it is 0, 1, -inf, inf (integers: the extreme
/// values), false, true, 0.
/// </summary>
public sealed record Reduction(ReduceKind Kind, Expr Value, Expr.Temp Result);

/// <summary>Writes Value to element Index of a buffer; a false Predicate writes nothing.</summary>
public sealed record Store(int Buffer, Expr Index, Expr Value, Expr? Predicate = null)
{
    /// <summary>Index, value and, if there is one, predicate.</summary>
    public IEnumerable<Expr> Roots => Predicate is null ? [Index, Value] : [Index, Value, Predicate];
}

/// <summary>How a kernel runs; never changes what it computes, except that Exact keeps eager's order of additions.</summary>
/// <param name="Parallel">Split the work over threads (when there is enough).</param>
/// <param name="Exact">No reassociation of sums beyond what eager does.</param>
/// <param name="MicroM">Rows of a contraction's register tile; 0 lets the back end choose.</param>
/// <param name="MicroN">Columns (or vectors) of it; 0 lets the back end choose.</param>
/// <param name="UnrollVectors">Independent vectors per iteration of the vector loop; 0 lets the back end choose.</param>
public sealed record Schedule(bool Parallel = true, bool Exact = false, int MicroM = 0, int MicroN = 0, int UnrollVectors = 0);
