using System.Globalization;
using System.Text;
using DlAot.Analyzers;
using DlAot.Tests.Lifting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DlAot.Tests.RuleFixtures;

/// <summary>
/// Compiles and analyzes a project of many files in a process of its own, and prints the seconds that the compiler says it spent in our analyzer,
/// its own just-in-time compilation and all: what <c>-p:ReportAnalyzer=true</c> prints of a build.
/// </summary>
internal static class AnalyzerTime
{
    public const string Command = "analyzer-time";

    private const int Files = 200;

    public static int Serve()
    {
        CSharpCompilation parsed = Snippet.Parse("");
        Compilation project = parsed.AddSyntaxTrees(Enumerable.Range(0, Files).Select(i => CSharpSyntaxTree.ParseText(Source(i), (CSharpParseOptions)parsed.SyntaxTrees[0].Options, $"Net{i}.cs")));
        var analyzer = new TensorCodeAnalyzer();
        CompilationWithAnalyzers analysis = project.WithAnalyzers([analyzer], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: true));
        AnalysisResult result = analysis.GetAnalysisResultAsync(CancellationToken.None).GetAwaiter().GetResult();
        TimeSpan spent = result.AnalyzerTelemetryInfo[analyzer].ExecutionTime;
        int told = result.GetAllDiagnostics().Count(d => d.Id.StartsWith("DLAOT", StringComparison.Ordinal));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{spent.TotalSeconds:R} {told}"));
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
}
