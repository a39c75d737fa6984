using System.Globalization;
using DlAot.Benchmarks.Measuring;
using Spectre.Console;

namespace DlAot.Benchmarks.Reports;

/// <summary>The table on the console.</summary>
internal static class ResultTable
{
    /// <param name="rows">The lines.</param>
    /// <param name="others">The share of the processors that other programs used while the rows were measured.</param>
    public static void Print(IReadOnlyList<ResultRow> rows, double others)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("model").NoWrap());
        foreach (string right in (string[])["batch", "threads", "whole", "regions", "kernels", "extern steps", "max error", "eager us", "compiled us", "speedup"])
            table.AddColumn(new TableColumn(right).RightAligned().NoWrap());
        foreach (ResultRow row in rows)
            table.AddRow([.. Cells(row).Select(cell => new Text(cell.Text, cell.Style))]);
        Output().Write(table);
        foreach (var threads in rows.Where(row => row.Speedup is not null).GroupBy(row => row.Threads))
            Console.WriteLine($"geometric mean of the speedups, {threads.Key} thread{(threads.Key == 1 ? "" : "s")}: {Numbers.Ratio(Numbers.GeometricMean(threads.Select(row => row.Speedup!.Value)))}");
        if (others >= OtherLoad.Disturbing)
            Console.WriteLine($"WARNING other programs used {others.ToString("P0", CultureInfo.InvariantCulture)} of the processors meanwhile: times, above all those of several threads, mean little");
        foreach (ResultRow row in rows.Where(row => row.Problem is not null))
            Console.WriteLine($"PROBLEM {row.Model}, batch {row.Batch}, {row.Threads} thread(s): {row.Problem}");
    }

    private static (string Text, Style Style)[] Cells(ResultRow row)
    {
        Style judged = row.Problem is not null ? new Style(Color.Red) : row.Speedup >= 1 ? new Style(Color.Green) : Style.Plain;
        string Count(int n) => row.Whole ? n.ToString(CultureInfo.InvariantCulture) : "-";
        return
        [
            (row.Model, Style.Plain), (row.Batch.ToString(CultureInfo.InvariantCulture), Style.Plain), (row.Threads.ToString(CultureInfo.InvariantCulture), Style.Plain),
            (row.Whole ? "yes" : "no", Style.Plain), (Count(row.Regions), Style.Plain), (Count(row.Kernels), Style.Plain), (Count(row.ExternSteps), Style.Plain),
            (Numbers.Error(row.MaxRelError), Style.Plain), (Numbers.Time(row.EagerUs), Style.Plain), (Numbers.Time(row.CompiledUs), Style.Plain), (Numbers.Ratio(row.Speedup), judged),
        ];
    }

    // A file or pipe has no width and no colours.
    private static IAnsiConsole Output()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = Console.IsOutputRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        console.Profile.Width = Math.Max(console.Profile.Width, 150);
        return console;
    }
}
