using System.Globalization;
using DlAot.Benchmarks.Measuring;
using DlAot.Benchmarks.Reports;
using DlAot.Benchmarks.Samples;
using static TorchSharp.torch;

namespace DlAot.Benchmarks.Verbs;

/// <summary>What is measured in one child process.</summary>
/// <param name="Inference">Under inference_mode instead of no_grad.</param>
internal sealed record MeasureRequest(string DropIns, int Threads, bool Inference, Effort Effort, MeasureItem[] Items);

/// <summary>A model by its name in the catalog, and a batch size.</summary>
internal sealed record MeasureItem(string Model, int Batch);

/// <summary><c>measure REQUEST RESULT</c>: the inside of the other verbs, in a process with a fixed number of threads.</summary>
internal static class MeasureVerb
{
    public const string Name = "measure";

    /// <summary>Measures in a child process.</summary>
    /// <exception cref="MeasuringFailedException">The child did not come to its end.</exception>
    public static MeasuredRow[] RunChild(MeasureRequest request)
    {
        string folder = Directory.CreateTempSubdirectory("dlaot-measure").FullName;
        try
        {
            string asked = Path.Combine(folder, "request.json"), answer = Path.Combine(folder, "result.json");
            ResultFile.Write(asked, request);
            PinnedProcess.Run(request.Threads, Name, asked, answer);
            return ResultFile.Read<MeasuredRow[]>(answer);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static int Run(string[] arguments)
    {
        var request = ResultFile.Read<MeasureRequest>(arguments[0]);
        var worker = new Worker(request.DropIns, request.Threads);
        var rows = new List<MeasuredRow>();
        foreach (MeasuredRow row in worker.Measure(request.Items.Select(item => (Catalog.Find(item.Model), item.Batch)), request.Effort, request.Inference ? () => inference_mode() : no_grad))
        {
            rows.Add(row);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {row.Threads} thread{(row.Threads == 1 ? " " : "s")}  {row.Model,-24} batch {row.Batch,-5} eager {Numbers.Time(row.Eager?.Median),8}  compiled {Numbers.Time(row.Compiled?.Median),8}  {row.Failure}"));
        }
        ResultFile.Write(arguments[1], rows);
        return 0;
    }
}
