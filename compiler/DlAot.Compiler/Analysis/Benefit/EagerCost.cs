using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>
/// What the operations of a lifted graph cost when the library runs them one by one. Nodes that one call of the user became
/// (the same instruction, one after another) count as one call and operations inside of it.
/// </summary>
internal static class EagerCost
{
    // Products with fewer rows are bound by reading the weights.
    private const double FewRows = 8;

    // Vector cycles of the operations that the graph keeps whole; others are one.
    private static readonly Dictionary<string, double> Cycles = new(StringComparer.Ordinal)
    {
        ["exp"] = 5, ["log"] = 6, ["tanh"] = 8, ["sigmoid"] = 7, ["silu"] = 8, ["gelu"] = 10, ["erf"] = 8, ["mish"] = 20, ["softplus"] = 15, ["pow"] = 20, ["sin"] = 8, ["cos"] = 8, ["softmax"] = 8, ["log_softmax"] = 8, ["elu"] = 8,
        ["layer_norm"] = 3, ["batch_norm"] = 2, ["rsqrt"] = 3, ["sqrt"] = 2, ["div"] = 2, ["floordiv"] = 10, ["rem"] = 10,
    };

    public static IEnumerable<CostTerm> Of(Graph graph, SizeValues sizes)
    {
        (string, int)? before = null;
        foreach (Node node in graph.Nodes.Where(n => !IsFree(n)))
        {
            (string, int) at = (node.Location.Method, node.Location.IlOffset);
            yield return before == at ? new(CostRates.Inner, 1) : new(node.Op.Family == OpFamily.View ? CostRates.View : CostRates.Call, 1);
            before = node.Location == SourceLocation.None ? null : at;
            foreach (CostTerm term in Work(node, sizes))
            {
                yield return term;
            }
        }
    }

    /// <summary>What an operation costs beside its call.</summary>
    public static IEnumerable<CostTerm> Work(Node node, SizeValues sizes) => node.Op.Family switch
    {
        OpFamily.View => [],
        OpFamily.Extern => Extern(node, sizes),
        OpFamily.Contraction when node.Op == Op.MatMul || node.Op == Op.Conv => Contraction(node, sizes),
        OpFamily.Contraction => [new(CostRates.Reduction, 1), .. Pass(node, sizes), new(CostRates.Lane, sizes.Elements(node.Results[0].Type) * node.Attributes.Get("kernel", ImmutableArray<long>.Empty).Aggregate(1.0, (a, b) => a * b) / 1e6)],
        OpFamily.Composite when node.Op == Op.Linear => Linear(node, sizes),
        OpFamily.Composite when node.Op == Op.Attention => Attention(node, sizes),
        OpFamily.Reduction => [new(CostRates.Reduction, 1), .. Pass(node, sizes)],
        OpFamily.Composite when node.Op.Name is "softmax" or "log_softmax" or "layer_norm" or "batch_norm" or "mean" or "var" => [new(CostRates.Reduction, 1), .. Pass(node, sizes)],
        _ => Pass(node, sizes),
    };

    /// <summary>Numbers and sizes: they are arguments of calls.</summary>
    private static bool IsFree(Node node) => node.Op.Family == OpFamily.Creation && node.Results is [{ Rank: 0 }]
        || node.Op.Name == "cast" && node.Operands[0].Rank == 0
        || node.Op.Name is "reshape" or "expand" && node.Operands[0].Rank == 0;

    private static IEnumerable<CostTerm> Pass(Node node, SizeValues sizes)
    {
        double elements = Math.Max(sizes.Elements(node.Results[0].Type), node.Operands.Where(o => node.Op.Family != OpFamily.Movement).Select(o => sizes.Elements(o.Type)).DefaultIfEmpty(0).Max());
        double gathered = node.Op.Name is "take" or "gather" ? sizes.Bytes(node.Results[0].Type) : 0;
        yield return new(CostRates.Moved, (Written(node, sizes) + (gathered > 0 ? gathered : Read(node, sizes))) / 1e6);
        yield return new(CostRates.Lane, elements * Cycles.GetValueOrDefault(node.Op.Name, 1) / 1e6);
    }

    private static IEnumerable<CostTerm> Contraction(Node node, SizeValues sizes)
    {
        double written = sizes.Elements(node.Results[0].Type);
        yield return new(CostRates.Heavy, 1);
        if (node.Op == Op.MatMul)
        {
            foreach (CostTerm term in Product(written / Math.Max(1, sizes[node.Results[0].Shape[^1]]), sizes[node.Results[0].Shape[^1]], sizes[node.Operands[0].Shape[^1]], sizes.Bytes(node.Operands[1].Type)))
            {
                yield return term;
            }
        }
        else
        {
            // Each output element: channels of its group times the window, which the weight's sizes tell.
            DimExpr[] window = [.. node.Operands[1].Shape.Skip(1)];
            yield return new(CostRates.Convolution, 2 * written * sizes[DimExpr.Product(window)] / 1e6);
        }

        yield return new(CostRates.Moved, (Written(node, sizes) + Read(node, sizes)) / 1e6);
    }

    private static IEnumerable<CostTerm> Linear(Node node, SizeValues sizes)
    {
        double outputs = sizes[node.Operands[1].Shape[0]], inputs = sizes[node.Operands[1].Shape[1]];
        return [new(CostRates.Heavy, 0.5), .. Product(sizes.Elements(node.Results[0].Type) / Math.Max(1, outputs), outputs, inputs, sizes.Bytes(node.Operands[1].Type)), new(CostRates.Moved, Written(node, sizes) / 1e6)];
    }

    private static IEnumerable<CostTerm> Product(double rows, double columns, double inner, double weightBytes) => Math.Min(rows, columns) < FewRows
        ? [new(CostRates.Weights, weightBytes / 1e6)]
        : [new(CostRates.Product, 2 * rows * columns * inner / 1e6)];

    // Two products, and the scores four times through memory.
    private static IEnumerable<CostTerm> Attention(Node node, SizeValues sizes)
    {
        double rows = sizes.Elements(node.Operands[0].Type) / Math.Max(1, sizes[node.Operands[0].Shape[^1]]), keys = sizes[node.Operands[1].Shape[^2]];
        double width = sizes[node.Operands[0].Shape[^1]] + sizes[node.Operands[2].Shape[^1]];
        return [new(CostRates.Heavy, 2), new(CostRates.Inner, 6), new(CostRates.Product, 2 * rows * keys * width / 1e6), new(CostRates.Moved, 8 * rows * keys * node.Operands[0].DType.Size() / 1e6), new(CostRates.Lane, 10 * rows * keys / 1e6)];
    }

    // A recurrent layer takes [T,N,I] and gives [T,N,H] and its states; others are taken to move what they read and write.
    private static IEnumerable<CostTerm> Extern(Node node, SizeValues sizes)
    {
        string callee = node.Attributes.Get("callee", "");
        int gates = callee.Contains("LSTM", StringComparison.Ordinal) ? 4 : callee.Contains("GRU", StringComparison.Ordinal) ? 3 : callee.Contains("RNN", StringComparison.Ordinal) ? 1 : 0;
        if (gates > 0 && node.Operands.FirstOrDefault(o => o.Rank > 0) is { } x)
        {
            double hidden = sizes[node.Results[^1].Shape[^1]], width = sizes[x.Shape[^1]], layers = node.Results is [_, .., { Rank: 3 } state] ? sizes[state.Shape[0]] : 1;
            double steps = x.Rank == 3 ? Math.Max(sizes[x.Shape[0]], sizes[x.Shape[1]]) : 1, rows = sizes.Elements(x.Type) / Math.Max(1, width);
            return [new(CostRates.Step, steps * layers), new(CostRates.Product, 2 * rows * gates * hidden * (width + hidden) * layers / 1e6)];
        }

        return [new(CostRates.Heavy, 1), new(CostRates.Moved, (Written(node, sizes) + Read(node, sizes)) / 1e6)];
    }

    private static double Written(Node node, SizeValues sizes) => node.Results.Sum(r => sizes.Bytes(r.Type));

    private static double Read(Node node, SizeValues sizes) => node.Operands.Sum(o => sizes.Bytes(o.Type));
}
