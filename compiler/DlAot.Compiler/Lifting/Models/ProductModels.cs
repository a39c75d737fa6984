using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Matrix products and what is made of them.</summary>
internal static class ProductModels
{
    public static void Register(ModelTable t)
    {
        Both(t, "matmul", s => s.NewTensor(MatMul(s, s.Operand, s.Tensor("target", "other", "right"))));
        t.Add(t.Find("torch.matmul"), "linalg.matmul");
        Both(t, "bmm", s => s.NewTensor(Product(s, 3, 3, s.Operand, s.Tensor("batch2", "target", "mat2", "other"))));
        Both(t, "mm", s => s.NewTensor(Product(s, 2, 2, s.Operand, s.Tensor("target", "mat2", "other"))));
        Both(t, "mv", s => s.NewTensor(Product(s, 2, 1, s.Operand, s.Tensor("target", "vec", "other"))));
        Both(t, "dot vdot", s => s.NewTensor(Product(s, 1, 1, s.Operand, s.Tensor("target", "other", "tensor"))));
        Both(t, "outer ger", s => s.NewTensor(Outer(s, s.Operand, s.Tensor("vec2"))));
        Both(t, "inner", s => s.NewTensor(Inner(s)));
        Both(t, "kron", s => s.NewTensor(Kronecker(s)));
        Both(t, "tensordot", s => s.NewTensor(TensorDot(s)));
        LaneModels.Family(t, "addmm", s => Added(s, Product(s, 2, 2, s.Tensor("mat1"), s.Tensor("mat2"))));
        LaneModels.Family(t, "addmv", s => Added(s, Product(s, 2, 1, s.Tensor("mat"), s.Tensor("vec"))));
        LaneModels.Family(t, "addbmm", s => Added(s, s.Builder.Add(Op.Sum, Attributes.Of(("dims", ImmutableArray.Create(0L)), ("keepdim", false)), Product(s, 3, 3, s.Tensor("batch1"), s.Tensor("batch2")))));
        LaneModels.Family(t, "addr", s => Added(s, Outer(s, s.Tensor("vec1"), s.Tensor("vec2"))));
        t["torch.einsum"] = s => s.NewTensor(EinsumModels.Einsum(s));
    }

    /// <summary>The matrix product of any ranks from 1 on, leading dimensions broadcast.</summary>
    public static Value MatMul(CallSite s, Value a, Value b)
    {
        if (a.Rank == 0 || b.Rank == 0)
        {
            throw s.Fail(Rules.AlwaysThrows, "matmul of a number");
        }

        s.Interpreter.RequireSameDType(a, b, () => s.Fail(Rules.AlwaysThrows, $"a product of {a.DType.Name()} and {b.DType.Name()}"));
        if (a.Rank >= 2 && b.Rank >= 2)
        {
            return s.Builder.Add(Op.MatMul, a, b);
        }

        // Vectors become matrices and lose the dimension again.
        Value left = a.Rank == 1 ? ShapeOps.Unsqueeze(s, a, 0) : a, right = b.Rank == 1 ? ShapeOps.Unsqueeze(s, b, 1) : b;
        Value product = s.Builder.Add(Op.MatMul, left, right);
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(product).Shape;
        shape = b.Rank == 1 ? shape.RemoveAt(shape.Length - 1) : shape;
        shape = a.Rank == 1 ? shape.RemoveAt(shape.Length - (b.Rank == 1 ? 1 : 2)) : shape;
        return s.Builder.Add(Op.Reshape, Attributes.Of(("shape", shape)), product);
    }

    private static Value Product(CallSite s, int left, int right, Value a, Value b)
    {
        if (a.Rank != left || b.Rank != right)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{Interpreter.Describe(s.Method)} of ranks {a.Rank} and {b.Rank}");
        }

        // Unlike matmul, these do not broadcast.
        if (left == 3 && !s.Builder.Facts.TryEqual(s.Builder.TypeOf(a).Shape[0], s.Builder.TypeOf(b).Shape[0]))
        {
            throw s.Fail(Rules.ShapeMismatch, "batch sizes differ");
        }

        return MatMul(s, a, b);
    }

    private static Value Outer(CallSite s, Value a, Value b)
    {
        if (a.Rank != 1 || b.Rank != 1)
        {
            throw s.Fail(Rules.AlwaysThrows, $"an outer product of ranks {a.Rank} and {b.Rank}");
        }

        return ArithmeticModels.Times(s, ArithmeticModels.Temporary(ShapeOps.Unsqueeze(s, a, 1)), ArithmeticModels.Temporary(b));
    }

    // beta * self + alpha * product
    private static Value Added(CallSite s, Value product)
    {
        double beta = s.Float("beta", 1), alpha = s.Float("alpha", 1);
        Value self = s.Operand;
        if (self.DType != product.DType)
        {
            throw s.Fail(Rules.AlwaysThrows, $"a sum of {self.DType.Name()} and {product.DType.Name()}");
        }

        if (!self.DType.IsFloat() && (beta != 1 || alpha != 1))
        {
            throw s.Unsupported("factors of integers");
        }

        Value scaled = alpha == 1 ? product : LaneModels.Formula(s, product, x => x * alpha);
        if (beta == 0)
        {
            // What self holds, NaN included, does not count then.
            return s.Builder.TypeOf(self).Shape.SequenceEqual(s.Builder.TypeOf(product).Shape) ? scaled : throw s.Unsupported("beta: 0 and another shape");
        }

        Value sum = s.Builder.Add(Op.Add, beta == 1 ? self : LaneModels.Formula(s, self, x => x * beta), scaled);
        return sum.Rank == product.Rank ? sum : throw s.Fail(Rules.AlwaysThrows, "a summand of too many dimensions");
    }

    private static Value Inner(CallSite s)
    {
        Value a = s.Operand, b = s.Tensor("vec2", "other");
        if (a.Rank == 0 || b.Rank == 0)
        {
            return ArithmeticModels.Times(s, ArithmeticModels.Temporary(a), ArithmeticModels.Temporary(b));
        }

        // [.., K] and [.., K] => [.., ..]
        return Contract(s, a, b, [a.Rank - 1], [b.Rank - 1]);
    }

    private static Value TensorDot(CallSite s)
    {
        Value a = s.Operand, b = s.Tensor("b");
        if (s.Has("dims1"))
        {
            return Contract(s, a, b, [.. s.Ints("dims1").Select(d => ShapeOps.Axis(s, d, a.Rank))], [.. s.Ints("dims2").Select(d => ShapeOps.Axis(s, d, b.Rank))]);
        }

        int count = (int)s.Int("dims", 2);
        return count <= Math.Min(a.Rank, b.Rank) ? Contract(s, a, b, [.. Enumerable.Range(a.Rank - count, count)], [.. Enumerable.Range(0, count)]) : throw s.Fail(Rules.AlwaysThrows, "tensordot over too many dimensions");
    }

    /// <summary>The sum over pairs of dimensions: what is left of the first, then what is left of the second.</summary>
    public static Value Contract(CallSite s, Value a, Value b, int[] left, int[] right)
    {
        ImmutableArray<DimExpr> p = s.Builder.TypeOf(a).Shape, q = s.Builder.TypeOf(b).Shape;
        int[] keptA = [.. Enumerable.Range(0, a.Rank).Except(left)], keptB = [.. Enumerable.Range(0, b.Rank).Except(right)];
        if (left.Length != right.Length || left.Zip(right).Any(d => !s.Builder.Facts.TryEqual(p[d.First], q[d.Second])))
        {
            throw s.Fail(Rules.ShapeMismatch, "contracted sizes differ");
        }

        DimExpr inner = DimExpr.Product(left.Select(d => p[d])), rows = DimExpr.Product(keptA.Select(d => p[d])), columns = DimExpr.Product(keptB.Select(d => q[d]));
        Value x = Reshaped(s, ShapeOps.Permute(s, a, [.. keptA.Concat(left).Select(d => (long)d)]), [rows, inner]);
        Value y = Reshaped(s, ShapeOps.Permute(s, b, [.. right.Concat(keptB).Select(d => (long)d)]), [inner, columns]);
        return Reshaped(s, MatMul(s, x, y), [.. keptA.Select(d => p[d]), .. keptB.Select(d => q[d])]);
    }

    public static Value Reshaped(CallSite s, Value x, ImmutableArray<DimExpr> shape) => s.Builder.Add(Op.Reshape, Attributes.Of(("shape", shape)), x);

    private static Value Kronecker(CallSite s)
    {
        Value a = s.Operand, b = s.Tensor("other");
        int rank = Math.Max(a.Rank, b.Rank);
        ImmutableArray<DimExpr> p = [.. Enumerable.Repeat(DimExpr.One, rank - a.Rank), .. s.Builder.TypeOf(a).Shape], q = [.. Enumerable.Repeat(DimExpr.One, rank - b.Rank), .. s.Builder.TypeOf(b).Shape];
        Value x = Reshaped(s, a, [.. p.SelectMany(d => new[] { d, DimExpr.One })]), y = Reshaped(s, b, [.. q.SelectMany(d => new[] { DimExpr.One, d })]);
        return Reshaped(s, ArithmeticModels.Times(s, ArithmeticModels.Temporary(x), ArithmeticModels.Temporary(y)), [.. p.Zip(q).Select(d => d.First * d.Second)]);
    }
}
