using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.CodeFixes;

/// <summary>A place that a diagnostic is about.</summary>
/// <param name="root">See <see cref="Root"/>.</param>
/// <param name="node">See <see cref="Node"/>.</param>
/// <param name="model">See <see cref="Model"/>.</param>
internal sealed class FixPlace(SyntaxNode root, SyntaxNode node, SemanticModel model)
{
    public SyntaxNode Root { get; } = root;

    /// <summary>The outermost node of just that span.</summary>
    public SyntaxNode Node { get; } = node;

    public SemanticModel Model { get; } = model;

    public MethodDeclarationSyntax? Method => Node.FirstAncestorOrSelf<MethodDeclarationSyntax>();

    public ClassDeclarationSyntax? Class => Node.FirstAncestorOrSelf<ClassDeclarationSyntax>();

    /// <summary>How lines of the file end.</summary>
    public string LineBreak => Root.DescendantTrivia().FirstOrDefault(t => t.IsKind(SyntaxKind.EndOfLineTrivia)).ToString() is { Length: > 0 } found ? found : "\n";

    /// <summary>The root with changes of its text; null where there are none.</summary>
    public SyntaxNode? With(params TextChange?[] changes) => changes.All(c => c is null) ? null : Root.SyntaxTree.WithChangedText(Root.GetText().WithChanges(changes.OfType<TextChange>())).GetRoot();
}

/// <summary>One way of rewriting source for a rule.</summary>
/// <param name="rule">See <see cref="Rule"/>.</param>
/// <param name="title">See <see cref="Title"/>.</param>
internal abstract class Fix(DiagnosticRule rule, string title)
{
    public DiagnosticRule Rule { get; } = rule;

    /// <summary>Fixes of one key are applied together.</summary>
    public string Key => GetType().Name;

    /// <summary>What the light bulb offers.</summary>
    public string Title { get; } = title;

    /// <summary>The new root; null where this fix does not suit the place.</summary>
    public abstract SyntaxNode? Apply(FixPlace place, CancellationToken stop);
}
