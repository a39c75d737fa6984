using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>Rules about loops and recursion.</summary>
internal static class FlowRules
{
    // Turns that no budget of the compiler's suffices for (Lifting/Budget.cs), with one operation a turn.
    private const long TooMany = 400_000;

    // With other numbers it is unrolled.
    public static IEnumerable<Finding> Recursion(TensorMethod m) => m.Of<IInvocationOperation>()
        .Where(c => SymbolEqualityComparer.Default.Equals(c.TargetMethod, m.Method) && c.Arguments.All(a => m.Torch.MentionsTensor(a.Parameter?.Type) || (TensorMethod.Unwrapped(a.Value) is IParameterReferenceOperation p && SymbolEqualityComparer.Default.Equals(p.Parameter, a.Parameter))))
        .Where(c => c.Instance is null or IInstanceReferenceOperation)
        .Select(c => Finding.At(c, TorchSymbols.Describe(m.Method)));

    public static IEnumerable<Finding> TensorIteration(TensorMethod m) => m.Of<IForLoopOperation>()
        .Where(l => l.Condition is IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual, RightOperand: var bound } && IsSize(m.Seen(bound), m) && Called.AllIn(l.Body).Any(o => m.Torch.MentionsTensor(o.Type)))
        .Select(l => Finding.At(l.Condition!, "a number of turns that the caller gives"));

    public static IEnumerable<Finding> LongLoops(TensorMethod m) => m.Of<IForLoopOperation>()
        .Where(l => l.Condition is IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual, RightOperand.ConstantValue: { HasValue: true, Value: int or long } bound }
            && System.Convert.ToInt64(bound.Value, System.Globalization.CultureInfo.InvariantCulture) >= TooMany && !Called.AllIn(l.Body).Any(o => o is IBranchOperation { BranchKind: BranchKind.Break } or IReturnOperation))
        .Select(l => Finding.At(l.Condition!, TooMany));

    // x.shape[0], x.size(0)
    private static bool IsSize(IOperation o, TensorMethod m) => o switch
    {
        IArrayElementReferenceOperation { ArrayReference: IPropertyReferenceOperation { Property.Name: "shape", Instance: { } x } } => m.Torch.IsTensor(x.Type),
        IInvocationOperation { TargetMethod.Name: "size", Instance: { } x } => m.Torch.IsTensor(x.Type),
        _ => false,
    };
}
