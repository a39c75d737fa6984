using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace DlAot.CodeFixes;

/// <summary><c>y.view(a, b)</c> => <c>y.reshape(a, b)</c></summary>
internal sealed class UseReshape() : Fix(Rules.UncertainLayout, "Use reshape")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop) => place.Node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name } }
        ? place.Root.ReplaceNode(name, IdentifierName("reshape").WithTriviaFrom(name)) : null;
}

/// <summary><c>y.add_(1);</c> => <c>y = y.add(1);</c>, and <c>y.add_(1).exp()</c> stays: others may see y.</summary>
internal sealed class UseOutOfPlace() : Fix(Rules.InPlaceOnShared, "Use the out-of-place form")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        if (place.Node is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name, Expression: IdentifierNameSyntax receiver }, Parent: ExpressionStatementSyntax statement } call
            || place.Model.GetSymbolInfo(receiver, stop).Symbol is not ILocalSymbol || place.Model.GetTypeInfo(receiver, stop).Type is not { } type)
        {
            return null;
        }

        string plain = name.Identifier.ValueText.TrimEnd('_');
        if (!type.GetMembers(plain).Any())
        {
            return null;
        }

        ExpressionSyntax made = call.ReplaceNode(name, IdentifierName(plain)).WithoutTrivia();
        return place.Root.ReplaceNode(statement, ParseStatement($"{receiver.Identifier.ValueText} = {made};").WithTriviaFrom(statement));
    }
}

/// <summary>A read of a tensor on the host that gives the same in every turn of the loop around it, before the loop.</summary>
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

        StatementSyntax? loop = read?.Ancestors().TakeWhile(a => a is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax)).OfType<StatementSyntax>().LastOrDefault(IsLoop);
        if (read is null || loop is not { Parent: BlockSyntax block } || place.Model.AnalyzeDataFlow(loop) is not { Succeeded: true } flow
            || read.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(n => place.Model.GetSymbolInfo(n, stop).Symbol).Any(s => s is ILocalSymbol or IParameterSymbol && flow.WrittenInside.Contains(s, SymbolEqualityComparer.Default)))
        {
            return null;
        }

        string name = Names.Free("value", place.Model, read.SpanStart);
        StatementSyntax declared = ParseStatement($"var {name} = {read.WithoutTrivia().ToFullString()};").WithLeadingTrivia(loop.GetLeadingTrivia()).WithTrailingTrivia(EndOfLine("\n"));
        StatementSyntax rest = loop.ReplaceNode(read, IdentifierName(name).WithTriviaFrom(read)).WithLeadingTrivia(loop.GetLeadingTrivia().Where(t => t.IsKind(SyntaxKind.WhitespaceTrivia)).Take(1));
        return place.Root.ReplaceNode(block, block.WithStatements(block.Statements.ReplaceRange(loop, [declared, rest])));
    }

    private static bool IsLoop(StatementSyntax s) => s is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax;
}
