using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DlAot.CodeFixes;

/// <summary>Attributes of methods as text.</summary>
internal static class Attributes
{
    /// <summary>The root without the attribute, its whole list where it stands alone; the trivia before it stays.</summary>
    public static SyntaxNode? Remove(SyntaxNode root, MethodDeclarationSyntax? method, string name)
    {
        if (method?.AttributeLists.SelectMany(l => l.Attributes).FirstOrDefault(a => NameOf(a) is var n && (n == name || n == name + "Attribute")) is not { Parent: AttributeListSyntax list } attribute)
        {
            return null;
        }

        if (list.Attributes.Count > 1)
        {
            return root.RemoveNode(attribute, SyntaxRemoveOptions.KeepNoTrivia);
        }

        MethodDeclarationSyntax changed = method.WithAttributeLists(method.AttributeLists.Remove(list));
        return root.ReplaceNode(method, changed.WithLeadingTrivia(method.GetLeadingTrivia()));
    }

    private static string NameOf(AttributeSyntax a) => a.Name is QualifiedNameSyntax q ? q.Right.Identifier.ValueText : a.Name.ToString();
}

/// <summary><c>[Eager]</c> taken away, of the method itself or of the one in the same file that is called.</summary>
internal sealed class RemoveEager(DiagnosticRule rule) : Fix(rule, "Remove [Eager]")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        MethodDeclarationSyntax? method = Rule == Rules.KeptEager ? place.Method
            : place.Model.GetSymbolInfo(place.Node, stop).Symbol?.DeclaringSyntaxReferences.FirstOrDefault(r => r.SyntaxTree == place.Root.SyntaxTree)?.GetSyntax(stop) as MethodDeclarationSyntax;
        return Attributes.Remove(place.Root, method, "Eager");
    }
}

/// <summary><c>[Compile]</c> taken away where nothing can come of it.</summary>
internal sealed class RemoveCompile(DiagnosticRule rule) : Fix(rule, "Remove [Compile]")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop) => Attributes.Remove(place.Root, place.Method, "Compile");
}
