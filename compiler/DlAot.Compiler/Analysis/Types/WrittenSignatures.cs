using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>What somebody wrote about a method, as a signature beside the one that the code shows.</summary>
internal static class WrittenSignatures
{
    /// <summary>What is not written is taken from <paramref name="inferred"/>, so that only what is written is compared.</summary>
    public static MethodSignature Of(MethodDefinition method, ImmutableDictionary<string, WrittenType> written, MethodSignature inferred)
    {
        MethodSignature.Draft draft = inferred.Open();
        WrittenType? result = Signatures.ResultOf(method);
        ParameterFact[] parameters = [.. draft.Parameters.Select(p => p.HostType is null && written.TryGetValue(p.Name, out WrittenType? type) ? p with { Tensor = Fact(p.Name, p.Tensor, type), IsNull = false } : p)];
        var sizes = new Dictionary<string, DimExpr>(StringComparer.Ordinal);
        foreach ((ParameterFact p, ParameterFact w) in draft.Parameters.Zip(parameters))
        {
            if (p.Tensor.Shape.Dims is { } dims && w.Tensor.Shape.Dims is { } given && dims.Length == given.Length)
            {
                foreach ((DimExpr d, DimExpr g) in dims.Zip(given).Where(z => z.First.SymbolName is not null))
                {
                    sizes.TryAdd(d.SymbolName!, g);
                }
            }
        }

        // Results and conditions are what they are for the parameters as they are written.
        DimExpr Fitting(DimExpr d) => d.Substitute(s => sizes.GetValueOrDefault(s));
        TensorFact[] results = [.. draft.Results.Select((r, i) => i == 0 && result is not null ? Fact("", r, result) : Fitted(r))];
        IEnumerable<DimConstraint> conditions = draft.Constraints.Select(c => c with { Left = Fitting(c.Left), Right = Fitting(c.Right) }).Where(c => c.Left.Constant is null || c.Right.Constant is null);
        return SignatureNames.Apply(new(inferred.Method, [.. parameters], [.. results], [.. conditions]) { Fields = All(draft.Fields), Locals = All(draft.Locals) });

        TensorFact Fitted(TensorFact t) => t.Shape.Dims is { } dims ? t with { Shape = ShapeFact.Of([.. dims.Select(Fitting)]) } : t;

        ImmutableArray<ParameterFact> All(ImmutableArray<ParameterFact> facts) => [.. facts.Select(f => f with { Tensor = Fitted(f.Tensor) })];
    }

    private static TensorFact Fact(string name, TensorFact inferred, WrittenType type) => inferred with
    {
        DType = type.DType is { } known ? Flat<DType>.Of(known) : inferred.DType,
        Shape = ShapeFact.Of([.. type.Sizes.Select((n, i) => n is long size ? (DimExpr)size : DimExpr.Symbol(type.Names[i] is { } symbol ? $"'{symbol}" : $"{name}/{i}"))]),
    };
}
