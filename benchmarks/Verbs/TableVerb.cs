using DlAot.Benchmarks.Measuring;
using DlAot.Benchmarks.Reports;

namespace DlAot.Benchmarks.Verbs;

/// <summary><c>table</c>: the last demo's results as Markdown, for the README.</summary>
internal static class TableVerb
{
    public static int Run(string[] arguments)
    {
        string rows = arguments is [var given, ..] ? given : Artifacts.DemoRows;
        if (!File.Exists(rows) || !File.Exists(Artifacts.DemoMachine))
        {
            Console.Error.WriteLine("error : there are no results yet; run the demo first (./build.sh demo)");
            return 1;
        }
        Console.Write(MarkdownTable.Write(ResultFile.Read<ResultRow[]>(rows), ResultFile.Read<Machine>(Artifacts.DemoMachine)));
        return 0;
    }
}
