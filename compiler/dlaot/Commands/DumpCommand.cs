using System.CommandLine;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Lifting;
using DlAot.Ir.Text;
using DlAot.Passes;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot dump MyModel.dll --method Ns.Net.forward --after fuse</c></summary>
internal static class DumpCommand
{
    private static readonly Option<string> Method = new("--method", "-m") { Description = "Ns.Type.method, as explain prints it (its end is enough)", Required = true };
    private static readonly Option<string> After = new("--after") { Description = $"lift, or a pass: {string.Join(", ", Pipeline.Rows.Select(r => r.Name))}", DefaultValueFactory = _ => Pipeline.Rows[^1].Name };
    private static readonly Option<bool> Json = new("--json") { Description = "The plan as JSON (after the last pass only)" };

    public static Command Create()
    {
        Command command = CommonOptions.AddTo(new Command("dump", "Print a method's graph or plan after a pass"));
        command.Options.Add(Method);
        command.Options.Add(After);
        command.Options.Add(Json);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        string after = result.GetValue(After)!, name = result.GetRequiredValue(Method);
        if (after != "lift" && Pipeline.Rows.All(r => r.Name != after))
        {
            throw new CompilationException(Rules.UnknownPass, "", after, string.Join(", ", Pipeline.Rows.Select(r => r.Name).Prepend("lift")));
        }

        CompileOptions options = CommonOptions.Read(result);
        using Compilation compilation = Compilation.Open(options);
        LiftedMethod lifted = compilation.Lift(name);
        foreach (Diagnostic d in lifted.Diagnostics)
        {
            Console.Error.WriteLine(d);
        }

        PassOptions passes = compilation.PassOptionsOf(lifted);
        foreach (LiftedVersion version in lifted.Versions)
        {
            Console.Out.WriteLine(after == "lift" ? GraphText.Print(version.Graph) : Text(Pipeline.RunUntil(version.Graph, passes, after), result.GetValue(Json)));
        }

        return lifted.IsWhole ? ExitCode.Ok : ExitCode.Error;
    }

    private static string Text(PassState state, bool json) =>
        state.Plan is { } plan ? (json ? PlanJson.Write(plan) : PlanPrinter.Print(plan)) : GraphText.Print(state.Graph);
}
