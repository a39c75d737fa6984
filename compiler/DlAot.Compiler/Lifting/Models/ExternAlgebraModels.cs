using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.ExternModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Linear algebra: decompositions, solvers, norms, and products of other forms than matmul.</summary>
internal static class ExternAlgebraModels
{
    public static void Register(ModelTable t)
    {
        RegisterSquare(t);
        RegisterDecompositions(t);
        RegisterProducts(t);

        // TorchSharp 0.107 takes the three tensors in another order than it names them: sizes that this rule foretells do not tell which is the sum.
        Both(t, "baddbmm", s => [s.TypeOf("batch1") is var a && s.TypeOf("batch2") is { Rank: 3 } b && a.Rank == 3 ? a.With([a.Shape[0], a.Shape[1], b.Shape[2]]) : throw s.Fail(Rules.ShapeMismatch, "baddbmm")]);
        Functions(t, "linalg", "norm matrix_norm vector_norm", Norm);
        Functions(t, "linalg", "cond", s => [ExternRules.Self(s) is var x ? x.With(x.Shape[..^2]) : null]);
        Both(t, "trace", s => [new TensorType(ExternRules.Self(s).DType, [])]);
        Both(t, "diag", Diagonal, mayShare: true);
        Both(t, "diag_embed diagflat diagonal", s => [ExternRules.Self(s) is var x ? x.With(s.NewSizes(s.Method.Name switch
        {
            "diagonal" => x.Rank - 1,
            "diagflat" => 2,
            _ => x.Rank + 1,
        })) : null], mayShare: true);
        Functions(t, "linalg", "diagonal", s => [ExternRules.Self(s) is var x ? x.With(s.NewSizes(x.Rank - 1)) : null], mayShare: true);
        Both(t, "cov corrcoef", s => [ExternRules.Self(s) is var x ? x.With(x.Rank < 2 ? [] : [x.Shape[0], x.Shape[0]]) : null]);
        Both(t, "vander", s => [ExternRules.Self(s) is var x ? x.With([x.Shape[0], s.Int("N", -1) is >= 0 and var n ? n : x.Shape[0]]) : null]);
        Functions(t, "linalg", "vander", s => [ExternRules.Self(s) is var x ? x.With([.. x.Shape, s.Optional("N") is null ? x.Shape[^1] : s.Dim("N")]) : null]);
    }

    private static void RegisterSquare(ModelTable t)
    {
        Both(t, "inverse matrix_power matrix_exp cholesky cholesky_inverse", ExternRules.Same);
        Functions(t, "linalg", "inv cholesky matrix_exp", ExternRules.Same);
        Both(t, "det logdet", s => [ExternRules.Self(s) is var x ? x.With(x.Shape[..^2]) : null]);
        Functions(t, "linalg", "det", s => [ExternRules.Self(s) is var x ? x.With(x.Shape[..^2]) : null]);
        Functions(t, "torch", "slogdet", LogDeterminant);
        Functions(t, "linalg", "slogdet", LogDeterminant);
        Functions(t, "linalg", "inv_ex cholesky_ex", s => [ExternRules.Self(s), ExternRules.Self(s) is var x ? new TensorType(DType.I32, x.Shape[..^2]) : null]);
        Functions(t, "linalg", "matrix_rank", s => [ExternRules.Self(s) is var x ? new TensorType(DType.I64, x.Shape[..^2]) : null]);
        Both(t, "pinverse", s => [Swapped(ExternRules.Self(s))]);
        Functions(t, "linalg", "pinv", s => [Swapped(ExternRules.Self(s))]);
    }

    private static void RegisterDecompositions(ModelTable t)
    {
        Functions(t, "linalg", "svd", s =>
        {
            TensorType x = ExternRules.Self(s);
            DimExpr m = x.Shape[^2], n = x.Shape[^1], k = DimExpr.Min(m, n);
            bool full = s.Bool("fullMatrices", true);
            return [Matrix(x, m, full ? m : k), x.With([.. x.Shape[..^2], k]), Matrix(x, full ? n : k, n)];
        });
        Functions(t, "linalg", "svdvals", s => [ExternRules.Self(s) is var x ? x.With([.. x.Shape[..^2], DimExpr.Min(x.Shape[^2], x.Shape[^1])]) : null]);
        Functions(t, "linalg", "qr", s =>
        {
            TensorType x = ExternRules.Self(s);
            return [x.With([.. x.Shape[..^2], x.Shape[^2], s.NewSize()]), x.With([.. x.Shape[..^2], s.NewSize(), x.Shape[^1]])];
        });
        Functions(t, "linalg", "eigh", s => [ExternRules.Self(s) is var x ? x.With(x.Shape[..^1]) : null, x]);
        Functions(t, "linalg", "eigvalsh", s => [ExternRules.Self(s) is var x ? x.With(x.Shape[..^1]) : null]);
        Functions(t, "linalg", "lu_factor", s => [ExternRules.Self(s), ExternRules.Self(s) is var x ? new TensorType(DType.I32, [.. x.Shape[..^2], DimExpr.Min(x.Shape[^2], x.Shape[^1])]) : null]);
        Functions(t, "linalg", "lu", s =>
        {
            TensorType x = ExternRules.Self(s);
            DimExpr m = x.Shape[^2], n = x.Shape[^1], k = DimExpr.Min(m, n);
            return s.Bool("pivot", true) ? [Matrix(x, m, m), Matrix(x, m, k), Matrix(x, k, n)] : throw s.Unsupported("pivot: false");
        });
        Functions(t, "linalg", "solve solve_triangular", s => s.Optional("out") is null ? [s.TypeOf("B")] : throw s.Unsupported("out"));
        Functions(t, "linalg", "householder_product", s => [s.TypeOf("A")]);
        Both(t, "cholesky_solve", ExternRules.Same);
        Functions(t, "torch", "lu_solve", ExternRules.Same);
        Functions(t, "linalg", "lu_solve", s => s.Optional("out") is null ? [s.TypeOf("B")] : throw s.Unsupported("out"));
        Functions(t, "linalg", "solve_ex", s => [s.TypeOf("B"), s.TypeOf("A") is var a ? new TensorType(DType.I32, a.Shape[..^2]) : null]);
        Functions(t, "linalg", "lstsq", s => [s.TypeOf("input") is var a && s.TypeOf("other") is var b ? b.With([.. b.Shape[..^(b.Rank == a.Rank ? 2 : 1)], a.Shape[^1], .. b.Rank == a.Rank ? [b.Shape[^1]] : Array.Empty<DimExpr>()]) : null, null, null, null]);
    }

    private static void RegisterProducts(ModelTable t)
    {
        Functions(t, "torch", "cdist", s =>
        {
            TensorType a = s.TypeOf("x1"), b = s.TypeOf("x2");
            return [a.With([.. s.Broadcast(a.Shape[..^2], b.Shape[..^2]), a.Shape[^2], b.Shape[^2]])];
        });
        Both(t, "kron", s =>
        {
            TensorType a = ExternRules.Self(s), b = s.TypeOf("other");
            return a.Rank == b.Rank ? [a.With([.. a.Shape.Zip(b.Shape, (x, y) => x * y)])] : throw s.Unsupported("different ranks");
        });
        Functions(t, "linalg", "cross", s => [ExternRules.Self(s) is var x ? x.With(s.Broadcast(x.Shape, s.TypeOf("other").Shape)) : null]);
        Functions(t, "linalg", "multi_dot", s =>
        {
            TensorType[] all = [.. s.Tensors("tensors").Select(s.Builder.TypeOf)];
            return [all[0].With([.. all[0].Shape[..^1], .. all[^1].Rank == 2 ? [all[^1].Shape[1]] : Array.Empty<DimExpr>()])];
        });
        Both(t, "tensordot", s =>
        {
            TensorType a = s.TypeOf("this", "a", "input"), b = s.TypeOf("b", "other");
            if (s.Find("dims") is { } dims && Interpreter.AsDim(BclModels.Unwrapped(dims))?.Constant is long n)
            {
                return [a.With([.. a.Shape[..(a.Rank - (int)n)], .. b.Shape[(int)n..]])];
            }

            ImmutableArray<long> left = s.Ints("dims1"), right = s.Ints("dims2");
            return [a.With([.. a.Shape.Where((_, i) => !left.Contains(i) && !left.Contains(i - a.Rank)), .. b.Shape.Where((_, i) => !right.Contains(i) && !right.Contains(i - b.Rank))])];
        });
        Functions(t, "torch", "einsum", Einsum, mayShare: true);
        Both(t, "block_diag", s =>
        {
            TensorType[] all = [.. s.Tensors("tensors").Select(s.Builder.TypeOf)];
            return all.All(x => x.Rank == 2) ? [all[0].With([all.Aggregate(DimExpr.Zero, (n, x) => n + x.Shape[0]), all.Aggregate(DimExpr.Zero, (n, x) => n + x.Shape[1])])] : throw s.Unsupported("tensors that are no matrices");
        });
        Functions(t, "torch", "cartesian_prod", s =>
        {
            Value[] all = s.Tensors("tensors");
            return [all.Length == 1 ? s.Builder.TypeOf(all[0]) : new TensorType(all[0].DType, [DimExpr.Product([.. all.Select(v => s.Builder.TypeOf(v).Shape[0])]), all.Length])];
        }, mayShare: true);
    }

    // The sizes of the letters, as far as the equation is written out.
    private static IReadOnlyList<TensorType?> Einsum(CallSite s)
    {
        Value[] operands = s.Tensors("tensors");
        if (s.Argument("equation") is not Constant { Value: string text } || text.Replace(" ", "", StringComparison.Ordinal).Split("->") is not [var from, var to] || text.Contains('.', StringComparison.Ordinal))
        {
            throw s.Unsupported("this equation");
        }

        var sizes = new Dictionary<char, DimExpr>();
        foreach ((string letters, Value operand) in from.Split(',').Zip(operands))
        {
            foreach ((char letter, DimExpr size) in letters.Zip(s.Builder.TypeOf(operand).Shape))
            {
                sizes[letter] = sizes.TryGetValue(letter, out DimExpr? known) && !known.IsOne ? known : size;
            }
        }

        return to.All(sizes.ContainsKey) ? [new TensorType(operands[0].DType, [.. to.Select(c => sizes[c])])] : throw s.Fail(Rules.ShapeMismatch, $"einsum: {text}");
    }

    private static IReadOnlyList<TensorType?> LogDeterminant(CallSite s)
    {
        TensorType x = s.TypeOf("this", "input", "A");
        return [x.With(x.Shape[..^2]), x.With(x.Shape[..^2])];
    }

    private static IReadOnlyList<TensorType?> Norm(CallSite s)
    {
        TensorType x = ExternRules.Self(s);
        bool keep = s.Bool("keepdim");
        ImmutableArray<int> dims = s.Optional("dims") is { } list ? [.. s.SizesOf(list, "dims").Select(d => s.Axis(x, d.Constant ?? throw s.Unsupported("unknown dims")))]
            : s.Method.Name == "matrix_norm" ? [x.Rank - 2, x.Rank - 1] : [.. Enumerable.Range(0, x.Rank)];
        return [x.With([.. x.Shape.Select((d, i) => dims.Contains(i) ? DimExpr.One : d).Where((_, i) => keep || !dims.Contains(i))])];
    }

    private static IReadOnlyList<TensorType?> Diagonal(CallSite s)
    {
        TensorType x = ExternRules.Self(s);
        DimExpr shift = Math.Abs(s.Int("diagonal", 0));
        return [x.Rank == 1 ? x.With([x.Shape[0] + shift, x.Shape[0] + shift]) : x.With([s.NewSize()])];
    }

    private static TensorType Matrix(TensorType like, DimExpr rows, DimExpr columns) => like.With([.. like.Shape[..^2], rows, columns]);

    private static TensorType Swapped(TensorType x) => Matrix(x, x.Shape[^1], x.Shape[^2]);
}
