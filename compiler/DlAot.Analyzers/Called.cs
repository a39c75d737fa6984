using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>A call, whatever its form: of a method, a property, an operator, a constructor.</summary>
internal sealed class Call(IOperation operation, IMethodSymbol method, MethodFacts facts)
{
    public IOperation Operation { get; } = operation;

    public IMethodSymbol Method { get; } = method;

    /// <summary>The member as the compiler's models are keyed.</summary>
    public string Key => facts.Key;

    /// <summary>It belongs to TorchSharp.</summary>
    public bool IsLibrary => facts.IsLibrary;

    public MethodFacts Facts => facts;
}

/// <summary>Which method an operation calls.</summary>
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
    public static IEnumerable<IOperation> AllIn(IOperation root) => root.DescendantsAndSelf();

    private static bool IsWritten(IPropertyReferenceOperation property) => property.Parent is ISimpleAssignmentOperation assignment && assignment.Target == property;
}
