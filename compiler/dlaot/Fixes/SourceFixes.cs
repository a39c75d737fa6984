using System.Collections.Immutable;
using System.Text;
using DlAot.CodeFixes;
using DlAot.Compiler.Analysis;
using DlAot.Compiler.Analysis.Types;
using DlAot.Ir;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.Cli.Fixes;

/// <summary>A source file before and after.</summary>
internal sealed record FixedFile(string Path, SourceText Before, SourceText After);

/// <summary>
/// The verdicts as edits of the sources: <c>[Compile]</c> where a method compiles (with its signature, where all versions have the same),
/// none where it cannot help, the signature that the code shows where the written one admits calls that the code refuses.
/// </summary>
internal static class SourceFixes
{
    public static ImmutableArray<FixedFile> Of(AnalysisReport report, ImmutableArray<MethodTypes> types)
    {
        ILookup<SourceLocation, MethodTypes> byPlace = types.ToLookup(t => t.Location);
        var files = ImmutableArray.CreateBuilder<FixedFile>();
        foreach (IGrouping<string, MethodAnalysis> file in report.Methods.Where(m => File.Exists(m.Location.File)).GroupBy(m => m.Location.File!).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            SourceText text = Read(file.Key);
            CompilationUnitSyntax root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
            TextChange[] changes = [.. file.Select(m => Change(m, byPlace[m.Location].FirstOrDefault(), root, text)).OfType<TextChange>().OrderBy(c => c.Span.Start).DistinctBy(c => c.Span)];
            if (changes.Length > 0)
            {
                files.Add(new FixedFile(file.Key, text, text.WithChanges(changes)));
            }
        }

        return files.ToImmutable();
    }

    private static TextChange? Change(MethodAnalysis method, MethodTypes? types, CompilationUnitSyntax root, SourceText text)
    {
        if (MethodAt(root, text, method.Location.Line) is not { } declaration || declaration.Identifier.Text != types?.Name)
        {
            return null; // a lambda, a local function, or the sources have changed since
        }

        return method.Verdict switch
        {
            Verdict.Undo => AttributeEdits.Remove(declaration, "Compile"),
            Verdict.Compile or Verdict.Parts when !AttributeEdits.Has(declaration, "Compile") => AttributeEdits.AddCompile(declaration, text, method.Verdict == Verdict.Compile && types.Versions.Length == 1 ? types.Inferred.Short : null),
            _ when types.Relation == SignatureRelation.Broader => AttributeEdits.Sharpen(declaration, types.Inferred.Short),
            _ => null,
        };
    }

    // The innermost method that begins or goes on at a line (from 1).
    private static MethodDeclarationSyntax? MethodAt(SyntaxNode root, SourceText text, int line)
    {
        if (line < 1 || line > text.Lines.Count)
        {
            return null;
        }

        TextSpan span = text.Lines[line - 1].Span;
        return root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(m => m.Span.IntersectsWith(span)).MinBy(m => m.Span.Length);
    }

    // With the encoding that it has.
    private static SourceText Read(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return SourceText.From(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
