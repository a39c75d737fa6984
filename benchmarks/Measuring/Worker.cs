using System.Reflection;
using DlAot.Benchmarks.Samples;
using DlAot.Runtime;
using static TorchSharp.torch;

namespace DlAot.Benchmarks.Measuring;

/// <summary>Measures original against drop-in in this process, which was started for one number of threads.</summary>
/// <param name="DropIns">Folder with one folder per compiled assembly.</param>
internal sealed class Worker(string dropIns, int threads)
{
    private readonly Dictionary<string, (Assembly Original, Assembly DropIn)> _assemblies = [];

    public IEnumerable<MeasuredRow> Measure(IEnumerable<(Sample Sample, int Batch)> work, Effort effort, Func<IDisposable> mode)
    {
        set_num_threads(threads);
        foreach (var group in work.GroupBy(item => item.Sample))
        {
            ModelPair? pair = null;
            string? failure = null;
            try
            {
                pair = MakePair(group.Key);
            }
            catch (Exception e)
            {
                failure = Describe(e);
            }
            foreach (var (sample, batch) in group)
            {
                var row = new MeasuredRow(sample.Name, batch, threads) { Failure = failure };
                yield return pair is null ? row : Measure(pair, sample, row, effort, mode);
            }
            pair?.Dispose();
        }
    }

    public ModelPair MakePair(Sample sample)
    {
        var (original, dropIn) = Assemblies(sample.Assembly);
        return ModelPair.Make(sample, original, dropIn);
    }

    public (Assembly Original, Assembly DropIn) Assemblies(string name)
    {
        if (!_assemblies.TryGetValue(name, out var loaded))
        {
            loaded = (OneAssembly.Load(Path.Combine(AppContext.BaseDirectory, name + ".dll")), OneAssembly.Load(Path.Combine(dropIns, name, name + ".dll")));
            _assemblies.Add(name, loaded);
        }
        return loaded;
    }

    private static MeasuredRow Measure(ModelPair pair, Sample sample, MeasuredRow row, Effort effort, Func<IDisposable> mode)
    {
        try
        {
            using var off = mode();
            using var input = Input(sample, row.Batch, 1);
            row = row with { MaxRelError = MaxError(pair, sample, row.Batch) };
            Action eager = ModelCall.Bind(pair.Eager, input), compiled = ModelCall.Bind(pair.Compiled, input);
            long calls = 0;
            var (hits, misses, before) = (Fallback.CompiledCalls, Fallback.OriginalCalls, Fallback.Reasons());
            var others = new OtherLoad();
            var (eagerTime, compiledTime) = Interleaved.Measure(eager, Counted, effort);
            return row with
            {
                Eager = eagerTime,
                Compiled = compiledTime,
                OthersShare = others.Share(),
                CompiledCalls = (Fallback.CompiledCalls - hits) / (double)calls,
                OriginalCalls = (Fallback.OriginalCalls - misses) / (double)calls,
                Reasons = [.. Fallback.Reasons().Except(before).Select(entry => $"{entry.Method}: {entry.Reason}")],
                EagerBytes = AllocatedBytes(eager),
                CompiledBytes = AllocatedBytes(compiled),
            };

            void Counted()
            {
                calls++;
                compiled();
            }
        }
        catch (Exception e)
        {
            return row with { Failure = Describe(e) };
        }
    }

    // Several inputs: a result that stuck from the last call would be noticed.
    private static double MaxError(ModelPair pair, Sample sample, int batch)
    {
        double worst = 0;
        for (int seed = 1; seed <= 3; seed++)
        {
            using var scope = NewDisposeScope();
            var input = Input(sample, batch, seed);
            worst = Math.Max(worst, Accuracy.Error(ModelCall.Results(pair.Eager, input), ModelCall.Results(pair.Compiled, input)));
        }
        return worst;
    }

    private static Tensor Input(Sample sample, int batch, int seed)
    {
        manual_seed(seed);
        return sample.Input(batch);
    }

    private static long AllocatedBytes(Action action)
    {
        const int Calls = 10;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private static string Describe(Exception e) => (e is TargetInvocationException { InnerException: { } inner } ? inner : e) is var shown ? $"{shown.GetType().Name}: {shown.Message}" : "";
}
