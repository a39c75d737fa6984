using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Triangles and diagonals of matrices.</summary>
internal static class TriangleModels
{
    public static void Register(ModelTable t)
    {
        LaneModels.Family(t, "tril", s => Triangle(s, Op.Le));
        LaneModels.Family(t, "triu", s => Triangle(s, Op.Ge));
        Both(t, "diag", s => s.NewTensor(s.Operand.Rank == 1 ? Embedded(s, s.Operand, s.Int("diagonal", 0)) : DiagonalOps.Diagonal(s, s.Operand, s.Int("diagonal", 0), 0, 1)));
        Both(t, "diagflat", s => s.NewTensor(Embedded(s, ProductModels.Reshaped(s, s.Operand, [s.Builder.TypeOf(s.Operand).Numel]), s.Int("offset", 0))));
        Both(t, "diag_embed", s => s.NewTensor(Placed(s, Embedded(s, s.Operand, s.Int("offset", 0)), s.Int("dim1", -2), s.Int("dim2", -1))));
        Both(t, "trace", s => s.NewTensor(s.Operand.Rank == 2 ? s.Builder.Add(Op.Sum, Attributes.Of(("dims", ImmutableArray.Create(0L)), ("keepdim", false)), DiagonalOps.Diagonal(s, s.Operand, 0, 0, 1)) : throw s.Fail(Rules.AlwaysThrows, "a trace of other than a matrix")));
    }

    // Keeps what lies on one side of a diagonal: column - row compared with it.
    private static Value Triangle(CallSite s, OpDef keep)
    {
        Value x = s.Operand;
        if (x.Rank < 2)
        {
            throw s.Fail(Rules.AlwaysThrows, $"a triangle of rank {x.Rank}");
        }

        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        Value row = ShapeOps.Unsqueeze(s, ShapeOps.Iota(s, shape[^2]), 1);
        Value edge = s.Builder.Add(Op.Add, row, s.Interpreter.AsGraphNumber(s.Optional("diagonal") ?? AbstractValue.Of(0L), DType.I64));
        return s.Builder.Add(Op.Where, s.Builder.Add(keep, ShapeOps.Iota(s, shape[^1]), edge), x, s.Builder.Constant(0, x.DType));
    }

    // The last dimension as a diagonal: [.., n] => [.., n + |offset|, n + |offset|].
    private static Value Embedded(CallSite s, Value x, long offset)
    {
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        DimExpr size = shape[^1] + Math.Abs(offset);
        Value rows = x;
        if (offset != 0)
        {
            // An element stands in the column that its own column gives for a diagonal above, in its row for one below.
            ImmutableArray<DimExpr> none = [.. Enumerable.Repeat(DimExpr.Zero, x.Rank)];
            rows = s.Builder.Add(Op.Pad, Attributes.Of(("low", none.SetItem(x.Rank - 1, offset > 0 ? offset : 0)), ("high", none.SetItem(x.Rank - 1, offset > 0 ? 0 : -offset)), ("value", 0.0)), x);
        }

        return s.Builder.Add(Op.Where, DiagonalOps.Mask(s, size, size, offset), ShapeOps.Unsqueeze(s, rows, -2), s.Builder.Constant(0, x.DType));
    }

    // The last two dimensions moved to their places.
    private static Value Placed(CallSite s, Value x, long dim1, long dim2)
    {
        int first = ShapeOps.Axis(s, dim1, x.Rank), second = ShapeOps.Axis(s, dim2, x.Rank);
        var rest = new Queue<long>(Enumerable.Range(0, x.Rank - 2).Select(d => (long)d));
        return ShapeOps.Permute(s, x, [.. Enumerable.Range(0, x.Rank).Select(d => d == first ? x.Rank - 2 : d == second ? x.Rank - 1 : rest.Dequeue())]);
    }
}
