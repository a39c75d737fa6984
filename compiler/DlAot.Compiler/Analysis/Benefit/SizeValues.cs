using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>Values of size symbols that an estimate is made at, and where they come from.</summary>
/// <param name="Source">In words: <c>typical, batch 32</c>.</param>
public sealed record SizeValues(string Source, ImmutableSortedDictionary<string, long> Values)
{
    private const double Most = 1L << 40;

    /// <summary>The value of an expression, at least 0; symbols without one are 1, and what cannot be computed is 1.</summary>
    public double this[DimExpr size]
    {
        get
        {
            try
            {
                return Math.Clamp(size.Constant ?? size.Evaluate(s => Values.GetValueOrDefault(s, 1)), 0, Most);
            }
            catch (Exception e) when (e is DivideByZeroException or OverflowException)
            {
                return 1;
            }
        }
    }

    /// <summary>Elements of a tensor.</summary>
    public double Elements(TensorType type) => type.Shape.Aggregate(1.0, (n, d) => Math.Min(Most, n * this[d]));

    /// <summary>Bytes of a tensor.</summary>
    public double Bytes(TensorType type) => Elements(type) * type.DType.Size();

    public override string ToString() => Values.IsEmpty ? Source : $"{Source}: {string.Join(", ", Values.Select(v => $"{v.Key}={v.Value}"))}";
}
