using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DlAot.CodeFixes;

/// <summary>Offers the rows of <see cref="Fixes"/> that suit a place.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TensorCodeFixProvider)), Shared]
public sealed class TensorCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. Fixes.Rows.Select(f => f.Rule.Code).Distinct()];

    public override FixAllProvider GetFixAllProvider() => FixAll.Provider;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            var place = new FixPlace(root, root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), model);
            foreach (Fix fix in Fixes.Rows.Where(f => f.Rule.Code == diagnostic.Id))
            {
                if (fix.Apply(place, context.CancellationToken) is { } changed)
                {
                    context.RegisterCodeFix(CodeAction.Create(fix.Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(changed)), fix.Key), diagnostic);
                }
            }
        }
    }
}
