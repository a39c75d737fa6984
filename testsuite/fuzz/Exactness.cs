using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>Which values every correct implementation agrees on to the last bit, and how near others must be.</summary>
internal static class Exactness
{
    /// <summary>The distance from 1 to the next number.</summary>
    public static double Epsilon(DType type) => type switch
    {
        DType.F64 => 2.3e-16,
        DType.F32 => 1.2e-7,
        DType.F16 => 9.8e-4,
        _ => 7.9e-3,
    };

    /// <summary>True when the op rounds nothing that its operands hold: moves, integers, comparisons, choices.</summary>
    public static bool IsExact(Node node) => !node.Operands.Concat(node.Results).Any(v => v.DType.IsFloat()) || node.Op switch
    {
        { Family: OpFamily.View or OpFamily.Creation or OpFamily.Extern } => true,
        { Family: OpFamily.Movement } => node.Op != Op.CumSum || !node.Result.DType.IsFloat(),
        { Family: OpFamily.Reduction } => node.Op != Op.Sum && node.Op != Op.Prod || !node.Result.DType.IsFloat(),
        { Family: OpFamily.Elementwise } => !node.Operands[^1].DType.IsFloat() || node.Op.Scalar is ScalarOp.Neg or ScalarOp.Abs or ScalarOp.Sign or ScalarOp.Floor
            or ScalarOp.Ceil or ScalarOp.Round or ScalarOp.Trunc or ScalarOp.Max or ScalarOp.Min or ScalarOp.Select or ScalarOp.Cast || node.Op.Scalar!.Value.IsPredicate(),
        _ => node.Op == Op.Relu || node.Op == Op.Clamp || node.Op == Op.MaxPool,
    };

    /// <summary>
    /// For each output how far it may be from the reference, relative to its largest magnitude: 0 when nothing on the way to it rounds,
    /// otherwise by the coarsest float type on the way.
    /// </summary>
    public static double[] Tolerances(Graph graph)
    {
        var worst = graph.Inputs.ToDictionary(i => i.Value, _ => 0.0);
        foreach (Node node in graph.Nodes)
        {
            double operands = node.Operands.Select(o => worst[o]).DefaultIfEmpty(0).Max();
            foreach (Value result in node.Results)
            {
                worst[result] = IsExact(node) ? operands : Math.Max(operands, node.Operands.Append(result).Where(v => v.DType.IsFloat()).Max(v => Tolerance(v.DType)));
            }
        }

        return [.. graph.Outputs.Select(o => worst[o])];
    }

    // The tolerance of testing.md for reductions; a chain has several ops, and halves have 11 and 8 bits.
    private static double Tolerance(DType type) => type switch
    {
        DType.F64 => 1e-12,
        DType.F32 => 1e-5,
        DType.F16 => 4e-3,
        _ => 3e-2,
    };
}
