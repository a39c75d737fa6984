using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace DlAot.CodeFixes;

/// <summary>
/// A line that <c>forward</c> writes of its result or its only argument => a forward hook that the constructor registers. Hooks run
/// eagerly, after the compiled forward.
/// </summary>
internal sealed class UseForwardHook() : Fix(Rules.InputOutput, "Write it in a forward hook")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        if (place.Node.FirstAncestorOrSelf<ExpressionStatementSyntax>() is not { Parent: BlockSyntax { Parent: MethodDeclarationSyntax { Identifier.ValueText: "forward", ParameterList.Parameters: { Count: 1 } arguments } forward } body } line
            || place.Class?.Members.OfType<ConstructorDeclarationSyntax>().ToArray() is not { Length: 1 } constructors || constructors[0] is not { Body: { } made } constructor
            || body.Statements.Last() is not ReturnStatementSyntax { Expression: { } result })
        {
            return null;
        }

        // A hook sees what came in and what goes out, nothing in between.
        string? returned = (result as IdentifierNameSyntax)?.Identifier.ValueText;
        string input = arguments[0].Identifier.ValueText;
        ISymbol?[] used = [.. line.DescendantNodes().OfType<IdentifierNameSyntax>().Select(n => place.Model.GetSymbolInfo(n, stop).Symbol).Where(s => s is ILocalSymbol or IParameterSymbol)];
        bool isChanged = forward.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(a => a.Left is IdentifierNameSyntax n && (n.Identifier.ValueText == input || n.Identifier.ValueText == returned));
        if (isChanged || used.Any(s => s!.Name != input && s.Name != returned))
        {
            return null;
        }

        string output = returned is null || returned == input ? "output" : returned;
        string inner = Indent(constructor) + "    ";
        string text = $"register_forward_hook((_, {(used.Any(s => s!.Name == input) ? input : "_")}, {output}) =>\n{inner}{{\n{inner}    {line.WithoutTrivia().ToFullString()}\n{inner}    return {output};\n{inner}}});";
        StatementSyntax hook = ParseStatement(text).WithLeadingTrivia(Whitespace(inner)).WithTrailingTrivia(EndOfLine("\n"));
        ConstructorDeclarationSyntax changed = constructor.WithBody(Opened(made, Indent(constructor)).AddStatements(hook));
        if (made.Statements.Count == 0)
        {
            changed = changed.ReplaceToken(changed.ParameterList.Parent!.DescendantTokens().First(t => t == changed.Body!.OpenBraceToken).GetPreviousToken(), changed.Body!.OpenBraceToken.GetPreviousToken().WithTrailingTrivia(EndOfLine("\n")));
        }

        return place.Root.TrackNodes(constructor, line) is var root && root.RemoveNode(root.GetCurrentNode(line)!, SyntaxRemoveOptions.KeepExteriorTrivia & ~SyntaxRemoveOptions.KeepTrailingTrivia & ~SyntaxRemoveOptions.KeepLeadingTrivia) is { } rest
            ? rest.ReplaceNode(rest.GetCurrentNode(constructor)!, changed) : null;
    }

    // { } on one line becomes a block of lines.
    private static BlockSyntax Opened(BlockSyntax body, string indent) => body.Statements.Count > 0 ? body
        : body.WithOpenBraceToken(Token(SyntaxKind.OpenBraceToken).WithLeadingTrivia(Whitespace(indent)).WithTrailingTrivia(EndOfLine("\n")))
            .WithCloseBraceToken(Token(SyntaxKind.CloseBraceToken).WithLeadingTrivia(Whitespace(indent)).WithTrailingTrivia(body.CloseBraceToken.TrailingTrivia));

    private static string Indent(SyntaxNode member) => member.GetLeadingTrivia().LastOrDefault(t => t.IsKind(SyntaxKind.WhitespaceTrivia)).ToString();
}
