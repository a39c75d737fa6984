using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>Which method an operation calls, whatever the form: a call, a property, an operator, a construction.</summary>
internal static class Called
{
    public static IMethodSymbol? By(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.TargetMethod,
        IObjectCreationOperation made => made.Constructor,
        IPropertyReferenceOperation property => IsWritten(property) ? property.Property.SetMethod ?? property.Property.GetMethod : property.Property.GetMethod,
        IBinaryOperation binary => binary.OperatorMethod,
        IUnaryOperation unary => unary.OperatorMethod,
        IConversionOperation conversion => conversion.OperatorMethod,
        ICompoundAssignmentOperation assignment => assignment.OperatorMethod,
        _ => null,
    };

    /// <summary>The object that it is called on, null for none.</summary>
    public static IOperation? ReceiverOf(IOperation operation) => operation switch
    {
        IInvocationOperation { Instance: { } instance } => instance,
        IInvocationOperation { TargetMethod.IsExtensionMethod: true, Arguments: { Length: > 0 } arguments } => arguments[0].Value,
        IPropertyReferenceOperation property => property.Instance,
        _ => null,
    };

    /// <summary>The operation and all below it, in the order of the source.</summary>
    public static IEnumerable<IOperation> AllIn(IOperation root)
    {
        yield return root;
        foreach (IOperation child in root.ChildOperations)
        {
            foreach (IOperation below in AllIn(child))
            {
                yield return below;
            }
        }
    }

    private static bool IsWritten(IPropertyReferenceOperation property) => property.Parent is ISimpleAssignmentOperation assignment && assignment.Target == property;
}
