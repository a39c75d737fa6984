using System;
using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace DlAot.CodeFixes;

/// <summary>A read of a tensor on the host that gives the same in every turn of a loop around it, before the outermost such loop.</summary>
internal sealed class HoistHostRead() : Fix(Rules.HostRead, "Read it once, before the loop")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        // All that hangs on the read: y.data<float>()[0], y.data<float>().ToArray()
        ExpressionSyntax? read = place.Node as ExpressionSyntax;
        while (read?.Parent is MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or InvocationExpressionSyntax && read.Parent is ExpressionSyntax outer && outer.ChildNodes().First() == read)
        {
            read = outer;
        }

        if (read is null || read.Parent is ExpressionStatementSyntax || read.Ancestors().TakeWhile(IsInside).OfType<StatementSyntax>().LastOrDefault(s => IsLoop(s) && IsSame(read, s, place, stop)) is not { } loop)
        {
            return null;
        }

        string name = Names.Free("value", place.Model, read.SpanStart);
        StatementSyntax declared = ParseStatement($"var {name} = {read.WithoutTrivia().ToFullString()};").WithLeadingTrivia(loop.GetLeadingTrivia()).WithTrailingTrivia(EndOfLine(place.LineBreak));
        StatementSyntax rest = loop.ReplaceNode(read, IdentifierName(name).WithTriviaFrom(read)).WithLeadingTrivia(loop.GetLeadingTrivia().Where(t => t.IsKind(SyntaxKind.WhitespaceTrivia)).Reverse().Take(1));
        var block = (BlockSyntax)loop.Parent!;
        return place.Root.ReplaceNode(block, block.WithStatements(block.Statements.ReplaceRange(loop, [declared, rest])));
    }

    private static bool IsInside(SyntaxNode n) => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax);

    private static bool IsLoop(StatementSyntax s) => s.Parent is BlockSyntax && s is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax;

    // Nothing in the loop writes what is read, its elements included.
    private static bool IsSame(ExpressionSyntax read, StatementSyntax loop, FixPlace place, CancellationToken stop)
    {
        ISymbol[] used = [.. read.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(n => place.Model.GetSymbolInfo(n, stop).Symbol).OfType<ISymbol>().Where(s => s is ILocalSymbol or IParameterSymbol or IFieldSymbol or IPropertySymbol)];
        return place.Model.AnalyzeDataFlow(loop) is { Succeeded: true } flow && !used.Any(s => flow.WrittenInside.Contains(s, SymbolEqualityComparer.Default) || IsAssigned(s))
            && !loop.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(c => IsInPlace(c) || (used.Any(s => s is IFieldSymbol or IPropertySymbol && !IsOfLibrary(s)) && place.Model.GetSymbolInfo(c, stop).Symbol is { } called && !IsOfLibrary(called)))
            && !loop.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(a => a.Left is ElementAccessExpressionSyntax);

        bool IsAssigned(ISymbol s) => loop.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(a => SymbolEqualityComparer.Default.Equals(place.Model.GetSymbolInfo(a.Left, stop).Symbol, s));
    }

    private static bool IsInPlace(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } && name.EndsWith("_", StringComparison.Ordinal);

    private static bool IsOfLibrary(ISymbol s) => s.ContainingAssembly?.Name is "TorchSharp" || s.ContainingNamespace?.ToDisplayString().StartsWith("System", StringComparison.Ordinal) == true;
}
