using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Language;

/// <summary>The blocks of a GPT and the final norm, over embeddings: [B, T, C] -> [B, T, C].</summary>
public class GptStack : Module<Tensor, Tensor>
{
    private readonly ModuleList<Block> blocks;
    private readonly LayerNorm norm;

    public GptStack(GptConfig? config = null)
        : base(nameof(GptStack))
    {
        config ??= new GptConfig();

        blocks = new ModuleList<Block>();
        for (var i = 0; i < config.Layers; i++)
            blocks.Add(new Block(config));
        norm = LayerNorm(config.EmbeddingSize);

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        foreach (var block in blocks)
            x = block.call(x);

        return norm.call(x).MoveToOuterDisposeScope();
    }
}
