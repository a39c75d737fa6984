namespace Samples.Language;

/// <summary>Sizes of the transformer.</summary>
public sealed record GptConfig(
    int VocabularySize = 512,
    int ContextLength = 256,
    int EmbeddingSize = 256,
    int Heads = 8,
    int Layers = 4,
    double Dropout = 0.0);
