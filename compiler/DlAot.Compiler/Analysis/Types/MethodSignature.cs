using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>What is known of a parameter, field or local.</summary>
/// <param name="Tensor">Bottom where no tensor was seen.</param>
/// <param name="IsNull">It may be null.</param>
/// <param name="HostType">The C# type of what is no tensor.</param>
public sealed record ParameterFact(string Name, TensorFact Tensor, bool IsNull = false, string? HostType = null)
{
    /// <summary><c>mask: bool[N,T]?</c></summary>
    public override string ToString() => $"{Name}: {HostType ?? (Tensor.IsBottom ? (IsNull ? "null" : "none") : $"{Tensor}{(IsNull ? "?" : "")}")}";
}

/// <summary>
/// What is known of the tensors that a method takes and returns, as one term: the same symbol twice means equal sizes. Signatures
/// of one method are a lattice under <see cref="SignatureJoin"/>; their symbols carry no meaning of their own, so a signature is
/// always in the form that <see cref="SignatureNames"/> gives it and equality is equality of text.
/// </summary>
/// <param name="Results">One fact for each tensor that is returned.</param>
/// <param name="Conditions">On sizes of parameters.</param>
public sealed record MethodSignature(string Method, ImmutableArray<ParameterFact> Parameters, ImmutableArray<TensorFact> Results, ImmutableArray<DimConstraint> Conditions)
{
    private readonly Lazy<ImmutableArray<string>> constraints = new(() => ShortConditions.Of(Conditions));

    /// <summary>Tensors that it reads and was not given, by the path to them, in the same symbols: <c>this.conv.weight</c>. No part of its identity.</summary>
    public ImmutableArray<ParameterFact> Fields { get; init; } = [];

    /// <summary>Tensors that its local variables hold, all values of one together. No part of its identity.</summary>
    public ImmutableArray<ParameterFact> Locals { get; init; } = [];

    /// <summary>The conditions in few words.</summary>
    public ImmutableArray<string> Constraints => constraints.Value;

    /// <param name="constraints">Those that name other sizes than parameters have are left out.</param>
    public static MethodSignature Of(string method, IEnumerable<ParameterFact> parameters, IEnumerable<TensorFact> results, IEnumerable<DimConstraint> constraints) =>
        SignatureNames.Apply(new Draft(method, [.. parameters], [.. results], [.. constraints]));

    /// <summary>Sizes of parameters and results, in the order of their appearance.</summary>
    internal Draft Open() => new(Method, Parameters, Results, Conditions) { Fields = Fields, Locals = Locals };

    public bool Equals(MethodSignature? other) => other is not null && ToString() == other.ToString() && Facts(this).SequenceEqual(Facts(other));

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary><c>Ns.Net.forward(x: f32[N,3,H,W]) -> f32[N,1000] where H%32==0</c></summary>
    public override string ToString() =>
        $"{Method}({string.Join(", ", Parameters)}){(Results.IsEmpty ? "" : $" -> {string.Join(", ", Results)}")}{(Constraints.IsEmpty ? "" : $" where {string.Join(", ", Constraints)}")}";

    /// <summary>Without the class: what stands in <c>[Compile(Signature = ...)]</c>.</summary>
    public string Short => ToString() is var text && text.LastIndexOf('.', text.IndexOf('(') - 1) is >= 0 and var dot ? text[(dot + 1)..] : text;

    private static IEnumerable<TensorFact> Facts(MethodSignature s) => s.Parameters.Select(p => p.Tensor).Concat(s.Results);

    /// <summary>A signature whose symbols are not renamed yet.</summary>
    internal sealed record Draft(string Method, ImmutableArray<ParameterFact> Parameters, ImmutableArray<TensorFact> Results, ImmutableArray<DimConstraint> Constraints)
    {
        public ImmutableArray<ParameterFact> Fields { get; init; } = [];

        public ImmutableArray<ParameterFact> Locals { get; init; } = [];

        public IEnumerable<TensorFact> Tensors => Parameters.Select(p => p.Tensor).Concat(Results).Concat(Fields.Concat(Locals).Select(f => f.Tensor));

        public IEnumerable<DimExpr> ParameterDims => Parameters.SelectMany(p => p.Tensor.Shape.Dims ?? []);

        public IEnumerable<DimExpr> ResultDims => Results.SelectMany(r => r.Shape.Dims ?? []);
    }
}
