using System.Runtime.InteropServices;
using System.Text.Json;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>Measured rates as JSON, one file a machine type in the user's cache folder.</summary>
public static class RateFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What stands for the file of this machine type.</summary>
    public const string ThisMachine = "machine";

    /// <summary>A file as it is given; those of this machine type lie in the user's folder, by processor and number of cores.</summary>
    public static string PathOf(string given) => given == ThisMachine ? Default : given;

    private static string Default => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "dlaot", "rates", string.Concat(Machine.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')) + ".json");

    /// <summary>The machine type in words.</summary>
    public static string Machine => $"{Processor()}, {Environment.ProcessorCount} cores";

    /// <param name="given">A file, or <see cref="ThisMachine"/>.</param>
    /// <exception cref="CompilationException">DLAOT1001: there is no such file. DLAOT1031: it holds no rates.</exception>
    public static CostRates Read(string given)
    {
        string file = PathOf(given);
        if (!File.Exists(file))
        {
            throw new CompilationException(Rules.NotFound, "", file);
        }

        try
        {
            Content content = JsonSerializer.Deserialize<Content>(File.ReadAllText(file), Json) ?? throw new JsonException("it is empty");
            return content.Microseconds.All(r => double.IsFinite(r.Value) && r.Value >= 0) ? CostRates.BuiltIn.With($"measured on {content.Machine} ({file})", content.Microseconds) : throw new JsonException("a rate is no time");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or NullReferenceException or ArgumentException)
        {
            throw new CompilationException(Diagnostic.Of(Rules.BadRates, Ir.SourceLocation.None, "", file, e.Message), e);
        }
    }

    /// <summary>Writes what was measured; folders are made.</summary>
    public static void Write(string file, IReadOnlyDictionary<string, double> measured)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, JsonSerializer.Serialize(new Content(Machine, measured), Json) + "\n");
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':') + 1)..].Trim()
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.OSArchitecture.ToString();

    private sealed record Content(string Machine, IReadOnlyDictionary<string, double> Microseconds);
}
