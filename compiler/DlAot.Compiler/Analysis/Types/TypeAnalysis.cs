using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>What the analysis knows of a method.</summary>
/// <param name="Signature">What holds of every call: what somebody wrote, else the join of what the code demands.</param>
/// <param name="Inferred">What the code shows by itself.</param>
/// <param name="Versions">What each lifted version demands, likeliest first.</param>
/// <param name="Calls">What callers pass.</param>
/// <param name="Relation">How what somebody wrote stands to what the code shows; null where nobody wrote anything.</param>
public sealed record MethodTypes(
    MethodDefinition Method, MethodSignature Signature, MethodSignature Inferred, ImmutableArray<MethodSignature> Versions, ImmutableArray<SeenCall> Calls,
    SignatureRelation? Relation, ImmutableArray<Diagnostic> Diagnostics)
{
    public string Name => Method.Name;

    public SourceLocation Location => Frame.StartOf(Method);
}

/// <summary>
/// Tensor analysis of an assembly, from one method to the next: the signature of a method joins what its lifted versions demand
/// that fit what callers pass, and is compared with the one that somebody wrote.
/// </summary>
public static class TypeAnalysis
{
    /// <param name="compilation">After <see cref="Compilation.Plan"/>.</param>
    public static ImmutableArray<MethodTypes> Of(Compilation compilation) => Of(compilation.World, compilation.LiftOptions, [.. compilation.Methods.Select(m => m.Lifted)]);

    public static ImmutableArray<MethodTypes> Of(World world, LiftOptions options, IReadOnlyCollection<LiftedMethod> lifted)
    {
        var signatures = new Signatures(world, options);
        var free = new MethodSearch(world, new Lifter(world, options with { HeedsSignatures = false }));
        var sites = new PassedTensors(world, lifted);
        return [.. lifted.Select(Of)];

        MethodTypes Of(LiftedMethod method)
        {
            ImmutableDictionary<string, WrittenType> written = signatures.Of(method.Method);
            bool isWritten = !written.IsEmpty || Signatures.ResultOf(method.Method) is not null;
            ImmutableArray<SeenCall> calls = [.. sites.Of(method.Method)];
            LiftedMethod shown = isWritten ? free.Lift(method.Method) : method;
            MethodSignature inferred = Inferred(shown, calls);
            MethodSignature? given = isWritten ? WrittenSignatures.Of(method.Method, written, Nearest(method.Method, written, shown) ?? inferred) : null;
            SignatureRelation? relation = given is null ? null : SignatureComparison.Compare(given, inferred);
            return new MethodTypes(
                method.Method, given ?? inferred, inferred, VersionsOf(shown), calls, relation,
                relation is { } r ? [Diagnostic.Of(Rule(r), Frame.StartOf(method.Method), method.Name, given!.Short, inferred.Short)] : []);
        }
    }

    private static DiagnosticRule Rule(SignatureRelation relation) => relation switch
    {
        SignatureRelation.Agrees => Rules.SignatureAgrees,
        SignatureRelation.Tighter => Rules.SignatureTighter,
        SignatureRelation.Broader => Rules.SignatureBroader,
        _ => Rules.SignatureDisagrees,
    };

    private static ImmutableArray<MethodSignature> VersionsOf(LiftedMethod method) => [.. method.Versions.Select(v => SignatureInference.Of(method.Method, v)).Distinct()];

    // What was recorded, or fits a call, says more than what would lift as well.
    private static MethodSignature Inferred(LiftedMethod method, ImmutableArray<SeenCall> calls)
    {
        LiftedVersion[] recorded = [.. method.Versions.Where(v => v.Places.IsRecorded)];
        LiftedVersion[] met = recorded.Length > 0 ? recorded : [.. method.Versions.Where(v => calls.Any(c => Fits(v, c)))];
        return SignatureJoin.Of((met.Length > 0 ? met : [.. method.Versions]).Select(v => SignatureInference.Of(method.Method, v))) ?? Unlifted(method.Method, calls);
    }

    // Numbers of dimensions and element types are those of the version.
    private static bool Fits(LiftedVersion version, SeenCall call) => call.Tensors.All(t => version.Inputs.Zip(version.Graph.Inputs)
        .Where(i => i.First is Access.Argument a && a.Name == t.Parameter).All(i => i.Second.Value.Type is var type && type.DType == t.Type.DType && type.Rank == t.Type.Rank));

    private static MethodSignature? Nearest(MethodDefinition method, ImmutableDictionary<string, WrittenType> written, LiftedMethod shown) =>
        VersionsOf(shown).FirstOrDefault(s => s.Parameters.All(p => !written.TryGetValue(p.Name, out WrittenType? type) || p.Tensor.Shape.Dims?.Length == type.Sizes.Length));

    // Of a method that does not lift only its callers tell something.
    private static MethodSignature Unlifted(MethodDefinition method, ImmutableArray<SeenCall> calls)
    {
        var any = new TensorFact(Flat<DType>.Top, ShapeFact.Top);
        IEnumerable<MethodSignature> seen = calls.Select(c => MethodSignature.Of(LiftedMethod.NameOf(method), Parameters(p => c.Tensors.FirstOrDefault(t => t.Parameter == p) is { Type: { } type } ? TensorFact.Of(type) with { Origin = Origins.Argument } : any), [], []));
        return SignatureJoin.Of(seen) ?? MethodSignature.Of(LiftedMethod.NameOf(method), Parameters(_ => any), [], []);

        IEnumerable<ParameterFact> Parameters(Func<string, TensorFact> fact) =>
            method.Parameters.Select(p => World.IsTensor(p.ParameterType) ? new ParameterFact(p.Name, fact(p.Name)) : new ParameterFact(p.Name, TensorFact.Bottom, HostType: SignatureInference.Host(p.ParameterType)));
    }
}
