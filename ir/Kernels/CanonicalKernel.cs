using System.Collections.Immutable;
using DlAot.Ir.Text;

namespace DlAot.Ir.Kernels;

/// <summary>
/// A kernel without the names of its surroundings: symbols are <c>s0, s1...</c> and scalars 0, 1... in the order of their first
/// mention, and nothing says where it comes from. Kernels with one <see cref="Text"/> run the same code over different data: the layers
/// of a model, the versions of a method.
/// </summary>
/// <param name="Kernel">The kernel over those symbols and scalars.</param>
/// <param name="Symbols">The plan's name of each symbol.</param>
/// <param name="Scalars">The plan's number of each scalar.</param>
public sealed record CanonicalKernel(Kernel Kernel, ImmutableArray<string> Symbols, ImmutableArray<int> Scalars)
{
    /// <summary>Everything that the code of the kernel depends on, except the dtypes in which the scalars are passed.</summary>
    public string Text { get; } = KernelJson.Print(Kernel);

    public static CanonicalKernel Of(Kernel kernel) => new Renaming().Run(kernel);

    private sealed class Renaming
    {
        private readonly ExprPool pool = new();
        private readonly Dictionary<Expr, Expr> done = new(ReferenceEqualityComparer.Instance);
        private readonly List<string> symbols = [];
        private readonly List<int> scalars = [];

        public CanonicalKernel Run(Kernel kernel)
        {
            Kernel renamed = kernel with
            {
                Name = "",
                Buffers = [.. kernel.Buffers.Select(b => b with { Name = "", Elements = Renamed(b.Elements) })],
                Grid = Renamed(kernel.Grid),
                Phases = [.. kernel.Phases.Select(Renamed)],
                Checks = [.. kernel.Checks.Select(Renamed)],
                CheckLoops = Renamed(kernel.CheckLoops),
                Origins = [],
            };
            return new(renamed, [.. symbols], [.. scalars]);
        }

        private Phase Renamed(Phase phase) => phase switch
        {
            LoopPhase loop => new LoopPhase(
                Renamed(loop.Extents), [.. loop.Reductions.Select(r => r with { Value = Renamed(r.Value), Result = Renamed(r.Result) })], Renamed(loop.Stores)),
            ContractPhase c => new ContractPhase(Renamed(c.M), Renamed(c.N), Renamed(c.K), Renamed(c.A), Renamed(c.B), Renamed(c.Result), Renamed(c.Stores)),
            _ => throw new ArgumentException($"unknown phase {phase}", nameof(phase)),
        };

        private ImmutableArray<Store> Renamed(ImmutableArray<Store> stores) => [.. stores.Select(s => s with
        {
            Index = Renamed(s.Index), Value = Renamed(s.Value), Predicate = s.Predicate is null ? null : Renamed(s.Predicate),
        })];

        private ImmutableArray<DimExpr> Renamed(ImmutableArray<DimExpr> dims) => [.. dims.Select(Renamed)];

        private DimExpr Renamed(DimExpr dim) => dim.Constant is null ? dim.Substitute(name => DimExpr.Symbol($"s{NumberOf(symbols, name)}")) : dim;

        private Expr.Temp Renamed(Expr.Temp temp) => pool.Temp(temp.Id, temp.Type);

        private Expr Renamed(Expr e)
        {
            if (!done.TryGetValue(e, out Expr? renamed))
            {
                done[e] = renamed = e switch
                {
                    Expr.Const c => c.Type.IsFloat() ? pool.Const(c.Type, c.Float) : pool.Int(c.Integer, c.Type),
                    Expr.Dim d => pool.Dim(Renamed(d.Value)),
                    Expr.Scalar s => pool.Scalar(NumberOf(scalars, s.Index), s.Type),
                    Expr.Var v => pool.Var(v.Name),
                    Expr.Temp t => pool.Temp(t.Id, t.Type),
                    Expr.Load l => pool.Load(l.Buffer, l.Type, Renamed(l.Index), l.Predicate is null ? null : Renamed(l.Predicate)),
                    Expr.Op o => pool.Op(o.Code, o.Type, [.. o.Operands.Select(Renamed)]),
                    _ => throw new ArgumentException($"unknown expression {e}", nameof(e)),
                };
            }

            return renamed;
        }

        private static int NumberOf<T>(List<T> known, T item)
        {
            int number = known.IndexOf(item);
            if (number < 0)
            {
                number = known.Count;
                known.Add(item);
            }

            return number;
        }
    }
}
