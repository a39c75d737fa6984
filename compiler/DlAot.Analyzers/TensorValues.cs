using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>Values that only the run of tensor operations gives, in distinction from sizes.</summary>
internal static class TensorValues
{
    private const int Deepest = 4;

    /// <summary>The expression is, or is made of, elements of tensors.</summary>
    public static bool IsIn(IOperation o, TensorMethod m, int depth = 0)
    {
        if (m.Torch.IsTensor(o.Type))
        {
            return true;
        }

        return o switch
        {
            ILocalReferenceOperation { Local: var local } => depth < Deepest && m.ValueOf(local) is { } value && IsIn(value, m, depth + 1),
            IInvocationOperation or IPropertyReferenceOperation when Called.ReceiverOf(o) is { } receiver && m.Torch.IsTensor(receiver.Type) => Called.By(o) is { } called && IsElement(called),
            _ => o.ChildOperations.Any(c => IsIn(c, m, depth)),
        };
    }

    private static bool IsElement(IMethodSymbol called) => called.Name == "item" || called.Name == "ToString" || TorchSymbols.KeyOf(called).StartsWith("TensorExtensionMethods.To", System.StringComparison.Ordinal);
}
