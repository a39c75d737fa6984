using System.Reflection;
using System.Text;
using DlAot.Compiler.Lifting.Models;

namespace DlAot.Tests.RuleFixtures;

/// <summary>Runs dlaot in a process of its own with a bug put in: whatever it prints to its output fails, and so does lifting a call of <c>Thread.Sleep</c>.</summary>
internal static class DefectiveTool
{
    public const string Command = "defective-tool";

    private const string Output = "output";

    /// <summary>The command line of one whose output fails.</summary>
    public static string WithOutput { get; } = $"dotnet {typeof(DefectiveTool).Assembly.Location} {Command} {Output}";

    /// <summary>The command line of one that fails to lift.</summary>
    public static string WithModel { get; } = $"dotnet {typeof(DefectiveTool).Assembly.Location} {Command} model";

    public static int Serve(string kind, string[] arguments)
    {
        if (kind == Output)
        {
            Console.SetOut(new Broken());
        }
        else
        {
            ModelTable.Default["Thread.Sleep"] = _ => throw new InvalidOperationException("the model is broken");
        }

        return (int)Assembly.Load("dlaot").EntryPoint!.Invoke(null, [arguments])!;
    }

    private sealed class Broken : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new InvalidOperationException("the output is broken");

        public override void Write(string? value) => throw new InvalidOperationException("the output is broken");
    }
}
