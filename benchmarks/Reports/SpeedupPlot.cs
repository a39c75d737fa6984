using System.Globalization;
using System.Net;
using System.Text;

namespace DlAot.Benchmarks.Reports;

/// <summary>The speedups as an SVG of horizontal bars, a group for each model and batch size, on a logarithmic axis from 1.</summary>
internal static class SpeedupPlot
{
    private const int Left = 230, Right = 70, Top = 76, Bottom = 40, Width = 860, BarHeight = 13, GroupGap = 10;
    private static readonly string[] Colors = ["#2563a8", "#e08a1e", "#4b9b62", "#8a5fa8"];

    public static string Write(IReadOnlyList<ResultRow> rows, string subtitle)
    {
        int[] threads = [.. rows.Select(row => row.Threads).Distinct().Order()];
        var groups = rows.GroupBy(row => $"{row.Model}, batch {row.Batch}").ToArray();
        int groupHeight = threads.Length * BarHeight + GroupGap, height = Top + groups.Length * groupHeight + Bottom;
        double[] speedups = [.. rows.Select(row => row.Speedup).OfType<double>()];
        var axis = new Axis(Math.Min(0.5, speedups.DefaultIfEmpty(1).Min()), Math.Max(2, speedups.DefaultIfEmpty(1).Max()));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#222\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>\n");
        Text(svg, 16, 26, "Speedup of the compiled drop-in over eager TorchSharp", "start", "font-size=\"17\" font-weight=\"600\"");
        Text(svg, 16, 46, subtitle, "start", "font-size=\"12\" fill=\"#555\"");
        foreach (double tick in axis.Ticks())
            Tick(svg, axis.X(tick), tick, height);
        for (int g = 0; g < groups.Length; g++)
        {
            int y = Top + g * groupHeight;
            Text(svg, Left - 12, y + threads.Length * BarHeight / 2.0 + 4.5, groups[g].Key, "end");
            foreach (ResultRow row in groups[g])
                Bar(svg, axis, row, y + Array.IndexOf(threads, row.Threads) * BarHeight, Colors[Array.IndexOf(threads, row.Threads) % Colors.Length]);
        }
        Legend(svg, threads);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Bar(StringBuilder svg, Axis axis, ResultRow row, int y, string color)
    {
        if (row.Speedup is not { } speedup)
        {
            Text(svg, axis.X(1) + 6, y + 10.5, "not compiled", "start", "font-size=\"11\" fill=\"#888\"");
            return;
        }
        double from = Math.Min(axis.X(1), axis.X(speedup)), to = Math.Max(axis.X(1), axis.X(speedup));
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from:F1}\" y=\"{y}\" width=\"{Math.Max(1, to - from):F1}\" height=\"{BarHeight - 2}\" fill=\"{color}\"/>\n");
        Text(svg, to + 5, y + 10, Numbers.Ratio(speedup), "start", "font-size=\"11\"");
    }

    private static void Tick(StringBuilder svg, double x, double value, int height)
    {
        string line = value == 1 ? "stroke=\"#222\" stroke-width=\"1.5\"" : "stroke=\"#ddd\"";
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:F1}\" y1=\"{Top - 6}\" x2=\"{x:F1}\" y2=\"{height - Bottom + 4}\" {line}/>\n");
        Text(svg, x, height - Bottom + 20, value.ToString("0.##", CultureInfo.InvariantCulture) + "x", "middle", "font-size=\"12\" fill=\"#555\"");
    }

    private static void Legend(StringBuilder svg, int[] threads)
    {
        for (int i = 0; i < threads.Length; i++)
        {
            int x = Width - Right - 90 * (threads.Length - i) + 20;
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"36\" width=\"12\" height=\"12\" fill=\"{Colors[i % Colors.Length]}\"/>\n");
            Text(svg, x + 17, 46, threads[i] == 1 ? "1 thread" : $"{threads[i]} threads", "start", "font-size=\"12\"");
        }
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor, string style = "") =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" {style}>{WebUtility.HtmlEncode(text)}</text>\n");

    /// <summary>Equal ratios are equal distances.</summary>
    private sealed record Axis(double Least, double Most)
    {
        public double X(double ratio) => Left + (Math.Log2(ratio) - Math.Log2(Least)) / (Math.Log2(Most) - Math.Log2(Least)) * (Width - Left - Right);

        public IEnumerable<double> Ticks()
        {
            for (int power = (int)Math.Ceiling(Math.Log2(Least)); power <= Math.Log2(Most); power++)
                yield return Math.Pow(2, power);
        }
    }
}
