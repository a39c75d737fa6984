using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Language;

public class DecoderConfig
{
    public int VocabSize { get; set; } = 64;

    public int HiddenSize { get; set; } = 32;

    public int IntermediateSize { get; set; } = 64;

    public int Layers { get; set; } = 2;

    public int Heads { get; set; } = 4;

    public int MaxPositions { get; set; } = 32;

    public double RmsNormEps { get; set; } = 1e-6;

    public string HiddenAct { get; set; } = "silu";

    public bool TieWordEmbeddings { get; set; } = true;
}

public class GatedMlp : Module<Tensor, Tensor>
{
    private readonly Linear gate_proj, up_proj, down_proj;
    private readonly Func<Tensor, Tensor> act;

    public GatedMlp(DecoderConfig config) : base("mlp")
    {
        gate_proj = Linear(config.HiddenSize, config.IntermediateSize, false);
        up_proj = Linear(config.HiddenSize, config.IntermediateSize, false);
        down_proj = Linear(config.IntermediateSize, config.HiddenSize, false);
        act = config.HiddenAct switch
        {
            "silu" => x => functional.silu(x),
            "gelu" => x => functional.gelu(x),
            _ => throw new ArgumentException($"activation {config.HiddenAct} is not supported"),
        };
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => down_proj.forward(act(gate_proj.forward(x)) * up_proj.forward(x));
}

public class DecoderLayer : Module<Tensor, Tensor?, Tensor>
{
    private readonly General.RmsNorm input_norm, post_norm;
    private readonly Linear qkv, o;
    private readonly GatedMlp mlp;
    private readonly int heads;

    public DecoderLayer(DecoderConfig config) : base("layer")
    {
        heads = config.Heads;
        input_norm = new General.RmsNorm(config.HiddenSize, config.RmsNormEps);
        post_norm = new General.RmsNorm(config.HiddenSize, config.RmsNormEps);
        qkv = Linear(config.HiddenSize, 3 * config.HiddenSize, false);
        o = Linear(config.HiddenSize, config.HiddenSize, false);
        mlp = new GatedMlp(config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var residual = hidden;
        var h = input_norm.call(hidden);
        var (b, n, c) = (h.shape[0], h.shape[1], h.shape[2]);
        var p = qkv.call(h).chunk(3, -1).Select(t => t.view(b, n, heads, c / heads).transpose(1, 2)).ToArray();
        var w = torch.matmul(p[0], p[1].transpose(-1, -2)) / Math.Sqrt(c / heads);
        if (mask is not null)
        {
            w = w + mask;
        }

        w = w.softmax(-1, ScalarType.Float32).to(h.dtype);
        hidden = residual + o.call(w.matmul(p[2]).transpose(1, 2).reshape(b, n, c));
        hidden = hidden + mlp.call(post_norm.call(hidden));
        return scope.MoveToOuter(hidden);
    }
}

/// <summary>What a language model returns.</summary>
public class ModelOutput
{
    public required Tensor Logits { get; init; }

    public Tensor? Loss { get; init; }
}

public class CausalLanguageModel : Module<Tensor, Tensor?, ModelOutput>
{
    private readonly DecoderConfig config;
    private readonly Embedding embed_tokens, embed_positions;
    private readonly ModuleList<DecoderLayer> layers;
    private readonly General.RmsNorm norm;
    private readonly Linear? lm_head;

    public CausalLanguageModel(DecoderConfig config) : base("lm")
    {
        this.config = config;
        embed_tokens = Embedding(config.VocabSize, config.HiddenSize);
        embed_positions = Embedding(config.MaxPositions, config.HiddenSize);
        layers = new ModuleList<DecoderLayer>();
        for (var i = 0; i < config.Layers; i++)
        {
            layers.Add(new DecoderLayer(config));
        }

        norm = new General.RmsNorm(config.HiddenSize, config.RmsNormEps);
        if (!config.TieWordEmbeddings)
        {
            lm_head = Linear(config.HiddenSize, config.VocabSize, false);
        }

        RegisterComponents();
    }

    public override ModelOutput forward(Tensor ids, Tensor? labels = null)
    {
        var n = ids.shape[1];
        if (n > config.MaxPositions)
        {
            throw new ArgumentException($"Cannot forward sequence of length {n}, at most {config.MaxPositions} positions");
        }

        var h = embed_tokens.forward(ids) + embed_positions.forward(arange(n, dtype: ScalarType.Int64, device: ids.device));
        var mask = full(n, n, float.NegativeInfinity, device: ids.device).triu(1);
        foreach (var layer in layers)
        {
            h = layer.forward(h, mask);
        }

        h = norm.forward(h);
        var logits = lm_head?.forward(h) ?? h.matmul(embed_tokens.weight!.t());
        var loss = labels is null ? null : functional.cross_entropy(logits[.., ..^1].reshape(-1, config.VocabSize), labels[.., 1..].reshape(-1));
        return new ModelOutput { Logits = logits, Loss = loss };
    }
}

/// <summary>Sends each token to its best experts and adds up what they say.</summary>
public class MixtureOfExperts : Module<Tensor, Tensor>
{
    private readonly Linear gate;
    private readonly ModuleList<GatedMlp> experts = new();
    private readonly int topk;

    public MixtureOfExperts(DecoderConfig config, int count = 4, int topk = 2) : base("moe")
    {
        this.topk = topk;
        gate = Linear(config.HiddenSize, count, false);
        for (int i = 0; i < count; i++)
        {
            experts.Add(new GatedMlp(config));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var shape = x.shape;
        var flat = x.view(-1, shape[^1]);
        var (weights, chosen) = gate.forward(flat).softmax(-1).topk(topk, -1);
        weights = weights / weights.sum(-1, keepdim: true);
        var y = zeros_like(flat);
        for (int i = 0; i < experts.Count; i++)
        {
            var w = (weights * (chosen == i).to_type(weights.dtype)).sum(-1, keepdim: true);
            y += experts[i].forward(flat) * w;
        }

        return y.view(shape);
    }
}

/// <summary>The same, but each expert sees only the tokens sent to it.</summary>
public class SparseExperts : Module<Tensor, Tensor>
{
    private readonly Linear gate;
    private readonly ModuleList<Linear> experts;

    public SparseExperts(int width, int count = 3) : base("sparse_moe")
    {
        gate = Linear(width, count);
        experts = ModuleList(Enumerable.Range(0, count).Select(_ => Linear(width, width)).ToArray());
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var best = gate.forward(x).argmax(-1);
        var y = zeros_like(x);
        for (int i = 0; i < experts.Count; i++)
        {
            var index = best.eq(i).nonzero().squeeze(-1);
            if (index.numel() == 0)
            {
                continue;
            }

            y.index_add_(0, index, experts[i].forward(x.index_select(0, index)), 1);
        }

        return y;
    }
}
