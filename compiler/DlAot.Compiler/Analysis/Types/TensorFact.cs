using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>Where a tensor lives.</summary>
public enum DeviceKind
{
    Cpu,
    Cuda,
}

/// <summary>How its elements lie.</summary>
public enum LayoutKind
{
    /// <summary>Row by row, without gaps.</summary>
    Contiguous,

    /// <summary>With strides of its own.</summary>
    Strided,
}

/// <summary>Where a tensor comes from; a set, so its join is the union.</summary>
[Flags]
public enum Origins
{
    None = 0,
    Argument = 1,
    Parameter = 2,
    Buffer = 4,
    Factory = 8,
    Op = 16,
}

/// <summary>
/// What is known of a tensor: a product of lattices, joined part by part. Sizes are joined with those of all other tensors of a
/// signature (<see cref="SignatureJoin"/>), because equal sizes are facts, too.
/// </summary>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Sizes, by <see cref="ShapeFact"/>.</param>
public sealed record TensorFact(Flat<DType> DType, ShapeFact Shape, Flat<DeviceKind> Device = default, Flat<LayoutKind> Layout = default, Flat<bool> RequiresGrad = default, Origins Origin = Origins.None)
{
    /// <summary>No tensor was seen.</summary>
    public static TensorFact Bottom { get; } = new(Flat<DType>.Bottom, ShapeFact.Bottom);

    public bool IsBottom => Shape.IsBottom && DType.IsBottom;

    public static TensorFact Of(TensorType type) => new(Flat<DType>.Of(type.DType), ShapeFact.Of(type.Shape));

    /// <summary><c>f32[N,3,H,W]</c>; an element type that may be any is <c>?</c>, an unknown number of dimensions <c>any rank</c>.</summary>
    public override string ToString() => IsBottom ? "none" : $"{DType.Value?.Name() ?? "?"}[{Shape}]";
}

/// <summary>The sizes of a tensor: nothing seen (bottom), so many dimensions, or an unknown number of them (top).</summary>
public sealed record ShapeFact
{
    private readonly bool isSeen;

    private ShapeFact(bool isSeen, ImmutableArray<DimExpr>? dims)
    {
        this.isSeen = isSeen;
        Dims = dims;
    }

    /// <summary>Null at the bottom and at the top.</summary>
    public ImmutableArray<DimExpr>? Dims { get; }

    public bool IsBottom => !isSeen;

    public bool IsTop => isSeen && Dims is null;

    public static ShapeFact Bottom { get; } = new(false, null);

    public static ShapeFact Top { get; } = new(true, null);

    public static ShapeFact Of(ImmutableArray<DimExpr> dims) => new(true, dims);

    public bool Equals(ShapeFact? other) => other is not null && isSeen == other.isSeen && Dims is null == other.Dims is null && (Dims is null || Dims.Value.SequenceEqual(other.Dims!.Value));

    public override int GetHashCode() => Dims?.Aggregate(1, HashCode.Combine) ?? (isSeen ? 1 : 0);

    public override string ToString() => Dims is { } dims ? string.Join(",", dims) : "any rank";
}
