using System.Diagnostics;
using System.Numerics;

namespace DlAot.Benchmarks.Measuring;

/// <summary>A measuring process did not come to its end: code that it ran, the compiled code perhaps, ended it.</summary>
internal sealed class MeasuringFailedException(string message) : Exception(message);

/// <summary>
/// Starts this program again with so many threads: pinned to as many processors, and with the BLAS and OpenMP held to them, which
/// libtorch's own setting does not do for every BLAS.
/// </summary>
internal static class PinnedProcess
{
    private static readonly string[] ThreadVariables = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

    /// <summary>Runs to the end. What the child writes goes to this process's standard error.</summary>
    /// <exception cref="MeasuringFailedException">Its exit code is not 0.</exception>
    public static void Run(int threads, params IEnumerable<string> arguments)
    {
        string assembly = typeof(PinnedProcess).Assembly.Location;
        string host = Environment.ProcessPath!;
        string[] command = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, "exec", assembly, .. arguments] : [host, .. arguments];
        bool canPin = OperatingSystem.IsLinux() && FindTaskset() is not null;
        string[] full = canPin ? [FindTaskset()!, "-c", string.Join(',', Processors(threads)), .. command] : command;
        var start = new ProcessStartInfo(full[0], full[1..]) { RedirectStandardOutput = true };
        foreach (string variable in ThreadVariables)
            start.Environment[variable] = threads.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        if (OperatingSystem.IsWindows())
            process.ProcessorAffinity = (nint)Processors(threads).Aggregate(0L, (mask, processor) => mask | 1L << processor);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
                Console.Error.WriteLine(text);
        };
        process.BeginOutputReadLine();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new MeasuringFailedException($"'{string.Join(' ', arguments)}' with {threads} thread(s) ended with exit code {process.ExitCode}.");
    }

    /// <summary>The first processors that this process may use.</summary>
    private static IEnumerable<int> Processors(int count)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
            return Enumerable.Range(0, count);
        using var self = Process.GetCurrentProcess();
        ulong mask = (ulong)self.ProcessorAffinity;
        return Enumerable.Range(0, 64).Where(i => (mask >> i & 1) != 0).Take(Math.Min(count, BitOperations.PopCount(mask)));
    }

    private static string? FindTaskset() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "taskset")).FirstOrDefault(File.Exists);
}
