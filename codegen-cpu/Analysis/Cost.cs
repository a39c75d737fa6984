using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>Rough cost of expressions: steers unrolling and whether threads are worth waking, never results.</summary>
internal static class Cost
{
    /// <summary>Cycles for one vector of each op; everything else is one cycle.</summary>
    private static readonly Dictionary<ScalarOp, int> Cycles = new()
    {
        [ScalarOp.Exp] = 14,
        [ScalarOp.Expm1] = 20,
        [ScalarOp.Log] = 18,
        [ScalarOp.Log1p] = 22,
        [ScalarOp.Sqrt] = 6,
        [ScalarOp.Rsqrt] = 10,
        [ScalarOp.Sin] = 25,
        [ScalarOp.Cos] = 25,
        [ScalarOp.Tanh] = 22,
        [ScalarOp.Erf] = 25,
        [ScalarOp.Sigmoid] = 18,
        [ScalarOp.Div] = 5,
        [ScalarOp.FloorDiv] = 30,
        [ScalarOp.Rem] = 30,
        [ScalarOp.Pow] = 60,
        [ScalarOp.Atan2] = 40,
    };

    private const double PicosecondsPerCycle = 300;

    /// <summary>Cycles for one vector of all the values.</summary>
    public static int PerVector(IEnumerable<Expr> roots) => ExprWalk.ValuesOnly(roots).Sum(e => e switch
    {
        Expr.Op op => Cycles.GetValueOrDefault(op.Code, 1),
        Expr.Load => 1,
        _ => 0,
    });

    /// <summary>Picoseconds for one element: arithmetic in vectors, or the memory it moves, whichever is more.</summary>
    public static long PicosecondsPerElement(IReadOnlyList<Expr> roots, int stores, int lanes)
    {
        double arithmetic = PerVector(roots) * PicosecondsPerCycle / lanes;
        double memory = ((ExprWalk.ValuesOnly(roots).Count(e => e is Expr.Load) * 4) + (stores * 4)) * 50.0;
        return (long)Math.Max(1, Math.Max(arithmetic, memory));
    }
}
