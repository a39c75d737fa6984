using System.Collections.Immutable;
using System.Diagnostics;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Verification;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>
/// Measures in about a second what the library that an assembly refers to costs on this machine: calls, memory, products. What compiled
/// code costs beside them follows the same machine: its rates of memory and products change by the same factors.
/// </summary>
public static class Calibration
{
    private const int Samples = 15;
    private const double SampleSeconds = 0.003;

    /// <summary>Microseconds by rate, for the rows that were measured or follow.</summary>
    /// <param name="assembly">A file beside which, or beside whose references, TorchSharp lies.</param>
    /// <param name="references">Folders and files to look in as well.</param>
    /// <exception cref="CompilationException">DLAOT1005: TorchSharp is not found.</exception>
    public static ImmutableSortedDictionary<string, double> Measure(string assembly, IEnumerable<string> references)
    {
        var context = new VerificationContext(assembly, assembly, references);
        TorchApi torch = TorchApi.Load(context, assembly);
        using IDisposable noGrad = torch.NoGrad();
        Action<object, object> add = torch.Operation("add", isBinary: true);
        double call = Time(torch, [8], add);
        double view = Time(torch, [8], torch.Operation("unsqueeze", isBinary: false, 0L));
        const int Large = 1 << 21; // 8 MB: in no cache of a core
        double moved = Math.Max(0.1, Time(torch, [Large], add) - call) / (3 * 4 * Large / 1e6);
        const int Side = 256;
        double product = Math.Max(0.1, Time(torch, [Side, Side], torch.Operation("mm", isBinary: true)) - call) / (2.0 * Side * Side * Side / 1e6);
        CostRates known = CostRates.BuiltIn;
        double calls = Ratio(call, CostRates.Call), memory = Ratio(moved, CostRates.Moved), arithmetic = Ratio(product, CostRates.Product);
        var rates = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        rates[CostRates.View] = view;
        Scale(calls, CostRates.Call, CostRates.Inner, CostRates.Reduction, CostRates.Heavy, CostRates.Step, CostRates.Entry, CostRates.Guard, CostRates.Input, CostRates.Result, CostRates.Temporary, CostRates.Region, CostRates.Kernel, CostRates.KeptCall);
        Scale(memory, CostRates.Moved, CostRates.Weights, CostRates.KernelMoved);
        Scale(arithmetic, CostRates.Product, CostRates.Convolution, CostRates.KernelProduct, CostRates.ThinProduct);
        return rates.ToImmutable();

        double Ratio(double measured, string rate) => measured / known[rate];

        void Scale(double factor, params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                rates[name] = known[name] * factor;
            }
        }
    }

    // Microseconds of a call on two tensors of that shape: the median of samples of a few milliseconds.
    private static double Time(TorchApi torch, long[] shape, Action<object, object> call)
    {
        object x = torch.Make(Ir.DType.F32, shape, new double[shape.Aggregate(1L, (a, b) => a * b)]), y = torch.Clone(x);
        int calls = 1;
        double[] times = new double[Samples];
        for (int sample = -1; sample < Samples; sample++)
        {
            using IDisposable scope = torch.NewScope();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                call(x, y);
            }

            double each = Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
            if (sample < 0 && calls < 1000 && each * calls < SampleSeconds)
            {
                calls = Math.Min(1000, calls * 4); // until a sample is long enough
                sample--;
                continue;
            }

            times[Math.Max(sample, 0)] = each * 1e6;
        }

        return times.Order().ElementAt(Samples / 2);
    }
}
