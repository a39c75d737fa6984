using Microsoft.CodeAnalysis;

namespace DlAot.CodeFixes;

/// <summary>The library's tensor, by name.</summary>
internal static class Tensors
{
    public static bool Is(ITypeSymbol type) => type is { Name: "Tensor", ContainingType: { Name: "torch", ContainingNamespace.Name: "TorchSharp" } };
}
