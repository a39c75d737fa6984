using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// <c>einsum</c>: operands are joined two at a time; labels that no later operand and no result needs are summed away. A pair
/// becomes a batched matrix product.
/// </summary>
internal static class EinsumModels
{
    // An operand with one label per dimension; dimensions of an ellipsis are labelled by digits from the right.
    private sealed record Labelled(Value Value, string Labels);

    public static Value Einsum(CallSite s)
    {
        string equation = s.Argument("equation") is Constant { Value: string text } ? text.Replace(" ", "", StringComparison.Ordinal) : throw s.Fail(Rules.UnknownBranch, "the equation");
        Value[] tensors = s.Tensors("tensors");
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != tensors.Length)
        {
            throw s.Fail(Rules.AlwaysThrows, $"the equation {equation} of {tensors.Length} tensors");
        }

        if (tensors.Any(t => t.DType != tensors[0].DType))
        {
            throw s.Unsupported("several dtypes");
        }

        Labelled[] operands = [.. tensors.Zip(terms).Select(p => Diagonals(s, new Labelled(p.First, Spelled(s, p.Second, p.First.Rank))))];
        string dots = operands.SelectMany(o => o.Labels).Where(char.IsDigit).Distinct().OrderDescending().Aggregate("", (a, c) => a + c);
        string result = sides.Length == 2 ? sides[1].Replace("...", dots, StringComparison.Ordinal)
            : dots + string.Concat(string.Concat(terms).Where(char.IsLetter).GroupBy(c => c).Where(g => g.Count() == 1).Select(g => g.Key).Order());
        Labelled joined = Summed(s, operands[0], operands.Length == 1 ? result : string.Concat(operands[1..].Select(o => o.Labels)) + result);
        for (int i = 1; i < operands.Length; i++)
        {
            string later = string.Concat(operands[(i + 1)..].Select(o => o.Labels)) + result;
            joined = Joined(s, joined, Summed(s, operands[i], joined.Labels + later), later);
        }

        if (result.Distinct().Count() != result.Length || result.Any(c => !joined.Labels.Contains(c)))
        {
            throw s.Fail(Rules.AlwaysThrows, $"the result of {equation}");
        }

        return ShapeOps.Permute(s, joined.Value, result.Select(c => (long)joined.Labels.IndexOf(c)));
    }

    private static string Spelled(CallSite s, string term, int rank)
    {
        int at = term.IndexOf("...", StringComparison.Ordinal);
        int extra = rank - (at < 0 ? term.Length : term.Length - 3);
        if (extra < 0 || (at < 0 && extra != 0) || extra > 10)
        {
            throw s.Fail(Rules.ShapeMismatch, $"einsum: {term} of a tensor of rank {rank}");
        }

        return at < 0 ? term : term.Replace("...", string.Concat(Enumerable.Range(0, extra).Reverse().Select(i => (char)('0' + i))), StringComparison.Ordinal);
    }

    // A label twice in one operand means its diagonal.
    private static Labelled Diagonals(CallSite s, Labelled x)
    {
        while (x.Labels.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { Key: var label })
        {
            int first = x.Labels.IndexOf(label), second = x.Labels.IndexOf(label, first + 1);
            x = new Labelled(DiagonalOps.Diagonal(s, x.Value, 0, first, second), x.Labels.Remove(second, 1).Remove(first, 1) + label);
        }

        return x;
    }

    private static Labelled Summed(CallSite s, Labelled x, string needed)
    {
        ImmutableArray<long> dims = [.. x.Labels.Select((c, i) => (c, i)).Where(p => !needed.Contains(p.c)).Select(p => (long)p.i)];
        return dims.IsEmpty ? x : new Labelled(SumOf(s, x.Value, dims), string.Concat(x.Labels.Where(c => needed.Contains(c))));
    }

    private static Value SumOf(CallSite s, Value x, ImmutableArray<long> dims) => s.Interpreter.CastTo(s.Builder.Add(Op.Sum, Attributes.Of(("dims", dims), ("keepdim", false)), x), x.DType);

    // Labels of both operands: kept ones are batches, the others are contracted; labels of one operand are rows or columns.
    private static Labelled Joined(CallSite s, Labelled a, Labelled b, string later)
    {
        string both = string.Concat(a.Labels.Where(b.Labels.Contains)), batch = string.Concat(both.Where(later.Contains)), inner = string.Concat(both.Where(c => !later.Contains(c)));
        string rows = string.Concat(a.Labels.Where(c => !both.Contains(c))), columns = string.Concat(b.Labels.Where(c => !both.Contains(c)));
        (a, b) = (Stretched(s, a, b), Stretched(s, b, a));
        if (inner.Length == 0)
        {
            // Nothing to sum: elementwise, broadcast.
            string all = batch + rows + columns;
            Value x = Aligned(s, a, all), y = Aligned(s, b, all);
            return new Labelled(s.Builder.Add(Op.Mul, x, y), all);
        }

        DimExpr[] Sizes(Labelled o, string labels) => [.. labels.Select(c => s.Builder.TypeOf(o.Value).Shape[o.Labels.IndexOf(c)])];
        DimExpr[] batches = Sizes(a, batch);
        DimExpr m = DimExpr.Product(Sizes(a, rows)), k = DimExpr.Product(Sizes(a, inner)), n = DimExpr.Product(Sizes(b, columns));
        Value left = ProductModels.Reshaped(s, Ordered(s, a, batch + rows + inner), [.. batches, m, k]);
        Value right = ProductModels.Reshaped(s, Ordered(s, b, batch + inner + columns), [.. batches, k, n]);
        Value product = s.Builder.Add(Op.MatMul, left, right);
        return new Labelled(ProductModels.Reshaped(s, product, [.. batches, .. Sizes(a, rows), .. Sizes(b, columns)]), batch + rows + columns);
    }

    // Dimensions of size 1 against others of the same label.
    private static Labelled Stretched(CallSite s, Labelled a, Labelled b)
    {
        ImmutableArray<DimExpr> own = s.Builder.TypeOf(a.Value).Shape, other = s.Builder.TypeOf(b.Value).Shape;
        ImmutableArray<DimExpr> shape = [.. a.Labels.Select((c, i) => b.Labels.IndexOf(c) is >= 0 and var at && own[i].IsOne ? other[at] : own[i])];
        return shape.SequenceEqual(own) ? a : a with { Value = s.Builder.Add(Op.Expand, Attributes.Of(("shape", shape)), a.Value) };
    }

    private static Value Ordered(CallSite s, Labelled x, string labels) => ShapeOps.Permute(s, x.Value, labels.Select(c => (long)x.Labels.IndexOf(c)));

    // With a dimension of size 1 for every label that it has not.
    private static Value Aligned(CallSite s, Labelled x, string labels)
    {
        Value ordered = Ordered(s, x, string.Concat(labels.Where(x.Labels.Contains)));
        ImmutableArray<DimExpr> own = s.Builder.TypeOf(ordered).Shape;
        int next = 0;
        return ProductModels.Reshaped(s, ordered, [.. labels.Select(c => x.Labels.Contains(c) ? own[next++] : DimExpr.One)]);
    }
}
