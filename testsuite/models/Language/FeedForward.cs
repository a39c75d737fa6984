using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Language;

/// <summary>The position-wise half of a block: [B, T, C] -> [B, T, C].</summary>
public class FeedForward : Module<Tensor, Tensor>
{
    private readonly Linear fc;
    private readonly Linear proj;
    private readonly Dropout dropout;

    public FeedForward(GptConfig config)
        : base(nameof(FeedForward))
    {
        fc = Linear(config.EmbeddingSize, 4 * config.EmbeddingSize);
        proj = Linear(4 * config.EmbeddingSize, config.EmbeddingSize);
        dropout = Dropout(config.Dropout);

        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => dropout.call(proj.call(functional.gelu(fc.call(x))));
}
