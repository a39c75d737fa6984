using System.Collections.Generic;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.CodeFixes;

/// <summary>
/// Offers a dispose scope in a method that gives a tensor and leaves what it makes on the way to the garbage collector; the result moves
/// out of the scope. Compiled code makes no temporaries: this is for what stays as it is.
/// </summary>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(DisposeTemporaries)), Shared]
public sealed class DisposeTemporaries : CodeRefactoringProvider
{
    private const string Title = "Dispose of temporaries: add a dispose scope", Move = ".MoveToOuterDisposeScope()";

    // Tensors made on the way, from which on a scope is worth its line.
    private const int Least = 2;

    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        CancellationToken stop = context.CancellationToken;
        if (await context.Document.GetSyntaxRootAsync(stop).ConfigureAwait(false) is { } root && root.FindNode(context.Span).FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method
            && await context.Document.GetSemanticModelAsync(stop).ConfigureAwait(false) is { } model && model.GetDeclaredSymbol(method, stop) is { IsAsync: false } symbol && Tensors.Is(symbol.ReturnType)
            && Made(method, model, stop) >= Least && !IsScoped(method) && !Keeps(method, model, stop) && Changes(method, root, model, stop) is { } changes)
        {
            context.RegisterRefactoring(CodeAction.Create(Title, async s => context.Document.WithText((await context.Document.GetTextAsync(s).ConfigureAwait(false)).WithChanges(changes)), nameof(DisposeTemporaries)));
        }
    }

    private static int Made(MethodDeclarationSyntax method, SemanticModel model, CancellationToken stop) =>
        Own(method).OfType<ExpressionSyntax>().Count(e => e is InvocationExpressionSyntax or BinaryExpressionSyntax or PrefixUnaryExpressionSyntax && model.GetTypeInfo(e, stop).Type is { } type && Tensors.Is(type));

    private static bool IsScoped(MethodDeclarationSyntax method) => Own(method).OfType<IdentifierNameSyntax>().Any(n => n.Identifier.ValueText is "NewDisposeScope" or "MoveToOuterDisposeScope");

    // What outlives the method would be freed: tensors in fields, elements, lists.
    private static bool Keeps(MethodDeclarationSyntax method, SemanticModel model, CancellationToken stop) =>
        method.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(a => model.GetSymbolInfo(a.Left, stop).Symbol is not (ILocalSymbol or IParameterSymbol { RefKind: RefKind.None } or null) || a.Left is ElementAccessExpressionSyntax)
        || method.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(c => model.GetSymbolInfo(c, stop).Symbol is IMethodSymbol { ReturnsVoid: true, ContainingAssembly.Name: not "TorchSharp" } && c.ArgumentList.Arguments.Any(a => model.GetTypeInfo(a.Expression, stop).Type is { } type && Tensors.Is(type)));

    private static IEnumerable<SyntaxNode> Own(SyntaxNode method) => method.DescendantNodes(n => n == method || n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax));

    private static TextChange[]? Changes(MethodDeclarationSyntax method, SyntaxNode root, SemanticModel model, CancellationToken stop)
    {
        string end = root.DescendantTrivia().FirstOrDefault(t => t.IsKind(SyntaxKind.EndOfLineTrivia)).ToString() is { Length: > 0 } found ? found : "\n";
        string indent = method.GetLeadingTrivia().LastOrDefault(t => t.IsKind(SyntaxKind.WhitespaceTrivia)).ToString(), inner = indent + "    ";
        int at = method.SpanStart;
        string scope = $"{inner}using var {Names.Free("scope", model, at)} = {(model.LookupSymbols(at, name: "NewDisposeScope").Any() ? "" : "TorchSharp.torch.")}NewDisposeScope();{end}";
        if (method.ExpressionBody is { } arrow)
        {
            int start = arrow.GetFirstToken().GetPreviousToken().Span.End;
            return [new TextChange(TextSpan.FromBounds(start, method.SemicolonToken.Span.End), $"{end}{indent}{{{end}{scope}{inner}return {Moved(arrow.Expression)};{end}{indent}}}")];
        }

        if (method.Body is not { Statements: { Count: > 0 } statements } body || !body.ToString().Contains('\n'))
        {
            return null;
        }

        ExpressionSyntax[] results = [.. Own(method).OfType<ReturnStatementSyntax>().Select(r => r.Expression).OfType<ExpressionSyntax>()];
        return results.Any(r => MayBeGiven(r, method, model, stop)) ? null : [new TextChange(new TextSpan(statements[0].FullSpan.Start, 0), scope), .. results.Select(r => new TextChange(r.Span, Moved(r)))];
    }

    // What came in is somebody else's, and must stay where it is.
    private static bool MayBeGiven(ExpressionSyntax result, MethodDeclarationSyntax method, SemanticModel model, CancellationToken stop) => result is not (InvocationExpressionSyntax or BinaryExpressionSyntax or ElementAccessExpressionSyntax)
        && !(model.GetSymbolInfo(result, stop).Symbol is { Kind: SymbolKind.Local or SymbolKind.Parameter } held && IsMade(held, method, model, stop));

    // Set by statements of the method's own block to what an operation gives.
    private static bool IsMade(ISymbol held, MethodDeclarationSyntax method, SemanticModel model, CancellationToken stop) =>
        Own(method).OfType<AssignmentExpressionSyntax>().Where(a => a.Parent?.Parent == method.Body && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(a.Left, stop).Symbol, held)).Select(a => a.Right)
            .Concat(Own(method).OfType<VariableDeclaratorSyntax>().Where(v => v.Initializer is not null && SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(v, stop), held)).Select(v => v.Initializer!.Value))
            .Any(e => e is InvocationExpressionSyntax or BinaryExpressionSyntax or PrefixUnaryExpressionSyntax);

    private static string Moved(ExpressionSyntax e) => (e is IdentifierNameSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax or ParenthesizedExpressionSyntax or ElementAccessExpressionSyntax ? e.ToString() : $"({e})") + Move;
}
