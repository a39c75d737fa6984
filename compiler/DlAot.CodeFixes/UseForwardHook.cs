using System;
using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

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
            || place.Class?.Members.OfType<ConstructorDeclarationSyntax>().ToArray() is not { Length: 1 } constructors || (constructors[0].Body ?? (SyntaxNode?)constructors[0].ExpressionBody) is not { } made
            || body.Statements.Last() is not ReturnStatementSyntax { Expression: { } result } || line.DescendantTokens().Any(t => t.Text.Contains('\n')))
        {
            return null;
        }

        // A hook sees what came in and what goes out, at the end.
        string? returned = (result as IdentifierNameSyntax)?.Identifier.ValueText;
        string input = arguments[0].Identifier.ValueText;
        ISymbol?[] used = [.. line.DescendantNodes().OfType<IdentifierNameSyntax>().Select(n => place.Model.GetSymbolInfo(n, stop).Symbol).Where(s => s is ILocalSymbol or IParameterSymbol)];
        if (used.Any(s => s!.Name != input && s.Name != returned) || IsWritten(forward, input) || (returned is not null && IsWritten(forward, returned)) || forward.DescendantNodes().OfType<ReturnStatementSyntax>().Count() > 1)
        {
            return null;
        }

        string output = returned is null || returned == input ? "output" : returned;
        string end = place.LineBreak, indent = Indent(constructors[0]), inner = indent + "    ";
        // Comments go with the line.
        string[] written = [.. line.ToFullString().Trim().Split('\n').Select(l => l.Trim())];
        string hook = $"{inner}register_forward_hook((_, {(used.Any(s => s!.Name == input) ? input : "_")}, {output}) =>{end}{inner}{{{end}{string.Concat(written.Select(l => l.Length == 0 ? end : $"{inner}    {l}{end}"))}{inner}    return {output};{end}{inner}}});{end}";
        return place.With(new TextChange(line.FullSpan, ""), Into(made, hook, indent, end));
    }

    // In place, or by assignment; at its declaration it gets its only value.
    private static bool IsWritten(MethodDeclarationSyntax forward, string name) =>
        forward.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(a => a.Left is IdentifierNameSyntax n && n.Identifier.ValueText == name)
        || forward.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(m => m.Name.Identifier.ValueText.EndsWith("_", StringComparison.Ordinal));

    // A body on one line becomes a block of lines.
    private static TextChange Into(SyntaxNode made, string hook, string indent, string end)
    {
        if (made is BlockSyntax lines && made.ToString().Contains('\n'))
        {
            return new TextChange(new TextSpan(lines.CloseBraceToken.FullSpan.Start, 0), hook);
        }

        string[] before = made is BlockSyntax block ? [.. block.Statements.Select(s => s.ToString())] : [$"{((ArrowExpressionClauseSyntax)made).Expression};"];
        int start = made.GetFirstToken().GetPreviousToken().Span.End, last = made is BlockSyntax ? made.Span.End : made.GetLastToken().GetNextToken().Span.End;
        return new TextChange(TextSpan.FromBounds(start, last), $"{end}{indent}{{{end}{string.Concat(before.Select(s => $"{indent}    {s}{end}"))}{hook}{indent}}}");
    }

    private static string Indent(SyntaxNode member) => member.GetLeadingTrivia().LastOrDefault(t => t.IsKind(SyntaxKind.WhitespaceTrivia)).ToString();
}
