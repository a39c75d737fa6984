using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>
/// Names sizes by where they stand first: <c>N,C,H,W</c> in four dimensions, <c>N,T,C</c> in three. Equal signatures get equal
/// names, and their conditions one order.
/// </summary>
internal static class SignatureNames
{
    private static readonly string[][] ByRank = [[], ["N"], ["N", "C"], ["N", "T", "C"], ["N", "C", "H", "W"], ["N", "C", "D", "H", "W"]];

    private static readonly string[] Others = ["M", "K", "L", "S", "P", "Q", "R", "U", "V", "X", "Y", "Z"];

    public static MethodSignature Apply(MethodSignature.Draft draft)
    {
        HashSet<string> bound = [.. draft.ParameterDims.Select(d => d.SymbolName).OfType<string>()];
        draft = Renamed(draft, d => d.SymbolName is not null || d.Symbols.All(bound.Contains) ? d : DimExpr.Symbol($"({d})")); // computed from sizes of modules: a size of its own
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (ImmutableArray<DimExpr> dims in draft.Tensors.Select(t => t.Shape.Dims).OfType<ImmutableArray<DimExpr>>())
        {
            for (int i = 0; i < dims.Length; i++)
            {
                if (dims[i].SymbolName is { } symbol && !names.ContainsKey(symbol))
                {
                    names[symbol] = Free(dims.Length < ByRank.Length ? ByRank[dims.Length][i] : null, taken);
                }
            }
        }

        DimExpr Named(DimExpr e) => e.Substitute(s => DimExpr.Symbol(names[s]));
        ImmutableArray<DimConstraint> conditions =
        [
            .. draft.Constraints.Where(c => c.Left.Symbols.Concat(c.Right.Symbols).All(bound.Contains)).Select(c => Conditions.Plain(c with { Left = Named(c.Left), Right = Named(c.Right), Location = SourceLocation.None }))
                .DistinctBy(c => c.ToString()).OrderBy(c => c.ToString(), StringComparer.Ordinal),
        ];
        draft = Renamed(draft, Named);
        return new MethodSignature(draft.Method, draft.Parameters, draft.Results, conditions) { Fields = draft.Fields, Locals = draft.Locals };
    }

    private static MethodSignature.Draft Renamed(MethodSignature.Draft draft, Func<DimExpr, DimExpr> rename)
    {
        return draft with { Parameters = All(draft.Parameters), Results = [.. draft.Results.Select(Of)], Fields = All(draft.Fields), Locals = All(draft.Locals) };

        ImmutableArray<ParameterFact> All(ImmutableArray<ParameterFact> facts) => [.. facts.Select(p => p with { Tensor = Of(p.Tensor) })];

        TensorFact Of(TensorFact f) => f.Shape.Dims is { } dims ? f with { Shape = ShapeFact.Of([.. dims.Select(rename)]) } : f;
    }

    private static string Free(string? wanted, HashSet<string> taken)
    {
        string? name = (wanted is null ? Others : Others.Prepend(wanted)).FirstOrDefault(taken.Add);
        for (int i = 1; name is null; i++)
        {
            name = taken.Add($"D{i}") ? $"D{i}" : null;
        }

        return name;
    }
}
