using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>Whether a kernel of loop phases is better spread over lanes along its grid or along its phases' last extents.</summary>
internal static class LaneChoice
{
    // What is not known is taken to be this large.
    private const double TypicalExtent = 64;

    public static bool PrefersGrid(Kernel kernel, IsaLevel level)
    {
        double alongGrid = 0, alongPhases = 0;
        string gridLane = $"g{kernel.Grid.Length - 1}";
        HashSet<int> varyingTemps = [];
        foreach (LoopPhase phase in kernel.Phases.Cast<LoopPhase>())
        {
            varyingTemps.UnionWith(phase.Reductions.Select(r => r.Result.Id));
        }

        foreach (LoopPhase phase in kernel.Phases.Cast<LoopPhase>())
        {
            double points = phase.Extents.Aggregate(1.0, (x, e) => x * (e.Constant ?? TypicalExtent));
            int register = LaneWidth.Register(level, ExprWalk.Roots(phase));
            alongGrid += points * PointCost(phase, gridLane, kernel.Grid[^1].Constant, register, e => Varies(e, gridLane, varyingTemps));
            if (phase.Extents.IsEmpty)
            {
                alongPhases += PointCost(phase, "", 1, register, _ => false);
                continue;
            }

            string lane = $"i{phase.Extents.Length - 1}";
            alongPhases += points * PointCost(phase, lane, phase.Extents[^1].Constant, register, e => Varies(e, lane, []));
            // Folding lanes at the end of a row.
            alongPhases += 6.0 * phase.Reductions.Length;
        }

        return alongGrid < alongPhases;
    }

    private static double PointCost(LoopPhase phase, string lane, long? extent, int register, Func<Expr, bool> varies)
    {
        bool scalar = extent is long n && n < register;
        bool blocked = phase.Stores.Any(s => !s.Index.Mentions(lane));
        double lanes = scalar || blocked ? 1 : register;
        double cost = Cost.PerVector(ExprWalk.Roots(phase)) / lanes;
        foreach ((Expr index, bool masked) in Accesses(phase))
        {
            DimExpr? stride = Affine.Stride(index, lane, varies);
            cost += stride is null ? 3 : stride.IsZero || stride.IsOne ? (masked ? 2 : 1) / lanes : 1.5;
        }

        return cost;
    }

    private static IEnumerable<(Expr Index, bool Masked)> Accesses(LoopPhase phase) =>
        ExprWalk.All(ExprWalk.Roots(phase)).OfType<Expr.Load>().Select(l => (l.Index, l.Predicate is not null))
            .Concat(phase.Stores.Select(s => (s.Index, s.Predicate is not null)));

    private static bool Varies(Expr e, string lane, HashSet<int> temps) => e switch
    {
        Expr.Var v => v.Name == lane,
        Expr.Temp t => temps.Contains(t.Id),
        _ => e.Operands.Any(o => Varies(o, lane, temps)),
    };
}
