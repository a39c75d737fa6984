using System.Collections.Immutable;
using System.CommandLine;
using DlAot.Cli.Fixes;
using DlAot.Cli.Severities;
using DlAot.Compiler.Analysis;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot analyze MyModel.dll [--json] [--types] [--fix] [--sarif FILE] [--check --baseline FILE]</c></summary>
internal static class AnalyzeCommand
{
    private static readonly Option<bool> All = new("--all") { Description = "Every finding on a line of its own" };
    private static readonly Option<bool> Json = new("--json") { Description = "Machine-readable" };
    private static readonly Option<string?> SarifFile = new("--sarif") { Description = "Also write the findings to this file, as SARIF 2.1.0" };
    private static readonly Option<string> BaselineFile = new("--baseline") { Description = "The verdicts to compare with", DefaultValueFactory = _ => "dlaot.baseline.json" };
    private static readonly Option<bool> Check = new("--check") { Description = "Exit with 2 when a method that compiled in the baseline no longer does" };
    private static readonly Option<bool> Update = new("--update-baseline") { Description = "Write the baseline" };

    private static readonly Argument<string[]> Inputs = new("assemblies")
    {
        Description = "The assembly to read, e.g. bin/Release/net8.0/MyModel.dll; several of one application, or its folder, are read together", Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        Command command = CommonOptions.AddTo(new Command("analyze", "Say for every candidate method whether compiling it is safe and pays, and why"), Inputs);
        foreach (Option option in new Option[] { All, Json, SarifFile, BaselineFile, Check, Update, TypesOutput.Types, FixOutput.Fix, FixOutput.Yes, CostsOutput.Costs, CostsOutput.Calibrate })
        {
            command.Options.Add(option);
        }

        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        if (result.GetValue(CostsOutput.Calibrate))
        {
            CostsOutput.Measure(Each(result).First());
        }

        if (result.GetValue(CostsOutput.Costs))
        {
            CostsOutput.Write(Each(result));
            return ExitCode.Ok;
        }

        if (result.GetValue(TypesOutput.Types))
        {
            TypesOutput.Write(Each(result), result.GetValue(Json));
            return ExitCode.Ok;
        }

        var told = new List<Diagnostic>();
        ImmutableArray<AnalysisReport> reports = [.. Reports(result, told)];
        foreach (AnalysisReport report in reports)
        {
            Console.Out.Write(result.GetValue(FixOutput.Fix) ? AnalysisText.Summary(report) + Environment.NewLine : result.GetValue(Json) ? report.ToJson() + Environment.NewLine : AnalysisText.Write(report, result.GetValue(All)));
        }

        if (result.GetValue(SarifFile) is { } sarif)
        {
            File.WriteAllText(sarif, Sarif.Write(reports, typeof(Compilation).Assembly.GetName().Version!.ToString(3)));
        }

        string baseline = result.GetRequiredValue(BaselineFile);
        ImmutableArray<Diagnostic> lost = result.GetValue(Check) ? Baseline.Regressions(reports, baseline) : [];
        foreach (Diagnostic d in lost)
        {
            Console.Error.WriteLine(d);
        }

        if (result.GetValue(Update))
        {
            File.WriteAllText(baseline, Baseline.Write(reports));
        }

        return lost.IsEmpty ? SeverityOptions.ExitCodeOf(reports.SelectMany(r => r.Methods).SelectMany(m => m.Findings).Concat(told)) : ExitCode.CheckFailed;
    }

    private static IEnumerable<AnalysisReport> Reports(ParseResult result, List<Diagnostic> told)
    {
        foreach (CompileOptions options in Each(result))
        {
            using Compilation compilation = Compilation.Open(options);
            compilation.Plan();
            CommonOptions.Tell(compilation);
            told.AddRange(compilation.Diagnostics);
            var report = AnalysisReport.Of(compilation);
            if (result.GetValue(FixOutput.Fix))
            {
                FixOutput.Write(compilation, report, result.GetValue(FixOutput.Yes));
            }

            yield return report;
        }
    }

    private static IEnumerable<CompileOptions> Each(ParseResult result) => ApplicationInputs.Each(ApplicationInputs.Find(result.GetRequiredValue(Inputs)), i => CommonOptions.Read(result, i) with { DefaultBenefit = BenefitChoice.On });
}
