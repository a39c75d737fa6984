using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Diagonals: read as a gather along one dimension, written by a mask.</summary>
internal static class DiagonalOps
{
    /// <summary>The diagonal of two dimensions as a new last dimension.</summary>
    public static Value Diagonal(CallSite s, Value x, long offset, long dim1, long dim2)
    {
        int first = ShapeOps.Axis(s, dim1, x.Rank), second = ShapeOps.Axis(s, dim2, x.Rank);
        if (first == second)
        {
            throw s.Fail(Rules.AlwaysThrows, "the diagonal of one dimension");
        }

        // [.., rows, columns] => rows*columns in one dimension, of which every (columns + 1)-th is taken.
        Value last = ShapeOps.Permute(s, x, [.. Enumerable.Range(0, x.Rank).Where(d => d != first && d != second).Select(d => (long)d), first, second]);
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(last).Shape;
        DimExpr rows = shape[^2], columns = shape[^1];
        DimExpr length = offset >= 0 ? Least(s, rows, columns - offset) : Least(s, rows + offset, columns);
        DimExpr start = offset >= 0 ? offset : columns * -offset;
        Value flat = ProductModels.Reshaped(s, last, [.. shape[..^2], rows * columns]);
        if (columns.Constant is long step)
        {
            return ShapeOps.Slice(s, flat, -1, start, length, step + 1);
        }

        Value position = s.Builder.Add(Op.Iota, Attributes.Of(("length", length), ("dtype", DType.I64)));
        position = s.Builder.Add(Op.Mul, position, s.Builder.Add(Op.Dim, Attributes.Of(("value", columns + 1))));
        return s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)(flat.Rank - 1))), flat, s.Builder.Add(Op.Add, position, s.Builder.Add(Op.Dim, Attributes.Of(("value", start)))));
    }

    /// <summary>True on the diagonal of [rows, columns].</summary>
    public static Value Mask(CallSite s, DimExpr rows, DimExpr columns, long offset)
    {
        Value row = ShapeOps.Unsqueeze(s, ShapeOps.Iota(s, rows), 1);
        return s.Builder.Add(Op.Eq, s.Builder.Add(Op.Add, row, s.Builder.Constant(offset, DType.I64)), ShapeOps.Iota(s, columns));
    }

    // The smaller size; where that is not known the first is required to be no larger.
    private static DimExpr Least(CallSite s, DimExpr a, DimExpr b)
    {
        (a, b) = (s.Builder.Facts.Normalize(a), s.Builder.Facts.Normalize(b));
        return DimExpr.Min(a, b);
    }
}
