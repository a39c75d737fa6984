using System.Text.Json;

namespace DlAot.Tests.Coverage;

/// <summary>What became of one class.</summary>
/// <param name="Whole">One compiled graph, and every call of the table that does not throw ran it or another version.</param>
/// <param name="Parts">Not whole, but ranges of it or modules that it uses are compiled.</param>
/// <param name="Regions">Compiled regions of its first version.</param>
/// <param name="ExternSteps">Library calls of its first version.</param>
/// <param name="Correct">All calls gave what the original gives.</param>
/// <param name="Reason">Why it is not whole, or not correct.</param>
internal sealed record CoverageResult(string Class, string[] Features, bool DataDependent, bool Whole, bool Parts, int Regions, int ExternSteps, bool Correct, string Reason)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string State => Whole ? "whole" : Parts ? "parts" : "eager";

    public static void Write(string file, IEnumerable<CoverageResult> results)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(results, Options));
    }

    /// <summary>Whole graphs among the classes that could be.</summary>
    public static double Share(IReadOnlyCollection<CoverageResult> results) => results.Count(r => r is { Whole: true, DataDependent: false }) / (double)results.Count(r => !r.DataDependent);
}
