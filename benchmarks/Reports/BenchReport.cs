using System.Globalization;
using DlAot.Benchmarks.Verbs;

namespace DlAot.Benchmarks.Reports;

/// <summary>The benchmark's results on the console; each number beside its baseline.</summary>
internal static class BenchReport
{
    public static void Print(BenchResult result)
    {
        if (result.Rows.Length > 0)
        {
            ResultTable.Print(result.Rows, result.Machine.OthersShare);
            Line();
            Line($"Under inference_mode:");
            ResultTable.Print(result.InferenceMode, result.Machine.OthersShare);
        }

        ResultRow call = result.CallOverhead;
        Line();
        Line($"A whole call with 10 tensors and next to no arithmetic (guards, stub, output): {Numbers.Time(call.CompiledUs)} us, eager {Numbers.Time(call.EagerUs)} us{(call.Problem is null ? "" : $"  PROBLEM {call.Problem}")}");
        Line();
        Line($"{"managed bytes per call",-36}{"eager",10}{"compiled",10}");
        foreach (CallBytes row in result.Bytes)
            Line($"  {row.Model + ", batch " + row.Batch,-34}{row.Eager,10}{row.Compiled,10}");
        Line();
        Line($"{"first and tenth call, ms",-36}{"eager",16}{"compiled",16}");
        foreach (FirstCalls row in result.FirstCalls)
            Line($"  {row.Model,-34}{$"{row.Eager.FirstMs:F1} / {row.Eager.TenthMs:F2}",16}{$"{row.Compiled.FirstMs:F1} / {row.Compiled.TenthMs:F2}",16}");
        Line();
        Line($"{"compile time, ms",-36}{"total",10}  phases");
        foreach (CompileTime row in result.CompileTimes)
            Line($"  {row.Assembly,-34}{row.TotalMs,10:F0}  {string.Join(", ", row.PhasesMs.Select(phase => Text($"{phase.Key} {phase.Value:F0}")))}");
        Line();
        Line($"this core's limits: copy {result.Limits.CopyGigabytesPerSecond:F1} GB/s, multiply-add {result.Limits.GigaflopsPerSecond:F0} GFLOP/s (float, {result.Limits.VectorBits} bit)");
        Line($"{result.Machine}");
    }

    private static void Line() => Console.WriteLine();

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
