using System.CommandLine;
using DlAot.Compiler.Analysis.Types;
using DlAot.Compiler.Driver;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot analyze MyModel.dll --types [--json]</c>: the signature of every candidate method.</summary>
internal static class TypesOutput
{
    public static readonly Option<bool> Types = new("--types") { Description = "Print what is known of the tensors that each method takes and returns" };

    public static void Write(IEnumerable<CompileOptions> inputs, bool json)
    {
        foreach (CompileOptions options in inputs)
        {
            using Compilation compilation = Compilation.Open(options);
            compilation.Plan();
            CommonOptions.Tell(compilation);
            var report = TypesReport.Of(compilation);
            Console.Out.Write(json ? report.ToJson() + Environment.NewLine : report.ToText());
        }
    }
}
