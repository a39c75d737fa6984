using System.Text.Json.Serialization;
using DlAot.Benchmarks.Measuring;
using DlAot.Benchmarks.Samples;

namespace DlAot.Benchmarks.Reports;

/// <summary>A line of the table: one model, batch size and number of threads. Times are medians in microseconds.</summary>
/// <param name="MaxRelError">Null when nothing was compared.</param>
/// <param name="Speedup">Eager over compiled; null unless every measured call of the drop-in ran compiled code.</param>
/// <param name="Problem">Why the row is no success; null when it is one.</param>
internal sealed record ResultRow(
    string Model, int Batch, int Threads, bool Whole, int Regions, int Kernels, int ExternSteps,
    double? MaxRelError, double? EagerUs, double? CompiledUs, double? Speedup,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Problem = null)
{
    public static ResultRow Of(MeasuredRow measured, MethodFacts facts)
    {
        string? problem = Judge(measured, facts);
        bool ranCompiled = measured is { Failure: null, CompiledCalls: >= 1, OriginalCalls: 0 };
        return new ResultRow(
            measured.Model, measured.Batch, measured.Threads, facts.Whole, facts.Regions, facts.Kernels, facts.ExternSteps,
            double.IsFinite(measured.MaxRelError) ? measured.MaxRelError : null,
            Rounded(measured.Eager?.Median), Rounded(measured.Compiled?.Median),
            ranCompiled ? Rounded(measured.Eager?.Median / measured.Compiled?.Median) : null,
            problem);
    }

    private static string? Judge(MeasuredRow measured, MethodFacts facts) => measured switch
    {
        { Failure: { } failure } => failure,
        { MaxRelError: double.PositiveInfinity } => "the results differ in type, shape, or in where they are not finite",
        { MaxRelError: > Accuracy.Tolerance } => FormattableString.Invariant($"the error {measured.MaxRelError:g3} is over the tolerance {Accuracy.Tolerance:g1}"),
        { OriginalCalls: > 0 } => $"the original code ran: {string.Join("; ", measured.Reasons)}",
        { CompiledCalls: < 1 } when facts.Whole => "no compiled code ran",
        _ => null,
    };

    // Four digits are more than a measurement is worth.
    private static double? Rounded(double? value) =>
        value is { } v && v > 0 ? Math.Round(v, Math.Clamp(3 - (int)Math.Floor(Math.Log10(v)), 0, 15)) : value;
}
