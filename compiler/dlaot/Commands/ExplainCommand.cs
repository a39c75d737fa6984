using System.CommandLine;
using DlAot.Cli.Severities;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Reports;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot explain MyModel.dll [--json]</c></summary>
internal static class ExplainCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Machine-readable" };
    private static readonly Option<string?> Html = new("--html") { Description = "Also write a self-contained HTML page to this file" };
    private static readonly Option<bool> Details = new("--details", "-d") { Description = "Also kernels, guards and assumptions" };

    public static Command Create()
    {
        Command command = CommonOptions.AddTo(new Command("explain", "Say for every candidate method whether it is compiled, and why not"));
        command.Options.Add(Json);
        command.Options.Add(Html);
        command.Options.Add(Details);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        using Compilation compilation = Compilation.Open(CommonOptions.Read(result));
        compilation.Plan();
        CommonOptions.Tell(compilation);

        var report = ExplainReport.Of(compilation);
        Console.Out.Write(result.GetValue(Json) ? report.ToJson() + Environment.NewLine : ExplainText.Write(report, result.GetValue(Details)));
        if (result.GetValue(Html) is { } file)
        {
            File.WriteAllText(file, HtmlReport.Write(report));
        }

        return SeverityOptions.ExitCodeOf(compilation.Methods.SelectMany(m => m.Lifted.Diagnostics).Concat(compilation.Diagnostics));
    }
}
