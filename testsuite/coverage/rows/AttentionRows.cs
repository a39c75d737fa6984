using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class AttentionRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("Attention.SelfAttention", "null throw optional operators indexer scope dropout", c => c.New("Attention.SelfAttention", 32, 4),
            _ => [randn(2, 5, 32), null], _ => [randn(1, 7, 32), null], _ => [randn(2, 5, 32), ones(5, 5, dtype: ScalarType.Bool).tril()]),
        new("Attention.CrossAttention", "null optional operators scope dropout", c => c.New("Attention.CrossAttention", 32L, 24L, 4L, 8L),
            _ => [randn(2, 5, 32), randn(2, 3, 24), null], _ => [randn(2, 6, 32), randn(2, 3, 24), null]),
        new("Attention.GroupedQueryAttention", "scalar", c => c.New("Attention.GroupedQueryAttention"), _ => [randn(2, 5, 64)], _ => [randn(1, 9, 64)]),
        new("Attention.AdditiveAttention", "straight gives operators", c => c.New("Attention.AdditiveAttention", 12L), _ => [randn(2, 12), randn(2, 5, 12)], _ => [randn(3, 12), randn(3, 4, 12)]),
        new("Attention.RelativePositionAttention", "straight operators indexer device lambda", c => c.New("Attention.RelativePositionAttention", 16, 2), _ => [randn(2, 5, 16)], _ => [randn(1, 20, 16)]),
        new("Attention.RotaryEmbedding", "mode config gives operators cast host", c => c.New("Attention.RotaryEmbedding", c.New("Attention.RotaryConfig")), _ => [arange(6).unsqueeze(0)], _ => [arange(9).unsqueeze(0)]),
        new("Attention.CheckedRotaryEmbedding", "data throw operators cast host", c => c.New("Attention.CheckedRotaryEmbedding", 8, 16), _ => [arange(6)], _ => [arange(30)]) { IsDataDependent = true },
        new("Attention.RotaryAttention", "straight optional operators indexer scope", c => c.New("Attention.RotaryAttention", 32, 4), _ => [randn(2, 5, 32), 0], _ => [randn(2, 3, 32), 4]),
        new("Attention.AlibiBias", "straight operators device cast linq", c => c.New("Attention.AlibiBias", 4), _ => [randn(2, 4, 5, 5)], _ => [randn(1, 4, 2, 6)]),
        new("Attention.CachedAttention", "straight indexer store cache operators", c => c.New("Attention.CachedAttention", 16, 2), _ => [randn(2, 4, 16), 0], _ => [randn(2, 1, 16), 4], _ => [randn(2, 1, 16), 5]),
        new("Attention.GrowingCacheAttention", "null config optional scope field cache", c => c.New("Attention.GrowingCacheAttention", 12), _ => [randn(1, 4, 12), true], _ => [randn(1, 1, 12), true], _ => [randn(1, 1, 12), true], _ => [randn(1, 5, 12), false]),
        new("Attention.DecoderAttention", "null takes cache", c => c.New("Attention.DecoderAttention", 12), _ => [randn(1, 4, 12), null], c => [randn(1, 1, 12), c.New("Attention.KeyValueCache")]),
        new("Attention.MaskedSelfAttention", "null shape field cache operators cast", c => c.New("Attention.MaskedSelfAttention", 12L), _ => [randn(1, 4, 12)], _ => [randn(1, 4, 12)], _ => [randn(2, 6, 12)]),
    ];
}
