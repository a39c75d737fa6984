using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace DlAot.Analyzers;

/// <summary>TorchSharp as the compilation refers to it, and the annotations.</summary>
internal sealed class TorchSymbols
{
    private const string Eager = "EagerAttribute", Compile = "CompileAttribute", Annotations = "DlAot";

    private readonly INamedTypeSymbol module;
    private readonly ConcurrentDictionary<IMethodSymbol, MethodFacts> facts = new(SymbolEqualityComparer.Default);

    private TorchSymbols(INamedTypeSymbol tensor, INamedTypeSymbol module) => (Tensor, this.module) = (tensor, module);

    public INamedTypeSymbol Tensor { get; }

    /// <summary>Found once for each method.</summary>
    public MethodFacts FactsOf(IMethodSymbol method) => facts.GetOrAdd((method.ReducedFrom ?? method).OriginalDefinition, m => new MethodFacts(m, this));

    /// <summary>Null where the compilation does not refer to TorchSharp.</summary>
    public static TorchSymbols? Find(Compilation compilation) =>
        compilation.GetTypeByMetadataName("TorchSharp.torch+Tensor") is { } tensor && compilation.GetTypeByMetadataName("TorchSharp.torch+nn+Module") is { } module ? new(tensor, module) : null;

    public bool IsTensor(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Tensor);

    public bool IsLibrary(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, Tensor.ContainingAssembly);

    /// <summary>A tensor, or a tuple, array or other generic type of tensors.</summary>
    public bool MentionsTensor(ITypeSymbol? type) => type switch
    {
        null => false,
        IArrayTypeSymbol array => MentionsTensor(array.ElementType),
        INamedTypeSymbol named => IsTensor(named) || named.TypeArguments.Any(MentionsTensor),
        _ => false,
    };

    /// <summary>A class derived from <c>torch.nn.Module</c>.</summary>
    public bool IsModule(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, module))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What <c>[Eager]</c> stands on that keeps the method as it is: the method, a type around it, or the assembly; null when there is none.</summary>
    public static string? EagerPlace(IMethodSymbol method) => PlaceOf(Eager, method);

    /// <summary><c>[Compile]</c> stands on the method, a type around it, or the assembly.</summary>
    public static bool IsCompile(IMethodSymbol method) => PlaceOf(Compile, method) is not null;

    /// <summary><c>[Compile]</c> stands on the method itself.</summary>
    public static bool IsCompileItself(IMethodSymbol method) => Has(method, Compile);

    private static IEnumerable<INamedTypeSymbol> TypesAround(IMethodSymbol method)
    {
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            yield return type;
        }
    }

    private static string? PlaceOf(string attribute, IMethodSymbol method)
    {
        if (Has(method, attribute) || (method.AssociatedSymbol is { } property && Has(property, attribute)))
        {
            return "the method";
        }

        if (TypesAround(method).FirstOrDefault(t => Has(t, attribute)) is { } around)
        {
            return $"the class {around.Name}";
        }

        return method.ContainingAssembly is { } assembly && Has(assembly, attribute) ? "the assembly" : null;
    }

    private static bool Has(ISymbol symbol, string attribute) => symbol.GetAttributes().Any(a => Is(a, attribute));

    private static bool Is(AttributeData a, string name) => a.AttributeClass is { } type && type.Name == name && type.ContainingNamespace is { Name: Annotations, ContainingNamespace.IsGlobalNamespace: true };

    /// <summary>A member as the compiler's models are keyed: short name of the type, metadata name of the method.</summary>
    public static string KeyOf(IMethodSymbol method)
    {
        IMethodSymbol called = (method.ReducedFrom ?? method).OriginalDefinition;
        return $"{called.ContainingType.Name}.{called.MetadataName}";
    }

    /// <summary>A method as messages name it.</summary>
    public static string Describe(IMethodSymbol method) =>
        method.MethodKind == MethodKind.Constructor ? $"new {method.ContainingType.Name}"
        : $"{method.ContainingType.Name}.{(method.AssociatedSymbol is IPropertySymbol { IsIndexer: false } property ? property.Name : method.Name)}";
}
