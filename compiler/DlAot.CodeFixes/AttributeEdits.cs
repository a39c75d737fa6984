using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.CodeFixes;

/// <summary>Edits of <c>[Compile]</c> and <c>[Eager]</c> on one method, as changes of its file's text: nothing else of it moves. Code fixes and <c>dlaot analyze --fix</c> both make these.</summary>
internal static class AttributeEdits
{
    private const string Namespace = "DlAot", Suffix = "Attribute";

    /// <summary>Puts <c>[Compile]</c>, or <c>[Compile(Signature = "...")]</c>, before a method that has none.</summary>
    public static TextChange AddCompile(MethodDeclarationSyntax method, SourceText text, string? signature)
    {
        int start = method.GetFirstToken().SpanStart;
        TextLine line = text.Lines.GetLineFromPosition(start);
        string before = text.ToString(TextSpan.FromBounds(line.Start, start));
        // What stands behind something else on its line keeps that line.
        string separator = string.IsNullOrWhiteSpace(before) ? LineBreak(text, line) + before : " ";
        string arguments = signature is null ? "" : $"(Signature = {SymbolDisplay.FormatLiteral(signature, quote: true)})";
        return new TextChange(new TextSpan(start, 0), $"[{(IsImported(method) ? "" : Namespace + ".")}Compile{arguments}]{separator}");
    }

    /// <summary>Takes an attribute away, its whole list where it stands alone there; null where there is none.</summary>
    /// <param name="name">Without namespace: <c>Compile</c>.</param>
    public static TextChange? Remove(MethodDeclarationSyntax method, string name)
    {
        if (Find(method, name) is not { Parent: AttributeListSyntax list } attribute)
        {
            return null;
        }

        int at = list.Attributes.IndexOf(attribute);
        return new TextChange(
            list.Attributes.Count == 1 ? WithSpace(list)
            : at > 0 ? TextSpan.FromBounds(list.Attributes[at - 1].Span.End, attribute.Span.End) : TextSpan.FromBounds(attribute.SpanStart, list.Attributes[1].SpanStart),
            "");
    }

    /// <summary>Gives the <c>[Compile]</c> of a method another signature; null where it has none, or this one.</summary>
    public static TextChange? Sharpen(MethodDeclarationSyntax method, string signature)
    {
        AttributeArgumentSyntax? argument = Find(method, "Compile")?.ArgumentList?.Arguments.FirstOrDefault(a => a.NameEquals?.Name.Identifier.Text == "Signature");
        string literal = SymbolDisplay.FormatLiteral(signature, quote: true);
        return argument is null || argument.Expression.ToString() == literal ? null : new TextChange(argument.Expression.Span, literal);
    }

    public static bool Has(MethodDeclarationSyntax method, string name) => Find(method, name) is not null;

    // Up to what follows, unless a comment or directive stands between.
    private static TextSpan WithSpace(AttributeListSyntax list)
    {
        int end = list.Span.End;
        foreach (SyntaxTrivia t in list.GetTrailingTrivia().Concat(list.GetLastToken().GetNextToken().LeadingTrivia).TakeWhile(t => t.Kind() is SyntaxKind.WhitespaceTrivia or SyntaxKind.EndOfLineTrivia))
        {
            end = t.Span.End;
        }

        return TextSpan.FromBounds(list.SpanStart, end);
    }

    private static AttributeSyntax? Find(MethodDeclarationSyntax method, string name) => method.AttributeLists.SelectMany(l => l.Attributes).FirstOrDefault(a => Is(a.Name, name));

    // [Compile], [CompileAttribute], [DlAot.Compile], [global::DlAot.Compile]; not [Other.Compile].
    private static bool Is(NameSyntax written, string name) => written switch
    {
        QualifiedNameSyntax q => q.Left is IdentifierNameSyntax { Identifier.ValueText: Namespace } or AliasQualifiedNameSyntax { Name.Identifier.ValueText: Namespace } && Is(q.Right, name),
        IdentifierNameSyntax { Identifier.ValueText: var text } => text == name || text == name + Suffix,
        _ => false,
    };

    private static bool IsImported(MethodDeclarationSyntax method) => method.SyntaxTree.GetCompilationUnitRoot().DescendantNodes(n => n is not MemberDeclarationSyntax or BaseNamespaceDeclarationSyntax)
        .OfType<UsingDirectiveSyntax>().Any(u => u is { Alias: null } && !u.StaticKeyword.IsKind(SyntaxKind.StaticKeyword) && u.Name?.ToString() == Namespace);

    private static string LineBreak(SourceText text, TextLine line) => text.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak)) is { Length: > 0 } found ? found : "\n";
}
