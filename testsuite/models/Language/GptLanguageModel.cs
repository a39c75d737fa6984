using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Language;

/// <summary>Token ids, int64 [B, T] -> next token logits [B, T, vocabulary].</summary>
public class GptLanguageModel : Module<Tensor, Tensor>
{
    private readonly GptConfig config;

    private readonly Embedding tokenEmbedding;
    private readonly Embedding positionEmbedding;
    private readonly Dropout dropout;
    private readonly GptStack stack;
    private readonly Linear head;

    public GptLanguageModel(GptConfig? config = null)
        : base(nameof(GptLanguageModel))
    {
        this.config = config ?? new GptConfig();

        tokenEmbedding = Embedding(this.config.VocabularySize, this.config.EmbeddingSize);
        positionEmbedding = Embedding(this.config.ContextLength, this.config.EmbeddingSize);
        dropout = Dropout(this.config.Dropout);
        stack = new GptStack(this.config);
        head = Linear(this.config.EmbeddingSize, this.config.VocabularySize, hasBias: false);

        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();

        var length = tokens.size(1);
        if (length > config.ContextLength)
            throw new ArgumentException($"A sequence of {length} tokens is longer than the context of {config.ContextLength}.", nameof(tokens));

        var positions = arange(0, length, dtype: ScalarType.Int64, device: tokens.device);
        var x = tokenEmbedding.call(tokens) + positionEmbedding.call(positions);
        x = stack.call(dropout.call(x));

        return head.call(x).MoveToOuterDisposeScope();
    }
}
