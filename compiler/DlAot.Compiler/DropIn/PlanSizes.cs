using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.Compiler.DropIn;

/// <summary>Every size expression that running a plan evaluates, in the stub or in native code.</summary>
internal static class PlanSizes
{
    public static IEnumerable<DimExpr> Of(Plan plan) =>
    [
        .. plan.Buffers.SelectMany(Of),
        plan.ArenaBytes,
        .. plan.Steps.OfType<ExternStep>().SelectMany(e => e.Node.Attributes).SelectMany(a => Attributes.DimsIn(a.Value)),
        .. plan.Steps.OfType<RegionStep>().SelectMany(r => r.Kernels).SelectMany(c => Of(c.Kernel)),
    ];

    /// <summary>The size expressions that running a step evaluates, allocation of what it writes included.</summary>
    public static IEnumerable<DimExpr> Of(Plan plan, PlanStep step) => step switch
    {
        RegionStep r => r.Kernels.SelectMany(k => k.Buffers.SelectMany(b => Of(plan.Buffers[b])).Concat(Of(k.Kernel))),
        ExternStep e => e.Node.Attributes.Where(a => a.Key != "types").SelectMany(a => Attributes.DimsIn(a.Value)).Concat(e.Operands.Where(o => o >= 0).SelectMany(o => Of(plan.Buffers[o]))),
        _ => [],
    };

    private static IEnumerable<DimExpr> Of(PlanBuffer b) => b.Type.Shape.Concat(b.Strides.IsDefault ? [] : b.Strides).Concat(b.Offset is null ? [] : [b.Offset]);

    private static IEnumerable<DimExpr> Of(Kernel kernel) =>
    [
        .. kernel.Grid,
        .. kernel.Buffers.Select(b => b.Elements),
        .. kernel.Phases.SelectMany(p => p switch
        {
            ContractPhase c => [c.M, c.N, c.K],
            LoopPhase l => l.Extents,
            _ => Enumerable.Empty<DimExpr>(),
        }),
        .. Expressions(kernel).OfType<Expr.Dim>().Select(d => d.Value),
    ];

    private static IEnumerable<Expr> Expressions(Kernel kernel)
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        var open = new Stack<Expr>(kernel.Checks.Concat(kernel.Phases.SelectMany(p => p.Roots)));
        while (open.TryPop(out Expr? e))
        {
            if (!seen.Add(e))
            {
                continue;
            }

            yield return e;
            foreach (Expr operand in e.Operands)
            {
                open.Push(operand);
            }
        }
    }
}
