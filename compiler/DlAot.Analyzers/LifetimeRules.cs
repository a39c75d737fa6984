using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>Rules about memory: what is disposed of, what shares storage, which modes stay on.</summary>
internal static class LifetimeRules
{
    private static readonly ImmutableHashSet<string> Modes = ["torch.no_grad", "torch.set_grad_enabled", "torch.enable_grad"], Reordering = ["Tensor.transpose", "Tensor.permute", "Tensor.t", "Tensor.get_T", "Tensor.get_mT", "Tensor.swapaxes", "Tensor.movedim"];

    public static IEnumerable<Finding> OpenModes(TensorMethod m) => m.Of<IInvocationOperation>()
        .Where(c => m.Torch.IsLibrary(c.TargetMethod) && Modes.Contains(m.Torch.FactsOf(c.TargetMethod).Key) && c.Parent is IExpressionStatementOperation)
        .Select(c => Finding.At(c, "the gradient mode"));

    public static IEnumerable<Finding> SharedWrites(TensorMethod m) => m.Of<IInvocationOperation>()
        .Where(c => IsInPlace(c, m) && c.Instance is { } x && m.Seen(x) is IInvocationOperation view && m.Torch.FactsOf(view.TargetMethod).Key is "Tensor.expand" or "Tensor.broadcast_to" or "Tensor.expand_as")
        .Select(c => Finding.At(c, TorchSymbols.Describe(c.TargetMethod)));

    public static IEnumerable<Finding> UncertainLayouts(TensorMethod m) => m.Of<IInvocationOperation>()
        .Where(c => m.Torch.FactsOf(c.TargetMethod).Key == "Tensor.view" && c.Instance is { } x && Called.By(m.Seen(x)) is { } reordered && m.Torch.IsLibrary(reordered) && Reordering.Contains(m.Torch.FactsOf(reordered).Key))
        .Select(c => Finding.At(c, "view"));

    /// <summary>Returned tensors that a <c>using</c>, of themselves or of a dispose scope, has freed by then.</summary>
    public static IEnumerable<Finding> DisposedResults(TensorMethod m)
    {
        foreach (IReturnOperation returned in m.Of<IReturnOperation>().Where(r => r.ReturnedValue is { } v && m.Torch.IsTensor(v.Type)))
        {
            IOperation value = TensorMethod.Unwrapped(returned.ReturnedValue!);
            ImmutableArray<ILocalSymbol> disposed = [.. UsedAround(returned)];
            if (value is ILocalReferenceOperation { Local: var local } && disposed.Contains(local, SymbolEqualityComparer.Default))
            {
                yield return Finding.At(returned.ReturnedValue!, "the result");
            }
            else if (disposed.FirstOrDefault(d => d.Type.Name == "DisposeScope") is { } scope && IsMade(value, m, scope) && !IsMovedLater(value, m))
            {
                yield return Finding.At(returned.ReturnedValue!, "the result");
            }
        }
    }

    // Locals whose using ends when the method returns there.
    private static IEnumerable<ILocalSymbol> UsedAround(IOperation returned)
    {
        IOperation inner = returned;
        for (IOperation? outer = returned.Parent; outer is not null and not (ILocalFunctionOperation or IAnonymousFunctionOperation); inner = outer, outer = outer.Parent)
        {
            IEnumerable<ILocalSymbol> here = outer switch
            {
                IUsingOperation u => u.Locals,
                IBlockOperation block => block.Operations.TakeWhile(s => s != inner).OfType<IUsingDeclarationOperation>().SelectMany(u => u.DeclarationGroup.Declarations).SelectMany(d => d.Declarators).Select(d => d.Symbol),
                _ => [],
            };
            foreach (ILocalSymbol local in here)
            {
                yield return local;
            }
        }
    }

    // A tensor made in the method and not moved out of the scope; one that came in belongs to somebody else.
    private static bool IsMade(IOperation value, TensorMethod m, ILocalSymbol scope) => m.Seen(value) switch
    {
        IInvocationOperation { TargetMethod.Name: "MoveToOuterDisposeScope" or "DetachFromDisposeScope" or "MoveToOuter" or "Detach" } => false,
        IInvocationOperation or IBinaryOperation or IUnaryOperation => IsAfter(m.Seen(value), scope),
        _ => false,
    };

    private static bool IsAfter(IOperation value, ILocalSymbol scope) => scope.DeclaringSyntaxReferences.FirstOrDefault() is { } declared && value.Syntax.SpanStart > declared.Span.Start;

    // y.MoveToOuterDisposeScope(); or scope.MoveToOuter(y); as statements of their own.
    private static bool IsMovedLater(IOperation value, TensorMethod m) => value is ILocalReferenceOperation { Local: var local }
        && m.Of<IInvocationOperation>().Any(c => c.TargetMethod.Name is "MoveToOuterDisposeScope" or "DetachFromDisposeScope" or "MoveToOuter" or "Detach" or "DisposeEverythingBut"
            && Called.AllIn(c).Any(o => o is ILocalReferenceOperation r && SymbolEqualityComparer.Default.Equals(r.Local, local)));

    private static bool IsInPlace(IInvocationOperation c, TensorMethod m) => m.Torch.IsTensor(c.TargetMethod.ContainingType) && c.TargetMethod.Name.EndsWith("_", StringComparison.Ordinal) && c.TargetMethod.Name.Length > 1;
}
