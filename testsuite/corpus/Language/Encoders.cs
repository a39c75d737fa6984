using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Corpus.Language;

public class TextEmbeddings : nn.Module<Tensor, Tensor?, Tensor?, Tensor>
{
    private readonly Embedding word_embeddings, position_embeddings, token_type_embeddings;
    private readonly LayerNorm norm;
    private readonly Dropout dropout;
    private readonly Tensor position_ids;

    public TextEmbeddings(int vocabulary, int width, int maxPositions = 32, double dropout = 0.1) : base("embeddings")
    {
        word_embeddings = nn.Embedding(vocabulary, width, padding_idx: 0);
        position_embeddings = nn.Embedding(maxPositions, width);
        token_type_embeddings = nn.Embedding(2, width);
        norm = nn.LayerNorm(width, eps: 1e-12);
        this.dropout = nn.Dropout(dropout);
        position_ids = torch.arange(maxPositions).unsqueeze(0);
        register_buffer("position_ids", position_ids);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input_ids, Tensor? token_type_ids = null, Tensor? positions = null)
    {
        var seq = input_ids.shape[1];
        positions ??= position_ids[.., ..(int)seq];
        token_type_ids ??= torch.zeros_like(input_ids);
        var x = word_embeddings.forward(input_ids) + token_type_embeddings.forward(token_type_ids) + position_embeddings.forward(positions);
        return dropout.forward(norm.forward(x));
    }
}

public abstract class EncoderBase : nn.Module<Tensor, Tensor>
{
    protected readonly int Width;

    protected EncoderBase(string name, int width) : base(name) => Width = width;

    protected abstract Tensor Encode(Tensor x);

    protected virtual Tensor Finish(Tensor x) => x;

    public override Tensor forward(Tensor x)
    {
        var y = Encode(x);
        if (y.shape[^1] != Width)
        {
            throw new InvalidOperationException($"{GetName()}: expected width {Width} but got {string.Join(", ", y.shape)}");
        }

        return Finish(y);
    }
}

public class ConvEncoder : EncoderBase
{
    private readonly Conv1d conv;

    public ConvEncoder(int width) : base("conv_encoder", width)
    {
        conv = nn.Conv1d(width, width, 3, padding: 1);
        RegisterComponents();
    }

    protected override Tensor Encode(Tensor x) => conv.forward(x.transpose(1, 2)).transpose(1, 2);
}

public class PooledMlpEncoder : EncoderBase
{
    private readonly Linear a, b;

    public PooledMlpEncoder(int width) : base("mlp_encoder", width)
    {
        a = nn.Linear(width, 2 * width);
        b = nn.Linear(2 * width, width);
        RegisterComponents();
    }

    protected override Tensor Encode(Tensor x) => b.forward(a.forward(x).relu());

    protected override Tensor Finish(Tensor x) => x.mean([1]);
}

public interface ITextEncoder
{
    Tensor Encode(Tensor tokens);

    int OutputSize { get; }
}

/// <summary>Convolutions of several widths, each pooled over time.</summary>
public class KernelBank : nn.Module<Tensor, Tensor>, ITextEncoder
{
    private readonly Embedding embedding;
    private readonly ModuleList<Conv1d> convs;
    private readonly int filters;

    public KernelBank(int vocabulary, int width = 16, int filters = 8, IEnumerable<int>? kernels = null) : base("text_cnn")
    {
        this.filters = filters;
        embedding = nn.Embedding(vocabulary, width);
        convs = nn.ModuleList((kernels ?? new[] { 2, 3, 4 }).Select(k => nn.Conv1d(width, filters, k)).ToArray());
        RegisterComponents();
    }

    public int OutputSize => filters * convs.Count;

    public Tensor Encode(Tensor tokens)
    {
        var x = embedding.forward(tokens).permute(0, 2, 1);
        var pooled = convs.Select(c => nn.functional.relu(c.forward(x)).max(2).values);
        return torch.cat(pooled.ToArray(), 1);
    }

    public override Tensor forward(Tensor tokens) => Encode(tokens);
}

/// <summary>Uses whatever encoder it is given.</summary>
public class TextClassifier : nn.Module<Tensor, Tensor>
{
    private readonly ITextEncoder encoder;
    private readonly nn.Module encoderModule;
    private readonly Linear head;

    public TextClassifier(ITextEncoder encoder, int classes) : base("classifier")
    {
        this.encoder = encoder;
        encoderModule = (nn.Module)encoder;
        head = nn.Linear(encoder.OutputSize, classes);
        RegisterComponents();
    }

    public static TextClassifier Small() => new(new KernelBank(32), 3);

    public override Tensor forward(Tensor tokens) => head.forward(encoder.Encode(tokens));
}

/// <summary>Words to tags by a recurrent network in both directions.</summary>
public class SequenceTagger : nn.Module<Tensor, Tensor>
{
    private readonly Embedding embed;
    private readonly LSTM lstm;
    private readonly Linear hidden2tag;
    private readonly Dropout drop = nn.Dropout(0.3);

    public SequenceTagger(int vocabulary, int embeddingDim, int hiddenDim, int tags, int layers = 1) : base("tagger")
    {
        embed = nn.Embedding(vocabulary, embeddingDim);
        lstm = nn.LSTM(embeddingDim, hiddenDim, numLayers: layers, batchFirst: true, bidirectional: true);
        hidden2tag = nn.Linear(2 * hiddenDim, tags);
        RegisterComponents();
    }

    public override Tensor forward(Tensor sentence)
    {
        var (output, _, _) = lstm.forward(drop.forward(embed.forward(sentence)));
        return nn.functional.log_softmax(hidden2tag.forward(output), dim: -1);
    }
}

/// <summary>A recurrent decoder for one step, with its state handed in and out.</summary>
public class StepDecoder : nn.Module<Tensor, Tensor, Tensor, (Tensor logits, Tensor hidden, Tensor attention)>
{
    private readonly Embedding embedding;
    private readonly GRU gru;
    private readonly Linear attn, combine, output;

    public StepDecoder(int tokens, int hidden) : base("step_decoder")
    {
        embedding = nn.Embedding(tokens, hidden);
        attn = nn.Linear(hidden, hidden);
        combine = nn.Linear(hidden * 2, hidden);
        gru = nn.GRU(hidden, hidden, batchFirst: true);
        output = nn.Linear(hidden, tokens);
        RegisterComponents();
    }

    public override (Tensor logits, Tensor hidden, Tensor attention) forward(Tensor token, Tensor hidden, Tensor states)
    {
        var e = embedding.forward(token).unsqueeze(1);
        var w = states.bmm(attn.forward(hidden[^1]).unsqueeze(2)).squeeze(2).softmax(1);
        var context = w.unsqueeze(1).bmm(states);
        var x = combine.forward(torch.cat([e, context], 2)).relu();
        var (y, h) = gru.forward(x, hidden);
        return (output.forward(y.squeeze(1)), h, w);
    }
}

/// <summary>A low-rank change beside a frozen layer; merged weights are added while they are not merged.</summary>
public class LowRankLinear : nn.Module<Tensor, Tensor>
{
    private readonly Linear inner;
    private readonly Parameter lora_A, lora_B;
    private readonly double scaling;
    private readonly Dropout? dropout;

    public bool Merged { get; set; }

    public LowRankLinear(int inputs, int outputs, int rank = 4, double alpha = 8, double dropout = 0) : base("lora")
    {
        inner = nn.Linear(inputs, outputs);
        inner.weight!.requires_grad = false;
        lora_A = nn.Parameter(torch.randn(rank, inputs) * 0.01);
        lora_B = nn.Parameter(torch.zeros(outputs, rank));
        scaling = alpha / rank;
        this.dropout = dropout > 0.0 ? nn.Dropout(dropout) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var result = inner.forward(x);
        if (Merged)
        {
            return result;
        }

        var y = dropout is null ? x : dropout.forward(x);
        return result + y.matmul(lora_A.t()).matmul(lora_B.t()) * scaling;
    }
}
