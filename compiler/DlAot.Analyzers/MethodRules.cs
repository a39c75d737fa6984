using System.Collections.Generic;
using System.Linq;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>Rules about methods as wholes.</summary>
internal static class MethodRules
{
    public static IEnumerable<Finding> KeptEager(TensorMethod m)
    {
        if (TorchSymbols.EagerPlace(m.Method) is { } place && (m.IsForward || m.IsVisible))
        {
            yield return AtName(m, place);
        }
    }

    public static IEnumerable<Finding> ByReference(TensorMethod m) =>
        m.Method.Parameters.Where(p => p.RefKind != RefKind.None).Take(m.IsVisible ? 1 : 0).Select(p => new Finding(p.Locations[0], $"the parameter {p.Name} is passed by reference"));

    public static IEnumerable<Finding> Training(TensorMethod m)
    {
        if (m.Calls.FirstOrDefault(c => c.IsLibrary && Members.Gradients.Contains(c.Method.Name)) is { } first)
        {
            yield return Finding.At(first.Operation, TorchSymbols.Describe(first.Method));
        }
    }

    // Abstract for the compiler too: a forward that only hands on what it got.
    public static IEnumerable<Finding> NoComputation(TensorMethod m)
    {
        if (m.IsForward && m.TensorCalls == 0 && !m.Of<IThrowOperation>().Any() && !m.Calls.Any(c => m.Torch.MentionsTensor(c.Method.ReturnType)))
        {
            yield return AtName(m);
        }
    }

    public static IEnumerable<Finding> AlwaysThrows(TensorMethod m)
    {
        if (m.Of<IBlockOperation>().FirstOrDefault()?.Operations.FirstOrDefault() is { } first && Thrown(first) is { Exception: { } e } thrown)
        {
            yield return Finding.At(thrown, TensorMethod.Unwrapped(e).Type?.Name);
        }
    }

    public static IEnumerable<Finding> NoTensorReaches(TensorMethod m)
    {
        if (!m.Torch.MentionsTensor(m.Method.ReturnType) && !m.Method.Parameters.Any(p => m.Torch.MentionsTensor(p.Type)) && !m.Operations.Any(o => m.Torch.MentionsTensor(o.Type)) && !m.Calls.Any(c => c.IsLibrary))
        {
            yield return AtName(m);
        }
    }

    public static IEnumerable<Finding> Generic(TensorMethod m)
    {
        if (TensorMethod.IsGeneric(m.Method))
        {
            yield return AtName(m, "it is generic");
        }
    }

    public static IEnumerable<Finding> NoOperation(TensorMethod m)
    {
        if (m.TensorCalls == 0)
        {
            yield return AtName(m);
        }
    }

    private static IThrowOperation? Thrown(IOperation statement) => statement switch
    {
        IThrowOperation thrown => thrown,
        IExpressionStatementOperation { Operation: IThrowOperation thrown } => thrown,
        IReturnOperation { ReturnedValue: { } value } => TensorMethod.Unwrapped(value) as IThrowOperation,
        _ => null,
    };

    private static Finding AtName(TensorMethod m, params object?[] details) => new(m.Method.Locations[0], details);
}
