using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;

namespace DlAot.Analyzers;

/// <summary>What rules ask about a called method, found once for each method of a compilation.</summary>
internal sealed class MethodFacts
{
    public MethodFacts(IMethodSymbol method, TorchSymbols torch)
    {
        INamedTypeSymbol type = method.ContainingType;
        Key = TorchSymbols.KeyOf(method);
        IsLibrary = torch.IsLibrary(method);
        IsKnown = KnownMembers.Contains(Key);
        TypeName = type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{type.Name}" : type.Name;
        IsOutput = Members.IsOutput(TypeName);
        EagerPlace = IsLibrary ? null : TorchSymbols.EagerPlace(method);
    }

    /// <summary>The member as the compiler's models are keyed.</summary>
    public string Key { get; }

    /// <summary>It belongs to TorchSharp.</summary>
    public bool IsLibrary { get; }

    /// <summary>The compiler has a model of it.</summary>
    public bool IsKnown { get; }

    /// <summary>Full name of the class, without outer classes.</summary>
    public string TypeName { get; }

    /// <summary>All that its class does is input or output.</summary>
    public bool IsOutput { get; }

    /// <summary>What <c>[Eager]</c> stands on that keeps it as it is; null for none.</summary>
    public string? EagerPlace { get; }
}
