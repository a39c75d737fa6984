using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>One compiled version of a method: a graph, how its inputs are reached, what must hold, and what is returned.</summary>
/// <param name="Inputs">For each graph input, in order, the access that yields the tensor or number.</param>
/// <param name="Guards">Conditions in the order in which accesses need them.</param>
/// <param name="Result">What the method returns.</param>
/// <param name="Externs">Calls that stay calls, by the key in the extern nodes' <c>callee</c>.</param>
/// <param name="Assumptions">What the version assumes about arguments, in words, for reports.</param>
public sealed record LiftedVersion(
    Graph Graph,
    ImmutableArray<Access> Inputs,
    ImmutableArray<Guard> Guards,
    OutputTree Result,
    ImmutableDictionary<string, ExternCall> Externs,
    ImmutableArray<string> Assumptions);

/// <summary>
/// A call kept as a call: the method, the receiver, and the dtype it was lifted for. Operand 0 is the tensor argument; further
/// parameters are optional and passed as their default (null). The result is a tensor or a tuple of tensors.
/// </summary>
public sealed record ExternCall(MethodReference Method, Access Receiver, DType DType);

/// <summary>Outcome for one candidate method: versions in the order in which they are tried, or the reasons why there is none.</summary>
public sealed record LiftedMethod(MethodDefinition Method, ImmutableArray<LiftedVersion> Versions, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary><c>Namespace.Type.method</c>.</summary>
    public string Name => NameOf(Method);

    public static string NameOf(MethodDefinition method) => $"{method.DeclaringType.FullName.Replace('/', '.')}.{method.Name}";

    public bool IsWhole => !Versions.IsEmpty;
}

/// <summary>The shape of a returned value.</summary>
public abstract record OutputTree
{
    /// <summary>Graph output <paramref name="Index"/> as a tensor object of its own.</summary>
    public sealed record Tensor(int Index) : OutputTree;

    /// <summary>The very object that came in.</summary>
    public sealed record Same(Access Access) : OutputTree;

    /// <summary>A tuple or similar made by a constructor from parts.</summary>
    public sealed record Made(MethodReference Constructor, ImmutableArray<OutputTree> Items) : OutputTree;

    /// <summary>An array.</summary>
    public sealed record Array(TypeReference ElementType, ImmutableArray<OutputTree> Items) : OutputTree;

    public sealed record Null : OutputTree;

    /// <summary>A constant number, bool or string.</summary>
    public sealed record Constant(object Value, TypeReference Type) : OutputTree;
}
