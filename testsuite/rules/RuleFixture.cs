using System.Collections.Immutable;
using DlAot.Analyzers;
using DlAot.Compiler.Analysis;
using DlAot.Compiler.Analysis.Types;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Reports;
using DlAot.Tests.House;
using DlAot.Tests.Lifting;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DlAot.Tests.RuleFixtures;

/// <summary>The two files of a code, <c>failing.cs</c> and <c>fixed.cs</c>, as the compiler and as the analyzer see them.</summary>
internal sealed record RuleFixture(string Code)
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "testsuite", "rules");

    public static IEnumerable<string> Codes => Directory.GetDirectories(Folder).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal);

    public static bool Exists(string code) => Directory.Exists(Path.Combine(Folder, code));

    public string Failing => Read("failing.cs");

    public string Fixed => Read("fixed.cs");

    /// <summary>What <c>dlaot explain</c> and <c>dlaot analyze</c> say of the source: code and line, each once.</summary>
    public static ImmutableSortedSet<(string Code, int Line)> Compiled(string source)
    {
        string assembly = Snippet.Compile(source);
        try
        {
            using Compilation compilation = Compilation.Open(new CompileOptions { Input = assembly, References = [AppContext.BaseDirectory], Benefit = BenefitChoice.On });
            compilation.Plan();
            return
            [
                .. ExplainReport.Of(compilation).Methods.SelectMany(m => m.Boundaries).Select(b => (b.Code, LineOf(b.Location))),
                .. AnalysisReport.Of(compilation).Methods.SelectMany(m => m.Findings).Concat(TypeAnalysis.Of(compilation).SelectMany(t => t.Diagnostics)).Select(d => (d.Rule.Code, d.Location.Line)),
            ];
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(assembly)!, recursive: true);
        }
    }

    /// <summary>What the editor shows: code and line, each once.</summary>
    public static ImmutableSortedSet<(string Code, int Line)> Analyzed(string source) =>
        [.. Diagnostics(source).Select(d => (d.Id, d.Location.GetMappedLineSpan().StartLinePosition.Line + 1))];

    public static ImmutableArray<Microsoft.CodeAnalysis.Diagnostic> Diagnostics(string source) =>
        Snippet.Parse(source).WithAnalyzers([new TensorCodeAnalyzer()]).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();

    private string Read(string file) => File.ReadAllText(Path.Combine(Folder, Code, file)).ReplaceLineEndings("\n");

    // Snippet.cs(12,5)
    private static int LineOf(string location) => location.IndexOf('(', StringComparison.Ordinal) is > 0 and var at ? int.Parse(location[(at + 1)..location.IndexOf(',', at)]) : 0;
}
