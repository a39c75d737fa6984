using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Verification;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot verify MyModel.dll out/MyModel.dll</c></summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> DropIn = new("drop-in") { Description = "What dlaot compile made of it, e.g. out/MyModel.dll" };
    private static readonly Option<bool> Json = new("--json") { Description = "Machine-readable" };

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static Command Create()
    {
        Command command = CommonOptions.AddTo(new Command("verify", "Compare original and drop-in on generated inputs"));
        command.Arguments.Add(DropIn);
        command.Options.Add(Json);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        VerificationReport report = Verifier.Verify(CommonOptions.Read(result), result.GetRequiredValue(DropIn));
        Console.Out.WriteLine(result.GetValue(Json) ? JsonSerializer.Serialize(report.Rows, JsonOptions) : Text(report));
        string[] different = [.. report.Rows.Where(r => r.Outcome == VerificationOutcome.Differs).Select(r => r.Method).Distinct()];
        if (different.Length == 0)
        {
            return ExitCode.Ok;
        }

        Console.Error.WriteLine(Diagnostic.Of(Rules.VerificationFailed, Ir.SourceLocation.None, "", string.Join(", ", different)));
        return ExitCode.CheckFailed;
    }

    private static string Text(VerificationReport report) => string.Join(Environment.NewLine,
    [
        .. report.Rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{Name(r.Outcome),-17} {r.MaxRelError,8:0.0e+0}  {r.Method}({r.Inputs})  {r.Detail}").TrimEnd()),
        $"{report.Rows.Length} comparisons: {string.Join(", ", Enum.GetValues<VerificationOutcome>().Select(o => $"{report.Rows.Count(r => r.Outcome == o)} {Name(o)}"))}",
    ]);

    private static string Name(VerificationOutcome outcome) => outcome switch
    {
        VerificationOutcome.Equal => "equal",
        VerificationOutcome.Differs => "differs",
        VerificationOutcome.OriginalRan => "original-ran",
        _ => "not-constructible",
    };
}
