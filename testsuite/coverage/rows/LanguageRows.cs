using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class LanguageRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("Language.GatedMlp", "straight operators lambda", c => c.New("Language.GatedMlp", c.New("Language.DecoderConfig")), _ => [randn(2, 3, 32)], _ => [randn(1, 5, 32)]),
        new("Language.DecoderLayer", "null scope operators linq lambda cast", c => c.New("Language.DecoderLayer", c.New("Language.DecoderConfig")), _ => [randn(2, 3, 32), zeros(3, 3)], _ => [randn(1, 5, 32), null]),
        new("Language.CausalLanguageModel", "null shape throw modules optional gives indexer operators", c => c.New("Language.CausalLanguageModel", c.New("Language.DecoderConfig")),
            _ => [randint(0, 64, [1, 6], int64), null], _ => [randint(0, 64, [2, 5], int64), null], _ => [randint(0, 64, [2, 5], int64), randint(0, 64, [2, 5], int64)]),
        new("Language.MixtureOfExperts", "modules operators indexer cast in-place", c => c.New("Language.MixtureOfExperts", c.New("Language.DecoderConfig")), _ => [randn(2, 3, 32)], _ => [randn(1, 5, 32)]),
        new("Language.SparseExperts", "modules data host in-place", c => c.New("Language.SparseExperts", 8), _ => [randn(5, 8)], _ => [randn(9, 8)]) { IsDataDependent = true },
        new("Language.TextEmbeddings", "null optional operators indexer dropout", c => c.New("Language.TextEmbeddings", 40, 16), _ => [randint(0, 40, [2, 6], int64), null, null], _ => [randint(0, 40, [1, 9], int64), null, null]),
        new("Language.ConvEncoder", "abstract throw", c => c.New("Language.ConvEncoder", 6), _ => [randn(1, 5, 6)], _ => [randn(2, 7, 6)]),
        new("Language.PooledMlpEncoder", "abstract throw", c => c.New("Language.PooledMlpEncoder", 6), _ => [randn(1, 5, 6)], _ => [randn(2, 7, 6)]),
        new("Language.KernelBank", "abstract modules linq lambda", c => c.New("Language.KernelBank", 32), _ => [randint(0, 32, [2, 8], int64)], _ => [randint(0, 32, [1, 6], int64)]),
        new("Language.TextClassifier", "abstract given", c => c.Call("Language.TextClassifier", "Small"), _ => [randint(0, 32, [2, 8], int64)], _ => [randint(0, 32, [1, 6], int64)]),
        new("Language.SequenceTagger", "straight dropout", c => c.New("Language.SequenceTagger", 30, 8, 6, 4), _ => [randint(0, 30, [2, 5], int64)], _ => [randint(0, 30, [1, 7], int64)]),
        new("Language.StepDecoder", "straight gives takes indexer", c => c.New("Language.StepDecoder", 12, 6), _ => [randint(0, 12, [2], int64), randn(1, 2, 6), randn(2, 4, 6)], _ => [randint(0, 12, [1], int64), randn(1, 1, 6), randn(1, 3, 6)]),
        new("Language.LowRankLinear", "config null operators dropout", c => c.New("Language.LowRankLinear", 8, 6), _ => [randn(2, 8)], _ => [randn(2, 3, 8)]),
        new("Language.ChainScorer", "loop indexer operators", c => c.New("Language.ChainScorer", 4), _ => [randn(2, 5, 4)], _ => [randn(1, 5, 4)]),
        new("Language.GreedyGenerator", "data loop host optional", c => c.New("Language.GreedyGenerator"), _ => [randint(1, 12, [2, 3], int64)], _ => [randint(1, 12, [1, 4], int64)]) { IsDataDependent = true },
        new("Language.MeanPooler", "config throw operators cast", c => c.New("Language.MeanPooler"), _ => [randn(2, 4, 6), ones(2, 4)], _ => [randn(1, 3, 6), ones(1, 3)]),
        new("Language.HiddenStateCollector", "modules config optional gives dictionary", c => c.New("Language.HiddenStateCollector", 6), _ => [randn(2, 6), false], _ => [randn(2, 6), true]),
        new("Language.BucketedBias", "straight operators indexer cast", c => c.New("Language.BucketedBias", 3), _ => [5, 5], _ => [4, 7]),
    ];
}
