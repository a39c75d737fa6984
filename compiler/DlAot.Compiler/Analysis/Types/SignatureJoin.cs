using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>
/// The join of two signatures of one method: the most specific one of which both are instances (least general generalisation,
/// Plotkin, A note on inductive generalization, 1970). Element types must agree or are unknown; another number of dimensions makes
/// it unknown; a size on which both agree stays, others become symbols, and places that agree in both signatures share one.
/// Conditions stay that hold in both.
/// </summary>
/// <remarks>
/// Commutative and idempotent; associative where sizes are numbers and symbols and the same tensors are there. Sizes of results that
/// are computed from others stay while one expression gives both. A tensor that only one side has keeps its own numbers, and is no
/// longer known to share sizes with those that both have.
/// </remarks>
public static class SignatureJoin
{
    private const int MaxSymbols = 4; // of one expression whose ways to be written are tried

    public static MethodSignature Of(MethodSignature a, MethodSignature b) => SignatureNames.Apply(new Pairs(a.Open(), b.Open()).Join());

    /// <summary>The join of all, null when there is none.</summary>
    public static MethodSignature? Of(IEnumerable<MethodSignature> all) => all.Aggregate((MethodSignature?)null, (x, y) => x is null ? y : Of(x, y));

    private sealed class Pairs(MethodSignature.Draft a, MethodSignature.Draft b)
    {
        private readonly Dictionary<(string?, string?), (DimExpr Symbol, DimExpr? Left, DimExpr? Right)> pairs = [];

        public MethodSignature.Draft Join()
        {
            // Sizes that are computed from others come after those.
            _ = Joined(a.Parameters, b.Parameters, Size);
            ImmutableArray<ParameterFact> parameters = Joined(a.Parameters, b.Parameters, Expression);
            int count = Math.Max(a.Results.Length, b.Results.Length);
            ImmutableArray<TensorFact> results = [.. Enumerable.Range(0, count).Select(i => Join(a.Results.ElementAtOrDefault(i) ?? TensorFact.Bottom, b.Results.ElementAtOrDefault(i) ?? TensorFact.Bottom, Expression))];
            return new MethodSignature.Draft(a.Method, parameters, results, [.. a.Constraints.SelectMany(Common)])
            {
                Fields = Joined(a.Fields, b.Fields, Expression),
                Locals = Joined(a.Locals, b.Locals, Expression),
            };
        }

        // By name.
        private static ImmutableArray<ParameterFact> Joined(ImmutableArray<ParameterFact> x, ImmutableArray<ParameterFact> y, Func<DimExpr?, DimExpr?, DimExpr> size)
        {
            string[] names = [.. x.Select(p => p.Name), .. y.Select(p => p.Name).Except(x.Select(p => p.Name)).Order(StringComparer.Ordinal)];
            return [.. names.Select(n => Join(x.FirstOrDefault(p => p.Name == n), y.FirstOrDefault(p => p.Name == n), size))];
        }

        private static ParameterFact Join(ParameterFact? x, ParameterFact? y, Func<DimExpr?, DimExpr?, DimExpr> size) => new(
            (x ?? y)!.Name, Join(x?.Tensor ?? TensorFact.Bottom, y?.Tensor ?? TensorFact.Bottom, size), x?.IsNull == true || y?.IsNull == true, x?.HostType ?? y?.HostType);

        private static TensorFact Join(TensorFact x, TensorFact y, Func<DimExpr?, DimExpr?, DimExpr> size) => new(
            x.DType.Join(y.DType), Join(x.Shape, y.Shape, size), x.Device.Join(y.Device), x.Layout.Join(y.Layout), x.RequiresGrad.Join(y.RequiresGrad), x.Origin | y.Origin);

        private static ShapeFact Join(ShapeFact x, ShapeFact y, Func<DimExpr?, DimExpr?, DimExpr> size) => (x, y) switch
        {
            ({ IsBottom: true }, { Dims: { } right }) => ShapeFact.Of([.. right.Select(d => size(null, d))]),
            ({ Dims: { } left }, { IsBottom: true }) => ShapeFact.Of([.. left.Select(d => size(d, null))]),
            ({ Dims: { } left }, { Dims: { } right }) when left.Length == right.Length => ShapeFact.Of([.. left.Zip(right, size)]),
            ({ IsBottom: true }, { IsBottom: true }) => ShapeFact.Bottom,
            _ => ShapeFact.Top,
        };

        // Equal numbers stay; one symbol for each pair of others. Where one side saw no tensor the other one's numbers hold.
        private DimExpr Size(DimExpr? left, DimExpr? right)
        {
            if ((left ?? right)!.Constant is not null && (left is null || right is null || left == right))
            {
                return (left ?? right)!;
            }

            if (!IsAtom(left) || !IsAtom(right))
            {
                return DimExpr.Zero;
            }

            return SymbolOf(left, right);
        }

        private static bool IsAtom(DimExpr? e) => e is null || e.Constant is not null || e.SymbolName is not null;

        private DimExpr SymbolOf(DimExpr? left, DimExpr? right)
        {
            (string?, string?) key = (left?.ToString(), right?.ToString());
            if (!pairs.TryGetValue(key, out var pair))
            {
                pairs[key] = pair = (DimExpr.Symbol($"j{pairs.Count}"), left, right);
            }

            return pair.Symbol;
        }

        // What gives the left size in the left signature and the right one in the right one.
        private DimExpr Expression(DimExpr? left, DimExpr? right)
        {
            if (IsAtom(left) && IsAtom(right))
            {
                return Size(left, right);
            }

            IEnumerable<DimExpr> fromLeft = left is null ? [] : Writings(left, isLeft: true).Where(e => right is null || Side(e, isLeft: false) == right);
            IEnumerable<DimExpr> fromRight = right is null ? [] : Writings(right, isLeft: false).Where(e => left is null || Side(e, isLeft: true) == left);
            return fromLeft.Concat(fromRight).MinBy(e => e.ToString(), StringComparer.Ordinal) ?? SymbolOf(left, right);
        }

        private IEnumerable<DimConstraint> Common(DimConstraint c) => Writings(c.Left, isLeft: true)
            .SelectMany(l => Writings(c.Right, isLeft: true).Select(r => c with { Left = l, Right = r }))
            .Where(w => b.Constraints.Any(o => o.Kind == c.Kind && Side(w.Left, isLeft: false) == o.Left && Side(w.Right, isLeft: false) == o.Right));

        // All expressions in symbols of the join that are this one on that side.
        private DimExpr[] Writings(DimExpr e, bool isLeft)
        {
            string[] symbols = [.. e.Symbols];
            if (symbols.Length > MaxSymbols)
            {
                return [];
            }

            IEnumerable<ImmutableDictionary<string, DimExpr>> ways = [ImmutableDictionary<string, DimExpr>.Empty];
            foreach (string symbol in symbols)
            {
                DimExpr[] stands = [.. pairs.Values.Where(p => (isLeft ? p.Left : p.Right)?.SymbolName == symbol).Select(p => p.Symbol)];
                ways = ways.SelectMany(w => stands.Select(s => w.Add(symbol, s)));
            }

            return [.. ways.Select(w => e.Substitute(s => w[s]))];
        }

        private DimExpr Side(DimExpr e, bool isLeft) => e.Substitute(s => pairs.Values.Where(p => p.Symbol.SymbolName == s).Select(p => isLeft ? p.Left : p.Right).FirstOrDefault());
    }
}
