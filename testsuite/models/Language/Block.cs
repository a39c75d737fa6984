using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Language;

/// <summary>A pre-LayerNorm transformer block: [B, T, C] -> [B, T, C].</summary>
public class Block : Module<Tensor, Tensor>
{
    private readonly LayerNorm ln1;
    private readonly CausalSelfAttention attention;
    private readonly LayerNorm ln2;
    private readonly FeedForward mlp;

    public Block(GptConfig config)
        : base(nameof(Block))
    {
        ln1 = LayerNorm(config.EmbeddingSize);
        attention = new CausalSelfAttention(config);
        ln2 = LayerNorm(config.EmbeddingSize);
        mlp = new FeedForward(config);

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        x = x + attention.call(ln1.call(x));
        x = x + mlp.call(ln2.call(x));
        return x.MoveToOuterDisposeScope();
    }
}
