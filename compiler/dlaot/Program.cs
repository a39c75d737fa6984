using System.CommandLine;
using DlAot.Cli.Commands;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Cli;

/// <summary><c>dlaot</c>: data on stdout, diagnostics on stderr; exit 0 done, 1 input or compile error, 2 a check failed (verify, analyze --check), 101 internal error.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        // What stands after -- is another program's.
        int end = arguments is ["profile", ..] && Array.IndexOf(arguments, "--") is >= 0 and var at ? at : arguments.Length;
        (string[] own, string[] application) = (arguments[..end], arguments[Math.Min(end + 1, arguments.Length)..]);
        var root = new RootCommand("Compiles the TorchSharp code inside a .NET assembly ahead of time.")
        {
            CompileCommand.Create(), ExplainCommand.Create(), AnalyzeCommand.Create(), DumpCommand.Create(), VerifyCommand.Create(), ProfileCommand.Create(application),
        };
        ParseResult parsed = root.Parse(own);
        if (parsed.Errors.Count > 0)
        {
            // The last one is the most specific.
            Console.Error.WriteLine(Diagnostic.Of(Rules.Usage, Ir.SourceLocation.None, "", parsed.Errors[^1].Message));
            return ExitCode.Error;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CompilationException e)
        {
            Console.Error.WriteLine(e.Diagnostic);
            return ExitCode.Error;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(Diagnostic.Of(Rules.InternalError, Ir.SourceLocation.None, "", $"{e.GetType().Name}: {e.Message}"));
            Console.Error.WriteLine(e.StackTrace);
            Console.Error.WriteLine($"To reproduce: dlaot {string.Join(" ", arguments)}");
            return ExitCode.Internal;
        }
    }
}

internal static class ExitCode
{
    public const int Ok = 0, Error = 1, CheckFailed = 2, Internal = 101;
}
