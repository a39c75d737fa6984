using DlAot.Compiler.Analysis.Benefit;
using DlAot.Tests.DropIn;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

/// <summary>What the cost model predicts of a call, and what was measured.</summary>
/// <param name="Estimate">Null where parts or modules are compiled and not the method.</param>
/// <param name="Eager">Microseconds.</param>
/// <param name="Compiled">Microseconds.</param>
internal sealed record SpeedResult(string Method, Estimate? Estimate, double Eager, double Compiled)
{
    public double Measured => Eager / Compiled;

    /// <summary>Spearman's correlation of prediction and measurement, over the calls that have both.</summary>
    public static double Correlation(IEnumerable<SpeedResult> results) =>
        results.Where(r => r.Estimate is not null).ToArray() is var known ? RankCorrelation.Of([.. known.Select(r => r.Estimate!.Speedup)], [.. known.Select(r => r.Measured)]) : 0;
}

/// <summary>Times the first call of every class of the corpus, and the sample models, in one process: original and drop-in in turns.</summary>
internal static class SpeedRun
{
    /// <summary>Assemblies that verdicts are counted over, beside the corpus.</summary>
    public static IEnumerable<string> SampleAssemblies => Samples.Select(s => s.Assembly).Distinct();

    // All calls are timed one after another, so often, and the median of a call's ratios counts: other work comes and goes.
    private const int Rounds = 5;

    private static readonly (string Assembly, string Type, object?[] Arguments, Func<long, Tensor> Input, long[] Batches)[] Samples =
    [
        ("Samples.Classic", "Samples.Classic.PolicyNet", [], n => randn(n, 8), [1, 64]),
        ("Samples.Classic", "Samples.Classic.Mlp", [], n => randn(n, 784), [1, 64]),
        ("Samples.Classic", "Samples.Classic.PointwiseChain", [1024], n => randn(n, 1024), [1, 256]),
        ("Samples.Classic", "Samples.Classic.LstmClassifier", [], n => randint(0, 1000, [n, 32]), [1]),
        ("Samples.Classic", "Samples.Classic.MnistCnn", [], n => rand(n, 1, 28, 28), [1, 8]),
        ("Samples.Classic", "Samples.Classic.ActorCritic", [], n => randn(n, 8), [1, 64]),
        ("Samples.Language", "Samples.Language.GptStack", [], n => randn(n, 16, 256), [1, 8]),
        ("Samples.Vision", "Samples.Vision.ResNet18", [], n => randn(n, 3, 64, 64), [1]),
        ("Samples.Foreign", "Samples.Foreign.FeedForwardNetwork", [], n => randn(n, 32), [1, 64]),
    ];

    /// <summary>Every call that does not throw.</summary>
    public static SpeedResult[] Run(DropInApplication corpus, IEnumerable<CorpusRow> rows, CostRates rates)
    {
        using var off = no_grad();
        var applications = new List<DropInApplication>();
        var all = rows.Select(r => OfRow(corpus, r, rates)).OfType<SpeedSubject>().ToList();
        foreach (var group in Samples.GroupBy(s => s.Assembly))
        {
            var application = DropInApplication.OfAssembly(Path.Combine(AppContext.BaseDirectory, group.Key + ".dll"), forThisMachine: true);
            applications.Add(application);
            foreach (var sample in group)
                all.AddRange(sample.Batches.Select(n => OfSample(application, sample.Type, sample.Arguments, sample.Input(n), n, rates)).OfType<SpeedSubject>());
        }

        for (int round = 0; round < 2; round++)
        {
            foreach (SpeedSubject s in all)
            {
                SpeedMeasurement.WarmUp(s.Original);
                SpeedMeasurement.WarmUp(s.DropIn);
            }

            Thread.Sleep(300); // the JIT promotes in the background
        }

        SpeedResult[][] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => all.Select(Measure).ToArray())];
        SpeedResult[] results = [.. all.Select((_, i) => rounds.Select(r => r[i]).OrderBy(r => r.Measured).ElementAt(Rounds / 2))];
        applications.ForEach(a => a.Dispose());
        return results;
    }

    private static SpeedResult Measure(SpeedSubject s)
    {
        var (eager, compiled) = SpeedMeasurement.Measure(s.Original, s.DropIn);
        return new SpeedResult(s.Call.Length == 0 ? s.Method : $"{s.Method}, {s.Call}", s.Estimate, eager, compiled);
    }

    private static SpeedSubject? OfRow(DropInApplication corpus, CorpusRow row, CostRates rates)
    {
        var (a, b) = (new CorpusSide(corpus.Original), new CorpusSide(corpus.DropIn));
        manual_seed(1);
        var original = (nn.Module)row.Make(a);
        manual_seed(1);
        var dropIn = (nn.Module)row.Make(b);
        original.eval();
        dropIn.eval();
        return row.Inputs.Select(i => SpeedSubject.TryMake(corpus, (original, dropIn), (i(a), i(b)), rates)).FirstOrDefault(s => s is not null);
    }

    private static SpeedSubject? OfSample(DropInApplication application, string type, object?[] arguments, Tensor input, long batch, CostRates rates)
    {
        var (original, dropIn) = application.Make(type, arguments);
        original.eval();
        dropIn.eval();
        SpeedSubject? subject = SpeedSubject.TryMake(application, ((object)original, (object)dropIn), ([input], [input]), rates);
        return subject is null ? null : subject with { Call = $"batch {batch}" };
    }
}
