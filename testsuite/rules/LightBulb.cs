using System.Collections.Immutable;
using DlAot.Analyzers;
using DlAot.CodeFixes;
using DlAot.Tests.Lifting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.Tests.RuleFixtures;

/// <summary>What an editor offers on a source, and what becomes of its text.</summary>
internal static class LightBulb
{
    public const string Usings = "using System;\nusing System.Collections.Generic;\nusing TorchSharp;\nusing DlAot;\nusing static TorchSharp.torch;\nusing static TorchSharp.torch.nn;\n\n";

    private static readonly TensorCodeFixProvider Fixer = new();

    /// <summary>The text after the first fix of that title (or any) for the first diagnostic of the code; null where there is none.</summary>
    public static string? Fix(string source, string code, string? title = null)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Opened(workspace, source);
        return Offered(document, Found(document).First(d => d.Id == code)).FirstOrDefault(a => title is null || a.Title == title) is { } chosen ? Changed(chosen, document) : null;
    }

    /// <summary>The text after the first fix for the code was applied to all of the document.</summary>
    public static string? FixAll(string source, string code)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Opened(workspace, source);
        ImmutableArray<Diagnostic> found = [.. Found(document).Where(d => d.Id == code)];
        CodeAction first = found.SelectMany(d => Offered(document, d)).First();
        var context = new FixAllContext(document, Fixer, FixAllScope.Document, first.EquivalenceKey, [code], new Known(found), CancellationToken.None);
        return Fixer.GetFixAllProvider().GetFixAsync(context).GetAwaiter().GetResult() is { } action ? Changed(action, document) : null;
    }

    /// <summary>The text after a refactoring at the name of a method; null where it is not offered.</summary>
    /// <param name="provider">Its class.</param>
    public static string? Refactor(string source, string method, string provider)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Opened(workspace, source);
        var offered = new List<CodeAction>();
        var context = new CodeRefactoringContext(document, new TextSpan(source.IndexOf($" {method}(", StringComparison.Ordinal) + 1, method.Length), offered.Add, CancellationToken.None);
        CodeRefactoringProvider refactoring = provider == nameof(AddCompile) ? new AddCompile() : new DisposeTemporaries();
        refactoring.ComputeRefactoringsAsync(context).GetAwaiter().GetResult();
        return offered.Count == 0 ? null : Changed(offered[0], document);
    }

    /// <summary>The C# compiler has nothing against it.</summary>
    public static void Compiles(string source)
    {
        using var workspace = new AdhocWorkspace();
        Assert.DoesNotContain(Opened(workspace, source).Project.GetCompilationAsync().GetAwaiter().GetResult()!.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error);
    }

    private static List<CodeAction> Offered(Document document, Diagnostic diagnostic)
    {
        var offered = new List<CodeAction>();
        Fixer.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => offered.Add(action), CancellationToken.None)).GetAwaiter().GetResult();
        return offered;
    }

    private static ImmutableArray<Diagnostic> Found(Document document) =>
        document.Project.GetCompilationAsync().GetAwaiter().GetResult()!.WithAnalyzers([new TensorCodeAnalyzer()]).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();

    private static Document Opened(AdhocWorkspace workspace, string source)
    {
        CSharpCompilation parsed = Snippet.Parse("");
        Project project = workspace.AddProject("Fixed", LanguageNames.CSharp).WithCompilationOptions(parsed.Options).WithParseOptions(CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest)).AddMetadataReferences(parsed.References);
        return project.AddDocument("Fixed.cs", SourceText.From(source));
    }

    private static string Changed(CodeAction action, Document document)
    {
        ApplyChangesOperation changes = action.GetOperationsAsync(CancellationToken.None).GetAwaiter().GetResult().OfType<ApplyChangesOperation>().Single();
        return changes.ChangedSolution.GetDocument(document.Id)!.GetTextAsync().GetAwaiter().GetResult().ToString();
    }

    private sealed class Known(ImmutableArray<Diagnostic> found) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);

        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(found);
    }
}
