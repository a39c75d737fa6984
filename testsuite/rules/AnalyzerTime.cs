using System.Diagnostics;
using System.Text;
using DlAot.Analyzers;
using DlAot.Tests.Lifting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DlAot.Tests.RuleFixtures;

/// <summary>
/// Compiles and analyzes a project of many files in a process of its own, and prints the processor time that it took: with our analyzer,
/// or with one that only has the compiler make the same operations, as others of the SDK do in every build.
/// </summary>
internal static class AnalyzerTime
{
    public const string Command = "analyzer-time";

    private const int Files = 200;

    public static int Serve(string kind)
    {
        CSharpCompilation parsed = Snippet.Parse("");
        Compilation project = parsed.AddSyntaxTrees(Enumerable.Range(0, Files).Select(i => CSharpSyntaxTree.ParseText(Source(i), (CSharpParseOptions)parsed.SyntaxTrees[0].Options, $"Net{i}.cs")));
        DiagnosticAnalyzer analyzer = kind == "ours" ? new TensorCodeAnalyzer() : new Nothing();
        int told = project.WithAnalyzers([analyzer]).GetAllDiagnosticsAsync().GetAwaiter().GetResult().Count(d => d.Id.StartsWith("DLAOT", StringComparison.Ordinal));
        Console.WriteLine($"{Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:R} {told}");
        return 0;
    }

    private static string Source(int number)
    {
        var text = new StringBuilder($"using TorchSharp;\nusing static TorchSharp.torch;\nusing static TorchSharp.torch.nn;\n\npublic class Net{number} : Module<Tensor, Tensor>\n{{\n    public Net{number}() : base(\"net\") {{ }}\n\n");
        text.Append("    public override Tensor forward(Tensor x) => x * x.data<float>()[0] + 1;\n\n");
        for (int i = 0; i < 10; i++)
        {
            text.Append($"    public static Tensor Step{i}(Tensor x, Tensor y)\n    {{\n        for (int i = 0; i < 4; i++)\n        {{\n            x = functional.relu(x * {i} + y.sin()) - x.mean();\n        }}\n\n        return x.softmax(1) * y;\n    }}\n\n");
        }

        return text.Append("}\n").ToString();
    }

#pragma warning disable RS1036, RS1038, RS1025, RS1026, RS1041 // never leaves this process
    [DiagnosticAnalyzer(LanguageNames.CSharp)]
    private sealed class Nothing : DiagnosticAnalyzer
    {
        public override System.Collections.Immutable.ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = new TensorCodeAnalyzer().SupportedDiagnostics;

        public override void Initialize(AnalysisContext context)
        {
            context.EnableConcurrentExecution();
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.RegisterOperationBlockAction(_ => { });
        }
    }
#pragma warning restore
}
