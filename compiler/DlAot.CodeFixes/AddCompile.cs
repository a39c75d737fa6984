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

/// <summary>Offers <c>[Compile]</c> on a method that takes or gives tensors, with the signature where the source shows all of it.</summary>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(AddCompile)), Shared]
public sealed class AddCompile : CodeRefactoringProvider
{
    private const string Attribute = "DlAot.CompileAttribute";

    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
            || root.FindNode(context.Span).FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method || (method.Body is null && method.ExpressionBody is null)
            || await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model
            || model.Compilation.GetTypeByMetadataName(Attribute) is null || model.GetDeclaredSymbol(method, context.CancellationToken) is not { } symbol
            || symbol.GetAttributes().Any(a => a.AttributeClass is { Name: "CompileAttribute" or "EagerAttribute", ContainingNamespace.Name: "DlAot" }) || !(Tensors.Is(symbol.ReturnType) || symbol.Parameters.Any(p => Tensors.Is(p.Type))))
        {
            return;
        }

        string? signature = SignatureOf(method, symbol, model, context.CancellationToken);
        string title = signature is null ? "Compile ahead of time: add [Compile]" : $"Compile ahead of time: add [Compile] for {signature}";
        context.RegisterRefactoring(CodeAction.Create(title, stop => WithCompileAsync(context.Document, method, signature, stop), nameof(AddCompile)));
    }

    private static async Task<Document> WithCompileAsync(Document document, MethodDeclarationSyntax method, string? signature, CancellationToken stop)
    {
        SourceText text = await document.GetTextAsync(stop).ConfigureAwait(false);
        return document.WithText(text.WithChanges(AttributeEdits.AddCompile(method, text, signature)));
    }

    // forward(x: f32[N,3,H,W]) where every tensor goes straight into a convolution that the class makes with constant channels and no other dtype.
    private static string? SignatureOf(MethodDeclarationSyntax method, IMethodSymbol symbol, SemanticModel model, CancellationToken stop)
    {
        IParameterSymbol[] tensors = [.. symbol.Parameters.Where(p => Tensors.Is(p.Type))];
        string?[] types = [.. tensors.Select(p => TypeOf(p, method, model, stop))];
        return types.Length != 1 || types[0] is null ? null : $"{symbol.Name}({tensors[0].Name}: {types[0]})";
    }

    private static string? TypeOf(IParameterSymbol parameter, MethodDeclarationSyntax method, SemanticModel model, CancellationToken stop)
    {
        foreach (InvocationExpressionSyntax call in method.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "call" or "forward", Expression: var layer }, ArgumentList.Arguments: { Count: 1 } arguments }
                && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(arguments[0].Expression, stop).Symbol, parameter) && model.GetSymbolInfo(layer, stop).Symbol is IFieldSymbol field
                && Making(field, method.FirstAncestorOrSelf<ClassDeclarationSyntax>(), model, stop) is { } made && model.GetSymbolInfo(made, stop).Symbol is IMethodSymbol { ContainingType.Name: "nn" } factory
                && SizesOf(factory.Name) is { } sizes && made.ArgumentList.Arguments.All(a => a.NameColon?.Name.Identifier.ValueText is not "dtype") && model.GetConstantValue(made.ArgumentList.Arguments[0].Expression, stop).Value is { } channels)
            {
                return $"f32[N,{channels},{sizes}]";
            }
        }

        return null;
    }

    // The only call that the field is set to.
    private static InvocationExpressionSyntax? Making(IFieldSymbol field, ClassDeclarationSyntax? module, SemanticModel model, CancellationToken stop)
    {
        ExpressionSyntax[] set = module is null ? []
            : [.. module.DescendantNodes().OfType<AssignmentExpressionSyntax>().Where(a => SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(a.Left, stop).Symbol, field)).Select(a => a.Right),
                .. module.DescendantNodes().OfType<VariableDeclaratorSyntax>().Where(v => v.Initializer is not null && SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(v, stop), field)).Select(v => v.Initializer!.Value)];
        return set.Length == 1 ? set[0] as InvocationExpressionSyntax : null;
    }

    private static string? SizesOf(string layer) => layer switch
    {
        "Conv1d" => "L",
        "Conv2d" => "H,W",
        "Conv3d" => "D,H,W",
        _ => null,
    };
}
