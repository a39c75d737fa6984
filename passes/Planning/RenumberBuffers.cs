using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.Passes.Planning;

/// <summary>A kernel's expressions with other buffer numbers.</summary>
internal sealed class RenumberBuffers(Func<int, int> number)
{
    private readonly ExprPool pool = new();
    private readonly Dictionary<Expr, Expr> done = new(ReferenceEqualityComparer.Instance);

    public Kernel Apply(Kernel kernel) => kernel with
    {
        Phases =
        [
            .. kernel.Phases.Select(p => p switch
            {
                LoopPhase l => l with
                {
                    Reductions = [.. l.Reductions.Select(r => r with { Value = Apply(r.Value), Result = (Expr.Temp)Apply(r.Result) })],
                    Stores = Apply(l.Stores),
                },
                ContractPhase c => c with { A = Apply(c.A), B = Apply(c.B), Result = (Expr.Temp)Apply(c.Result), Stores = Apply(c.Stores) },
                _ => p,
            }),
        ],
        Checks = [.. kernel.Checks.Select(Apply)],
    };

    private ImmutableArray<Store> Apply(ImmutableArray<Store> stores) =>
        [.. stores.Select(s => new Store(number(s.Buffer), Apply(s.Index), Apply(s.Value), s.Predicate is null ? null : Apply(s.Predicate)))];

    private Expr Apply(Expr e)
    {
        if (!done.TryGetValue(e, out Expr? result))
        {
            done[e] = result = e switch
            {
                Expr.Const c => c.Type.IsFloat() ? pool.Const(c.Type, c.Float) : pool.Int(c.Integer, c.Type),
                Expr.Dim d => pool.Dim(d.Value),
                Expr.Scalar s => pool.Scalar(s.Index, s.Type),
                Expr.Var v => pool.Var(v.Name),
                Expr.Temp t => pool.Temp(t.Id, t.Type),
                Expr.Load l => pool.Load(number(l.Buffer), l.Type, Apply(l.Index), l.Predicate is null ? null : Apply(l.Predicate)),
                Expr.Op o => pool.Op(o.Code, o.Type, [.. o.Operands.Select(Apply)]),
                _ => throw new InvalidOperationException($"unknown expression {e.GetType().Name}"),
            };
        }

        return result;
    }
}
