using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>Visits of expression DAGs: each shared node once.</summary>
internal static class ExprWalk
{
    /// <summary>All distinct nodes under the roots, operands first.</summary>
    public static IReadOnlyList<Expr> All(IEnumerable<Expr> roots)
    {
        List<Expr> order = [];
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        foreach (Expr root in roots)
        {
            Visit(root);
        }

        return order;

        void Visit(Expr e)
        {
            if (seen.Add(e))
            {
                foreach (Expr operand in e.Operands)
                {
                    Visit(operand);
                }

                order.Add(e);
            }
        }
    }

    /// <summary>What a phase computes: values, predicates and indices.</summary>
    public static IEnumerable<Expr> Roots(Phase phase) => phase switch
    {
        LoopPhase loop => loop.Reductions.Select(r => r.Value).Concat(Roots(loop.Stores)),
        ContractPhase contract => Roots(contract.Stores).Append(contract.A).Append(contract.B),
        _ => throw new InvalidOperationException($"phase {phase.GetType().Name} is not known"),
    };

    public static IEnumerable<Expr> Roots(IEnumerable<Store> stores) =>
        stores.SelectMany(s => s.Predicate is null ? new[] { s.Value, s.Index } : [s.Value, s.Index, s.Predicate]);

    /// <summary>The values that are computed, without the index arithmetic below loads and stores.</summary>
    public static IReadOnlyList<Expr> ValuesOnly(IEnumerable<Expr> roots)
    {
        List<Expr> order = [];
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        foreach (Expr root in roots)
        {
            Visit(root);
        }

        return order;

        void Visit(Expr e)
        {
            if (!seen.Add(e))
            {
                return;
            }

            foreach (Expr operand in e is Expr.Load { Predicate: var predicate } ? predicate is null ? [] : [predicate] : e.Operands)
            {
                Visit(operand);
            }

            order.Add(e);
        }
    }
}
