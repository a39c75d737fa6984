using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>Dtype and symbolic shape of a tensor value. Rank 0 is a scalar.</summary>
public sealed record TensorType(DType DType, ImmutableArray<DimExpr> Shape)
{
    public static TensorType Of(DType dtype, params ReadOnlySpan<DimExpr> shape) => new(dtype, [.. shape]);

    public int Rank => Shape.Length;

    /// <summary>Number of elements.</summary>
    public DimExpr Numel => DimExpr.Product(Shape);

    public bool Equals(TensorType? other) => other is not null && DType == other.DType && Shape.SequenceEqual(other.Shape);

    public override int GetHashCode() => Shape.Aggregate((int)DType, HashCode.Combine);

    /// <summary>For example <c>f32[N,3,H,W]</c>.</summary>
    public override string ToString() => $"{DType.Name()}[{string.Join(",", Shape)}]";
}
