using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace DlAot.Benchmarks.Measuring;

/// <summary>Where a measurement was made.</summary>
/// <param name="OthersShare">The share of the processors that other programs used meanwhile.</param>
internal sealed record Machine(string Processor, int Cores, string System, string DotNet, string TorchLibrary, double OthersShare)
{
    /// <summary>This machine. libtorch must be loaded for its version to be known.</summary>
    public static Machine Describe(double othersShare) => new(
        ProcessorName(), Environment.ProcessorCount, $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}".Trim(),
        RuntimeInformation.FrameworkDescription, TorchVersion(), othersShare);

    public override string ToString() => $"{Processor}, {Cores} cores; {System}; {DotNet}; {TorchLibrary}";

    private static string ProcessorName()
    {
        const string Linux = "/proc/cpuinfo";
        string? line = File.Exists(Linux) ? File.ReadLines(Linux).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    // The loaded file's real name carries the version where a system installs it (libtorch_cpu.so.1.13).
    private static string TorchVersion()
    {
        TorchSharp.torch.empty(1).Dispose();
        using var self = Process.GetCurrentProcess();
        string? path = self.Modules.Cast<ProcessModule>().Select(module => module.FileName).FirstOrDefault(name => Path.GetFileName(name).Contains("torch_cpu", StringComparison.Ordinal));
        if (path is null)
            return "libtorch";
        string real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var version = Regex.Match(Path.GetFileName(real), @"\d+(\.\d+)+");
        return version.Success ? $"libtorch {version.Value}" : $"libtorch with TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version}";
    }
}
