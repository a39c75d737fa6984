using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DlAot.CodeFixes;

/// <summary><c>[Eager]</c> taken away, of the method itself or of the one in the same file that is called.</summary>
internal sealed class RemoveEager(DiagnosticRule rule) : Fix(rule, "Remove [Eager]")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        MethodDeclarationSyntax? method = Rule == Rules.KeptEager ? place.Method
            : place.Model.GetSymbolInfo(place.Node, stop).Symbol?.DeclaringSyntaxReferences.FirstOrDefault(r => r.SyntaxTree == place.Root.SyntaxTree)?.GetSyntax(stop) as MethodDeclarationSyntax;
        return place.With(method is null ? null : AttributeEdits.Remove(method, "Eager"));
    }
}

/// <summary><c>[Compile]</c> taken away where nothing can come of it.</summary>
internal sealed class RemoveCompile(DiagnosticRule rule) : Fix(rule, "Remove [Compile]")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop) => place.With(place.Method is { } method ? AttributeEdits.Remove(method, "Compile") : null);
}
