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
