using System.Diagnostics;
using System.Globalization;
using DlAot.Benchmarks.Measuring;
using DlAot.Benchmarks.Reports;
using DlAot.Benchmarks.Samples;

namespace DlAot.Benchmarks.Verbs;

/// <summary><c>demo</c>: compiles the sample assemblies and shows what that does to each model.</summary>
internal static class DemoVerb
{
    private static readonly int[] Threads = [1, 2];

    /// <returns>0, or 2 when a result is wrong or a measured call ran the original code unasked.</returns>
    public static int Run(string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        Sample[] samples = [.. Catalog.Demo.Where(sample => arguments.Length == 0 || arguments.Any(part => sample.Name.Contains(part, StringComparison.OrdinalIgnoreCase)))];
        Console.Error.WriteLine("Compiling");
        var compiled = CompiledSamples.Compile(Artifacts.Demo, samples.Select(sample => sample.Assembly).Distinct());
        foreach (var (assembly, phases) in compiled.Phases)
            Console.Error.WriteLine($"  {assembly}: {string.Join(", ", phases.Select(phase => string.Create(CultureInfo.InvariantCulture, $"{phase.Name} {phase.Time.TotalMilliseconds:F0} ms")))}");

        Console.Error.WriteLine("Measuring (medians in us)");
        MeasureItem[] items = [.. samples.SelectMany(sample => sample.Batches.Select(batch => new MeasureItem(sample.Name, batch)))];
        var measured = Threads.SelectMany(threads => MeasureVerb.RunChild(new MeasureRequest(Artifacts.Demo, threads, Inference: false, new Effort(), items))).ToArray();
        var facts = samples.ToDictionary(sample => sample.Name, compiled.Facts);
        ResultRow[] rows = [.. items.SelectMany(item => measured.Where(row => (row.Model, row.Batch) == (item.Model, item.Batch))).Select(row => ResultRow.Of(row, facts[row.Model]))];

        Machine machine = Machine.Describe(measured.Average(row => row.OthersShare));
        ResultFile.Write(Artifacts.DemoRows, rows);
        ResultFile.Write(Artifacts.DemoMachine, machine);
        string plot = Path.Combine(Artifacts.Folder, "demo.svg");
        File.WriteAllText(plot, SpeedupPlot.Write(rows, $"{machine.Processor}; {machine.TorchLibrary}; {machine.DotNet}"));

        ResultTable.Print(rows, machine.OthersShare);
        string[] pages = [.. compiled.Phases.Keys.Select(assembly => Path.Combine(Artifacts.Demo, assembly + ".html"))];
        Console.WriteLine($"{machine}");
        Console.WriteLine($"written: {string.Join(", ", pages.Prepend(plot).Prepend(Artifacts.DemoRows).Select(Artifacts.Shown))} ({Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s)");
        return rows.Any(row => row.Problem is not null) ? 2 : 0;
    }
}
