using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DlAot.CodeFixes;

/// <summary>Names for what fixes declare.</summary>
internal static class Names
{
    /// <summary>The name, or with the first number that nothing there, and nothing in the same member, has.</summary>
    public static string Free(string name, SemanticModel model, int position)
    {
        SyntaxNode root = model.SyntaxTree.GetRoot(), within = root.FindToken(position).Parent?.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? root;
        string free = name;
        for (int i = 2; model.LookupSymbols(position, name: free).Any() || within.DescendantTokens().Any(t => t.ValueText == free); i++)
        {
            free = name + i;
        }

        return free;
    }
}
