using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Reference;
using DlAot.Passes;

namespace DlAot.Tests.Fuzz;

/// <summary>
/// How far results may be from the reference only because operations round: the graph is evaluated several times with every inexact
/// result changed by a few units in its last place (sums and products: relative to the sum of magnitudes). A difference inside twice
/// that spread is no bug: there a comparison is nearly a tie, or digits cancel.
/// </summary>
internal sealed class RoundingSpread
{
    private const int Samples = 16;
    private readonly ImmutableArray<NdArray> centre;
    private readonly ImmutableArray<ImmutableArray<NdArray>> samples;

    public RoundingSpread(Graph graph, ImmutableArray<NdArray> inputs)
    {
        Graph primitive = Pipeline.RunUntil(graph, new PassOptions(Exact: true), "decompose").Graph;
        centre = Run(primitive, inputs, null);
        samples = [.. Enumerable.Range(0, Samples).Select(i => Run(primitive, inputs, new Random(i)))];
    }

    /// <summary>True when the value may stand where the reference has another.</summary>
    public bool Allows(int output, long element, ScalarValue expected, ScalarValue actual)
    {
        double[] near = [.. samples.Select(s => Number(s[output][element]))];
        double want = Number(expected), got = Number(actual), middle = Number(centre[output][element]);
        if (!double.IsFinite(want) || !double.IsFinite(got))
        {
            return near.Any(n => n.Equals(got) || (double.IsNaN(want) && !double.IsFinite(middle)));
        }

        double[] finite = [.. near.Where(double.IsFinite)];
        return finite.Length > 0 && Math.Abs(got - want) <= 2 * finite.Max(n => Math.Abs(n - middle));
    }

    private static double Number(ScalarValue value) => value.ConvertTo(DType.F64).Float;

    private static ImmutableArray<NdArray> Run(Graph graph, ImmutableArray<NdArray> inputs, Random? random)
    {
        Evaluator evaluator = new(ProductRecipes.CallExtern);
        Func<string, long> valueOf = SymbolBinding.Lookup(SymbolBinding.Bind(graph.Inputs, inputs));
        Dictionary<Value, NdArray> values = graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Value, p => p.Second);
        foreach (Node node in graph.Nodes)
        {
            ImmutableArray<NdArray> operands = [.. node.Operands.Select(o => values[o])];
            Attributes attributes = node.Attributes.MapDims(d => d.Evaluate(valueOf));
            ImmutableArray<NdArray> results = evaluator.Apply(node.Op, attributes, operands);
            foreach ((Value value, NdArray result) in node.Results.Zip(results))
            {
                values[value] = random is null || !result.Type.IsFloat() || Exactness.IsExact(node) ? result : Changed(result, Magnitudes(evaluator, node.Op, attributes, operands, result), random);
            }
        }

        return [.. graph.Outputs.Select(o => values[o])];
    }

    // What errors are relative to: of sums, the sum of magnitudes.
    private static NdArray Magnitudes(Evaluator evaluator, OpDef op, Attributes attributes, ImmutableArray<NdArray> operands, NdArray result)
    {
        bool isSum = op == Op.Sum || op == Op.MatMul || op == Op.Conv || op == Op.CumSum || op == Op.AvgPool || op == Op.Add || op == Op.Sub;
        return isSum ? evaluator.Apply(op == Op.Sub ? Op.Add : op, attributes, [.. operands.Select(Absolute)]).Single() : result;
    }

    private static NdArray Absolute(NdArray x) => x.Type.IsFloat() ? NdArray.FromFloats(x.Type, x.Shape, x.ToFloats().Select(Math.Abs)) : x;

    private static NdArray Changed(NdArray x, NdArray magnitudes, Random random)
    {
        NdArray changed = new(x.Type, x.Shape);
        for (long i = 0; i < x.Count; i++)
        {
            double step = Math.Abs(magnitudes[i].Float) * Exactness.Epsilon(x.Type) * 4;
            changed[i] = ScalarValue.Of(x.Type, double.IsFinite(step) ? x[i].Float + (step * ((random.NextDouble() * 2) - 1)) : x[i].Float);
        }

        return changed;
    }
}
