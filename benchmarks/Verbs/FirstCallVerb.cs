using System.Diagnostics;
using DlAot.Benchmarks.Measuring;
using DlAot.Benchmarks.Reports;
using DlAot.Benchmarks.Samples;
using static TorchSharp.torch;

namespace DlAot.Benchmarks.Verbs;

/// <summary>Milliseconds that the first and the tenth call in a fresh process take.</summary>
internal sealed record FirstCall(double FirstMs, double TenthMs);

/// <summary><c>first-call MODEL ASSEMBLY RESULT</c>: in a process of its own, since a first call happens once.</summary>
internal static class FirstCallVerb
{
    public const string Name = "first-call";

    public static FirstCall RunChild(Sample sample, string assembly)
    {
        string result = Path.GetTempFileName();
        try
        {
            PinnedProcess.Run(1, Name, sample.Name, assembly, result);
            return ResultFile.Read<FirstCall>(result);
        }
        finally
        {
            File.Delete(result);
        }
    }

    public static int Run(string[] arguments)
    {
        var sample = Catalog.Find(arguments[0]);
        set_num_threads(1);
        using var off = no_grad();
        using var module = ModelPair.Construct(OneAssembly.Load(arguments[1]), sample);
        module.eval();
        using var input = sample.Input(1);
        var call = ModelCall.Bind(module, input);
        var times = new double[10];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        ResultFile.Write(arguments[2], new FirstCall(times[0], times[^1]));
        return 0;
    }
}
