using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.Cli.Fixes;

/// <summary>Edits of <c>[Compile]</c> on one method, as changes of its file's text: nothing else of it moves.</summary>
internal static class AttributeEdits
{
    /// <summary>The innermost method that begins or goes on at a line (from 1); null when there is none.</summary>
    public static MethodDeclarationSyntax? MethodAt(SyntaxNode root, SourceText text, int line)
    {
        if (line < 1 || line > text.Lines.Count)
        {
            return null;
        }

        TextSpan span = text.Lines[line - 1].Span;
        return root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(m => m.Span.IntersectsWith(span)).MinBy(m => m.Span.Length);
    }

    /// <summary>Puts <c>[Compile]</c>, or <c>[Compile(Signature = "...")]</c>, before a method that has none.</summary>
    public static TextChange Add(MethodDeclarationSyntax method, SourceText text, string? signature)
    {
        int start = method.GetFirstToken().SpanStart;
        TextLine line = text.Lines.GetLineFromPosition(start);
        string before = text.ToString(TextSpan.FromBounds(line.Start, start));
        string newLine = text.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak)) is { Length: > 0 } found ? found : "\n";
        // What stands behind something else on its line keeps that line.
        string separator = string.IsNullOrWhiteSpace(before) ? newLine + before : " ";
        bool isImported = method.SyntaxTree.GetCompilationUnitRoot().DescendantNodes().OfType<UsingDirectiveSyntax>().Any(u => u.Name?.ToString() == "DlAot" && u.Alias is null);
        string arguments = signature is null ? "" : $"(Signature = {SymbolDisplay.FormatLiteral(signature, quote: true)})";
        return new TextChange(new TextSpan(start, 0), $"[{(isImported ? "" : "DlAot.")}Compile{arguments}]{separator}");
    }

    /// <summary>Takes <c>[Compile]</c> away; null where there is none.</summary>
    public static TextChange? Remove(MethodDeclarationSyntax method)
    {
        if (Find(method) is not { } attribute)
        {
            return null;
        }

        var list = (AttributeListSyntax)attribute.Parent!;
        if (list.Attributes.Count == 1)
        {
            return new TextChange(TextSpan.FromBounds(list.SpanStart, list.GetLastToken().GetNextToken().SpanStart), "");
        }

        int at = list.Attributes.IndexOf(attribute);
        return new TextChange(
            at > 0 ? TextSpan.FromBounds(list.Attributes[at - 1].Span.End, attribute.Span.End) : TextSpan.FromBounds(attribute.SpanStart, list.Attributes[1].SpanStart), "");
    }

    /// <summary>Gives the <c>[Compile]</c> of a method another signature; null where it has none, or this one.</summary>
    public static TextChange? Sharpen(MethodDeclarationSyntax method, string signature)
    {
        AttributeArgumentSyntax? argument = Find(method)?.ArgumentList?.Arguments.FirstOrDefault(a => a.NameEquals?.Name.Identifier.Text == "Signature");
        string literal = SymbolDisplay.FormatLiteral(signature, quote: true);
        return argument is null || argument.Expression.ToString() == literal ? null : new TextChange(argument.Expression.Span, literal);
    }

    public static bool Has(MethodDeclarationSyntax method) => Find(method) is not null;

    private static AttributeSyntax? Find(MethodDeclarationSyntax method) => method.AttributeLists.SelectMany(l => l.Attributes)
        .FirstOrDefault(a => a.Name.ToString() is "Compile" or "CompileAttribute" or "DlAot.Compile" or "DlAot.CompileAttribute");
}
