using System.Diagnostics;
using System.Globalization;
using DlAot.Benchmarks.Measuring;
using DlAot.Benchmarks.Reports;
using DlAot.Benchmarks.Samples;

namespace DlAot.Benchmarks.Verbs;

/// <summary>How long an assembly takes to compile, by phase.</summary>
internal sealed record CompileTime(string Assembly, double TotalMs, Dictionary<string, double> PhasesMs);

/// <summary>Managed heap bytes that one call allocates.</summary>
internal sealed record CallBytes(string Model, int Batch, long Eager, long Compiled);

/// <summary>First and tenth call in a fresh process.</summary>
internal sealed record FirstCalls(string Model, FirstCall Eager, FirstCall Compiled);

/// <summary>All that <c>bench</c> found out. <paramref name="CallOverhead"/>: the whole call of a method with ten tensors and next to no arithmetic.</summary>
internal sealed record BenchResult(
    Machine Machine, MachineLimits Limits, ResultRow[] Rows, ResultRow[] InferenceMode, ResultRow CallOverhead, CallBytes[] Bytes, FirstCalls[] FirstCalls, CompileTime[] CompileTimes);

/// <summary><c>bench</c>: the demo's measurements over more models and sizes, and what is not seen there.</summary>
internal static class BenchVerb
{
    public static int Run(string[] arguments)
    {
        bool IsWanted(Sample sample) => arguments.Length == 0 || arguments.Any(part => sample.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
        string folder = Path.Combine(Artifacts.Folder, "bench");
        Sample[] samples = [.. Catalog.All.Where(IsWanted).Append(Catalog.Overhead).Distinct()];
        Console.Error.WriteLine("Compiling");
        var compiled = CompiledSamples.Compile(folder, samples.Select(sample => sample.Assembly).Distinct());
        var facts = samples.ToDictionary(sample => sample.Name, compiled.Facts);

        Console.Error.WriteLine("Measuring (medians in us)");
        MeasureItem[] items = [.. samples.Where(sample => sample != Catalog.Overhead).SelectMany(sample => sample.Batches.Concat(sample.More).Order().Select(batch => new MeasureItem(sample.Name, batch)))];
        int[] threads = [.. new[] { 1, 2, Environment.ProcessorCount }.Where(n => n <= Environment.ProcessorCount).Distinct()];
        MeasuredRow[] measured = [.. threads.SelectMany(n => Measure(n, inference: false, items))];
        MeasuredRow[] inference = Measure(1, inference: true, [.. items.Where(item => item.Batch == 1)]);
        MeasuredRow overhead = Measure(1, inference: false, [new MeasureItem(Catalog.Overhead.Name, 1)]).Single();
        FirstCalls[] first = [.. samples.Select(sample => new FirstCalls(
            sample.Name,
            FirstCallVerb.RunChild(sample, Path.Combine(AppContext.BaseDirectory, sample.Assembly + ".dll")),
            FirstCallVerb.RunChild(sample, Path.Combine(folder, sample.Assembly, sample.Assembly + ".dll"))))];

        var result = new BenchResult(
            Machine.Describe(measured.Concat(inference).Append(overhead).Average(row => row.OthersShare)), MachineLimits.Measure(), Rows(items.SelectMany(item => measured.Where(row => (row.Model, row.Batch) == (item.Model, item.Batch)))), Rows(inference), Rows([overhead])[0],
            [.. measured.Where(row => row is { Threads: 1, Failure: null }).Append(overhead).Select(row => new CallBytes(row.Model, row.Batch, row.EagerBytes, row.CompiledBytes))],
            first,
            [.. compiled.Phases.Select(entry => new CompileTime(entry.Key, entry.Value.Sum(phase => phase.Time.TotalMilliseconds), entry.Value.ToDictionary(phase => phase.Name, phase => phase.Time.TotalMilliseconds)))]);
        string file = Path.Combine(Artifacts.Folder, "bench.json");
        ResultFile.Write(file, result);
        BenchReport.Print(result);
        Console.WriteLine($"written: {Artifacts.Shown(file)}");
        return result.Rows.Concat(result.InferenceMode).Append(result.CallOverhead).Any(row => row.Problem is not null) ? 2 : 0;

        MeasuredRow[] Measure(int n, bool inference, MeasureItem[] what) => MeasureVerb.RunChild(new MeasureRequest(folder, n, inference, new Effort(), what));

        ResultRow[] Rows(IEnumerable<MeasuredRow> from) => [.. from.Select(row => ResultRow.Of(row, facts[row.Model]))];
    }
}
