using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Large;

/// <summary>An encoder of 24 layers over tokens (Devlin et al., 2018, the large one): tokens and mask of [B, T] -> [B, T, 1024].</summary>
public class Encoder : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding tokens, positions;
    private readonly LayerNorm norm;
    private readonly ModuleList<EncoderLayer> layers = new();

    public Encoder(int vocabulary = 30522, int width = 1024, int heads = 16, int depth = 24, int longest = 512, double dropout = 0.1)
        : base(nameof(Encoder))
    {
        tokens = Embedding(vocabulary, width);
        positions = Embedding(longest, width);
        norm = LayerNorm(width);
        for (int i = 0; i < depth; i++)
            layers.Add(new EncoderLayer(width, heads, dropout));

        RegisterComponents();
    }

    public override Tensor forward(Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();

        var x = norm.call(tokens.call(ids) + positions.call(arange(ids.shape[1], device: ids.device)));
        foreach (var layer in layers)
            x = layer.call(x, mask);

        return x.MoveToOuterDisposeScope();
    }
}
