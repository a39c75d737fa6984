using System.Linq;
using System.Threading;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace DlAot.CodeFixes;

/// <summary><c>return y * 2;</c> in a dispose scope => <c>return (y * 2).MoveToOuterDisposeScope();</c></summary>
internal sealed class MoveToOuterScope() : Fix(Rules.DisposedResult, "Move the result to the outer dispose scope")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        // A local that a using disposes of is another fix's.
        if (place.Node is not ExpressionSyntax value || ReturnInsteadOfUsing.DeclarationOf(value, place, stop) is not null)
        {
            return null;
        }

        ExpressionSyntax receiver = value is IdentifierNameSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax or ParenthesizedExpressionSyntax or ElementAccessExpressionSyntax
            ? value.WithoutTrivia() : ParenthesizedExpression(value.WithoutTrivia());
        ExpressionSyntax moved = InvocationExpression(MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, receiver, IdentifierName("MoveToOuterDisposeScope")));
        return place.Root.ReplaceNode(value, moved.WithTriviaFrom(value));
    }
}

/// <summary><c>using var y = ...; return y;</c> => <c>var y = ...; return y;</c></summary>
internal sealed class ReturnInsteadOfUsing() : Fix(Rules.DisposedResult, "Do not dispose of the result")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        if (place.Node is not ExpressionSyntax value || DeclarationOf(value, place, stop) is not { } declaration)
        {
            return null;
        }

        SyntaxToken next = declaration.UsingKeyword.GetNextToken();
        return place.Root.ReplaceNode(declaration, declaration.ReplaceToken(next, next.WithLeadingTrivia(declaration.UsingKeyword.LeadingTrivia)).WithUsingKeyword(default));
    }

    /// <summary>The <c>using</c> declaration of the local, null when it is none.</summary>
    public static LocalDeclarationStatementSyntax? DeclarationOf(ExpressionSyntax value, FixPlace place, CancellationToken stop) =>
        value is IdentifierNameSyntax && place.Model.GetSymbolInfo(value, stop).Symbol is ILocalSymbol local
            && local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(stop).FirstAncestorOrSelf<LocalDeclarationStatementSyntax>() is { } declared && declared.UsingKeyword.IsKind(SyntaxKind.UsingKeyword) ? declared : null;
}

/// <summary><c>torch.set_grad_enabled(false);</c> => <c>using var mode = torch.set_grad_enabled(false);</c></summary>
internal sealed class RestoreGradientMode() : Fix(Rules.SideEffect, "Restore the gradient mode at the end")
{
    public override SyntaxNode? Apply(FixPlace place, CancellationToken stop)
    {
        if (place.Node is not InvocationExpressionSyntax { Parent: ExpressionStatementSyntax statement } call)
        {
            return null;
        }

        string name = Names.Free("gradients", place.Model, call.SpanStart);
        StatementSyntax declared = ParseStatement($"using var {name} = {call.WithoutTrivia().ToFullString()};");
        return place.Root.ReplaceNode(statement, declared.WithTriviaFrom(statement));
    }
}
