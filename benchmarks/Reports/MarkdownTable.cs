using System.Globalization;
using System.Text;
using DlAot.Benchmarks.Measuring;

namespace DlAot.Benchmarks.Reports;

/// <summary>The table of the README: a line for each model and batch size, a group of columns for each number of threads.</summary>
internal static class MarkdownTable
{
    public static string Write(IReadOnlyList<ResultRow> rows, Machine machine)
    {
        int[] threads = [.. rows.Select(row => row.Threads).Distinct().Order()];
        var text = new StringBuilder("| model | batch | kernels + extern steps |");
        foreach (int n in threads)
            text.Append($" {Count(n)}: eager | compiled | speedup |");
        text.Append("\n|---|--:|--:|").Insert(text.Length, "--:|--:|--:|", threads.Length).Append('\n');
        foreach (var group in rows.GroupBy(row => (row.Model, row.Batch)))
        {
            ResultRow first = group.First();
            text.Append($"| {first.Model} | {first.Batch} | {(first.Whole ? $"{first.Kernels} + {first.ExternSteps}" : "-")} |");
            foreach (int n in threads)
            {
                ResultRow? row = group.FirstOrDefault(candidate => candidate.Threads == n);
                text.Append($" {Numbers.Time(row?.EagerUs)} us | {Numbers.Time(row?.CompiledUs)} us | {(row?.Speedup is null ? "-" : $"**{Numbers.Ratio(row.Speedup)}**")} |");
            }
            text.Append('\n');
        }
        text.Append($"\nMedians of interleaved runs, {machine}.");
        if (machine.OthersShare >= OtherLoad.Disturbing)
            text.Append(CultureInfo.InvariantCulture, $" Other programs used {machine.OthersShare:P0} of the processors meanwhile.");
        foreach (int n in threads)
            text.Append($" Geometric mean, {Count(n)}: {Numbers.Ratio(Numbers.GeometricMean(rows.Where(row => row.Threads == n && row.Speedup is not null).Select(row => row.Speedup!.Value)))}.");
        return text.Append('\n').ToString();
    }

    private static string Count(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";
}
