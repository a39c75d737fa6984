using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>A method that the compiler would try: the same conditions on source that <c>Lifting/Candidates.cs</c> has on IL.</summary>
internal sealed class TensorMethod
{
    // Tensor operations that a method must have unless it is the forward of a module, or asked for (Outlining/Worth.cs).
    private const int Least = 2;

    private readonly Dictionary<ILocalSymbol, IOperation?> values = new(SymbolEqualityComparer.Default);

    private TensorMethod(IMethodSymbol method, TorchSymbols torch, ImmutableArray<IOperation> operations)
    {
        (Method, Torch, Operations) = (method, torch, operations);
        var calls = ImmutableArray.CreateBuilder<Call>();
        foreach (IOperation o in operations)
        {
            if (Called.By(o) is { } called)
            {
                calls.Add(new Call(o, called, torch.FactsOf(called)));
            }

            if (o is IVariableDeclaratorOperation { Initializer.Value: { } value } declared)
            {
                values[declared.Symbol] = value;
            }
            else if (o is IAssignmentOperation { Target: ILocalReferenceOperation target })
            {
                values[target.Local] = null;
            }
        }

        Calls = calls.ToImmutable();
        TensorCalls = Calls.Count(c => MakesTensor(c.Method));
    }

    public IMethodSymbol Method { get; }

    public TorchSymbols Torch { get; }

    /// <summary>All of the body, in the order of the source.</summary>
    public ImmutableArray<IOperation> Operations { get; }

    public bool IsForward => Method is { Name: "forward", IsStatic: false } && Torch.IsModule(Method.ContainingType);

    /// <summary>Others can call it, through an interface or a base class perhaps.</summary>
    public bool IsVisible => Method.IsVirtual || Method.IsOverride || IsOpen(Method);

    /// <summary><c>[Compile]</c> asks for it: on the method, a type around it, or the assembly.</summary>
    public bool IsMarked => TorchSymbols.IsCompile(Method);

    /// <summary>All calls in it, in the order of the source.</summary>
    public ImmutableArray<Call> Calls { get; }

    /// <summary>How many of them make tensors of tensors.</summary>
    public int TensorCalls { get; }

    /// <summary>Null when the compiler would not try it.</summary>
    public static TensorMethod? Of(IMethodSymbol method, TorchSymbols torch, ImmutableArray<IOperation> blocks)
    {
        if (!MayBe(method, torch))
        {
            return null;
        }

        TensorMethod found = Untried(method, torch, blocks);
        return found.IsForward || found.TensorCalls >= (found.IsVisible && !TorchSymbols.IsCompileItself(method) ? Least : 1) ? found : null;
    }

    /// <summary>Any method, whatever the compiler does with it.</summary>
    public static TensorMethod Untried(IMethodSymbol method, TorchSymbols torch, ImmutableArray<IOperation> blocks) => new(method, torch, [.. blocks.SelectMany(Called.AllIn)]);

    /// <summary>Operations of a kind, in the order of the source.</summary>
    public IEnumerable<T> Of<T>() where T : IOperation => Operations.OfType<T>();

    /// <summary>What a local holds from its declaration on; null where it is assigned again or nobody knows.</summary>
    public IOperation? ValueOf(ILocalSymbol local) => values.TryGetValue(local, out IOperation? value) ? value : null;

    /// <summary>The operation itself, or what the local holds that it reads.</summary>
    public IOperation Seen(IOperation o)
    {
        o = Unwrapped(o);
        return o is ILocalReferenceOperation { Local: var local } && ValueOf(local) is { } value ? Unwrapped(value) : o;
    }

    public static IOperation Unwrapped(IOperation o)
    {
        while (o is IConversionOperation { OperatorMethod: null } or IParenthesizedOperation)
        {
            o = o is IConversionOperation conversion ? conversion.Operand : ((IParenthesizedOperation)o).Operand;
        }

        return o;
    }

    private static bool MayBe(IMethodSymbol m, TorchSymbols torch) =>
        m.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation or MethodKind.PropertyGet or MethodKind.UserDefinedOperator or MethodKind.Conversion
        && !IsGeneric(m) && (m.IsStatic || m.ContainingType.TypeKind == TypeKind.Class)
        && (torch.MentionsTensor(m.ReturnType) || m.Parameters.Any(p => torch.MentionsTensor(p.Type)) || (!m.IsStatic && torch.IsModule(m.ContainingType)));

    public static bool IsGeneric(IMethodSymbol m) => m.IsGenericMethod || IsGeneric(m.ContainingType);

    private static bool IsGeneric(INamedTypeSymbol? type) => type is not null && (type.IsGenericType || IsGeneric(type.ContainingType));

    private static bool IsOpen(ISymbol s) => s.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal && (s.ContainingType is null || IsOpen(s.ContainingType));

    private bool MakesTensor(IMethodSymbol m) => m.MethodKind != MethodKind.Constructor && Torch.MentionsTensor(m.ReturnType)
        && ((!m.IsStatic && Torch.IsTensor(m.ContainingType)) || m.Name is "forward" or "call" || (m.ReducedFrom ?? m).Parameters.Any(p => Torch.MentionsTensor(p.Type)));
}
