using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Large;

/// <summary>Self attention and a feed forward network, each normalised after the sum: [B, T, C] and a mask of [B, T] -> [B, T, C].</summary>
public class EncoderLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly int heads;
    private readonly Linear query, key, value, output, up, down;
    private readonly LayerNorm attentionNorm, outputNorm;
    private readonly Dropout dropout;

    public EncoderLayer(int width, int heads, double dropout)
        : base(nameof(EncoderLayer))
    {
        this.heads = heads;
        query = Linear(width, width);
        key = Linear(width, width);
        value = Linear(width, width);
        output = Linear(width, width);
        attentionNorm = LayerNorm(width);
        up = Linear(width, 4 * width);
        down = Linear(4 * width, width);
        outputNorm = LayerNorm(width);
        this.dropout = Dropout(dropout);

        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask)
    {
        using var scope = NewDisposeScope();

        var (q, k, v) = (Split(query.call(x)), Split(key.call(x)), Split(value.call(x)));
        var scores = q.matmul(k.transpose(-1, -2)) / Math.Sqrt(q.shape[^1]);
        scores = scores.masked_fill(mask[.., TensorIndex.None, TensorIndex.None] == 0, float.NegativeInfinity);
        var context = dropout.call(scores.softmax(-1)).matmul(v).transpose(1, 2).flatten(2);

        x = attentionNorm.call(x + dropout.call(output.call(context)));
        x = outputNorm.call(x + dropout.call(down.call(functional.gelu(up.call(x)))));
        return x.MoveToOuterDisposeScope();
    }

    private Tensor Split(Tensor t) => t.view(t.shape[0], t.shape[1], heads, -1).transpose(1, 2);
}
