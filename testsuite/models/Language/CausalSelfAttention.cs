using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Language;

/// <summary>Multi-head self attention that sees only the past: [B, T, C] -> [B, T, C].</summary>
public class CausalSelfAttention : Module<Tensor, Tensor>
{
    private readonly int heads;
    private readonly int headSize;

    private readonly Linear qkv;
    private readonly Linear proj;
    private readonly Dropout dropout;
    private readonly Tensor mask;

    public CausalSelfAttention(GptConfig config)
        : base(nameof(CausalSelfAttention))
    {
        if (config.EmbeddingSize % config.Heads != 0)
            throw new ArgumentException("EmbeddingSize must be a multiple of Heads.", nameof(config));

        heads = config.Heads;
        headSize = config.EmbeddingSize / config.Heads;

        qkv = Linear(config.EmbeddingSize, 3 * config.EmbeddingSize);
        proj = Linear(config.EmbeddingSize, config.EmbeddingSize);
        dropout = Dropout(config.Dropout);
        mask = ones(config.ContextLength, config.ContextLength, dtype: ScalarType.Bool)
            .triu(1)
            .view(1, 1, config.ContextLength, config.ContextLength);

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        var (b, t, c) = (x.shape[0], x.shape[1], x.shape[2]);

        var parts = qkv.call(x).chunk(3, dim: -1);
        var q = parts[0].view(b, t, heads, headSize).transpose(1, 2);
        var k = parts[1].view(b, t, heads, headSize).transpose(1, 2);
        var v = parts[2].view(b, t, heads, headSize).transpose(1, 2);

        var scores = matmul(q, k.transpose(-2, -1)) / Math.Sqrt(headSize);
        scores = scores.masked_fill(mask[.., .., ..(int)t, ..(int)t], float.NegativeInfinity);

        var attention = dropout.call(functional.softmax(scores, dim: -1));
        var y = matmul(attention, v).transpose(1, 2).contiguous().view(b, t, c);

        return proj.call(y).MoveToOuterDisposeScope();
    }
}
