using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using DlAot.Cli.Severities;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Reports;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot compile MyModel.dll -o out/</c></summary>
internal static class CompileCommand
{
    private static readonly Option<string> Output = new("--output", "-o") { Description = "Folder for the drop-in", Required = true };
    private static readonly Option<string?> KeyFile = new("--key-file") { Description = "Strong-name key (.snk) to sign with" };
    private static readonly Option<bool> AllowEmpty = new("--allow-empty") { Description = "Copy an assembly that has nothing to compile" };
    private static readonly Option<string?> Report = new("--report") { Description = "Also write the explain report to this .html or .json file" };
    private static readonly Option<bool> All = new("--all") { Description = "Every diagnostic on a line of its own" };
    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Print problems only" };

    private static readonly Argument<string[]> Inputs = new("assemblies")
    {
        Description = "The assembly to compile, e.g. bin/Release/net8.0/MyModel.dll; several of one application, or its folder, are compiled together", Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        Command command = CommonOptions.AddTo(new Command("compile", "Write a drop-in: same public surface, compiled tensor code"), Inputs);
        foreach (Option option in new Option[] { Output, KeyFile, AllowEmpty, Report, All, Quiet })
        {
            command.Options.Add(option);
        }

        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        bool quiet = result.GetValue(Quiet);
        string output = result.GetRequiredValue(Output);
        ImmutableArray<string> inputs = ApplicationInputs.Find(result.GetRequiredValue(Inputs));
        foreach (string input in inputs)
        {
            OutputFolder.Check(output, input);
        }

        // Nothing is written before everything is compiled.
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var reports = new List<(string File, string Text)>();
        var told = new List<Diagnostic>();
        bool isEmpty = true;
        foreach (CompileOptions options in ApplicationInputs.Each(inputs, i => CommonOptions.Read(result, i) with { KeyFile = result.GetValue(KeyFile), AllowEmpty = result.GetValue(AllowEmpty) }))
        {
            using Compilation compilation = Compilation.Open(options, p => Progress(quiet, p));
            foreach ((string name, byte[] content) in compilation.Build())
            {
                files[name] = content;
            }

            told.AddRange(Tell(compilation, options, result.GetValue(All)));
            isEmpty &= !compilation.Compiled.Any();
            if (result.GetValue(Report) is { } report)
            {
                var explain = ExplainReport.Of(compilation);
                string file = inputs.Length == 1 ? report : Path.ChangeExtension(report, $"{Path.GetFileNameWithoutExtension(options.Input)}{Path.GetExtension(report)}");
                reports.Add((file, report.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? explain.ToJson() : HtmlReport.Write(explain)));
            }
        }

        if (isEmpty && !result.GetValue(AllowEmpty))
        {
            throw new CompilationException(Rules.NoCandidates, "", string.Join("', '", inputs.Select(Path.GetFileName)));
        }

        if (SeverityOptions.ExitCodeOf(told) is not ExitCode.Ok and var failed)
        {
            return failed;
        }

        OutputFolder.Write(output, inputs[0], files);
        foreach ((string file, string text) in reports)
        {
            File.WriteAllText(file, text);
        }

        if (!quiet)
        {
            foreach (string file in files.Keys)
            {
                Console.WriteLine(Path.Combine(output, file));
            }
        }

        return ExitCode.Ok;
    }

    private static Diagnostic[] Tell(Compilation compilation, CompileOptions options, bool all)
    {
        Diagnostic[] told =
        [
            .. compilation.Methods.SelectMany(m => m.Lifted.Diagnostics), .. compilation.Diagnostics,
            .. compilation.Compiled.Any() ? [] : new[] { compilation.Rated(Diagnostic.Of(Rules.CopiedUnchanged, Ir.SourceLocation.None, "", Path.GetFileName(options.Input))) },
        ];
        foreach (string line in DiagnosticLines.Of(compilation.Name, told, all))
        {
            Console.Error.WriteLine(line);
        }

        return told;
    }

    private static void Progress(bool quiet, PhaseDone p)
    {
        if (!quiet)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{p.Name,-8} {p.Time.TotalMilliseconds,7:F0} ms  {p.Detail}"));
        }
    }
}
