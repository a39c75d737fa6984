using System.CommandLine;
using System.Globalization;
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
    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Print problems only" };

    public static Command Create()
    {
        Command command = CommonOptions.AddTo(new Command("compile", "Write a drop-in: same public surface, compiled tensor code"));
        foreach (Option option in new Option[] { Output, KeyFile, AllowEmpty, Report, Quiet })
        {
            command.Options.Add(option);
        }

        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        bool quiet = result.GetValue(Quiet);
        CompileOptions options = CommonOptions.Read(result) with { KeyFile = result.GetValue(KeyFile), AllowEmpty = result.GetValue(AllowEmpty) };
        string output = result.GetRequiredValue(Output);
        OutputFolder.Check(output, options.Input);
        using Compilation compilation = Compilation.Open(options, p => Progress(quiet, p));
        IReadOnlyDictionary<string, byte[]> files = compilation.Build();
        foreach (Diagnostic d in compilation.Methods.SelectMany(m => m.Lifted.Diagnostics).Concat(compilation.Diagnostics))
        {
            Console.Error.WriteLine(d);
        }

        if (compilation.Methods.All(m => m.Versions.IsEmpty))
        {
            Console.Error.WriteLine(Diagnostic.Of(Rules.CopiedUnchanged, Ir.SourceLocation.None, "", Path.GetFileName(options.Input)));
        }

        OutputFolder.Write(output, options.Input, files);
        if (result.GetValue(Report) is { } report)
        {
            var explain = ExplainReport.Of(compilation);
            File.WriteAllText(report, report.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? explain.ToJson() : HtmlReport.Write(explain));
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

    private static void Progress(bool quiet, PhaseDone p)
    {
        if (!quiet)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{p.Name,-8} {p.Time.TotalMilliseconds,7:F0} ms  {p.Detail}"));
        }
    }
}
