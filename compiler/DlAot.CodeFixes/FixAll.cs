using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.CodeFixes;

/// <summary>Applies a fix to many places of a document one after the other: each sees what those before it have done, names that they declared for one.</summary>
internal static class FixAll
{
    public static FixAllProvider Provider { get; } = FixAllProvider.Create(async (context, document, diagnostics) =>
        await ApplyAsync(document, diagnostics, context.CodeActionEquivalenceKey, context.CancellationToken).ConfigureAwait(false));

    private static async Task<Document?> ApplyAsync(Document document, ImmutableArray<Diagnostic> diagnostics, string? key, CancellationToken stop)
    {
        var places = diagnostics.Select(d => (d.Id, d.Location.SourceSpan)).Distinct().OrderBy(p => p.SourceSpan.Start).ToList();
        while (places.Count > 0)
        {
            (string code, TextSpan span) = places[0];
            places.RemoveAt(0);
            if (await document.GetSyntaxRootAsync(stop).ConfigureAwait(false) is not { } root || span.End > root.FullSpan.End || await document.GetSemanticModelAsync(stop).ConfigureAwait(false) is not { } model)
            {
                continue;
            }

            var place = new FixPlace(root, root.FindNode(span, getInnermostNodeForTie: true), model);
            if (Fixes.Rows.Where(f => f.Rule.Code == code && f.Key == key).Select(f => f.Apply(place, stop)).FirstOrDefault(r => r is not null) is not { } changed)
            {
                continue;
            }

            Document next = document.WithSyntaxRoot(changed);
            ImmutableArray<TextChange> edits = [.. await next.GetTextChangesAsync(document, stop).ConfigureAwait(false)];
            document = next;
            places = [.. places.Select(p => (p.Id, Moved(p.SourceSpan, edits))).Where(p => p.Item2 is not null).Select(p => (p.Id, p.Item2!.Value))];
        }

        return document;
    }

    // Null where the place itself was edited: it is another one now.
    private static TextSpan? Moved(TextSpan span, ImmutableArray<TextChange> edits)
    {
        int by = 0;
        foreach (TextChange e in edits)
        {
            if (e.Span.End <= span.Start)
            {
                by += e.NewText!.Length - e.Span.Length;
            }
            else if (e.Span.Start < span.End)
            {
                return null;
            }
        }

        return new TextSpan(span.Start + by, span.Length);
    }
}
