using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Language;

/// <summary>Log partition function of a linear chain; walks over the time steps.</summary>
public class ChainScorer : Module<Tensor, Tensor>
{
    private readonly Parameter transitions;

    public ChainScorer(int tags) : base("crf")
    {
        transitions = Parameter(randn(tags, tags));
        RegisterComponents();
    }

    public override Tensor forward(Tensor emissions)
    {
        var alpha = emissions[.., 0];
        for (int t = 1; t < emissions.shape[1]; t++)
        {
            var scores = alpha.unsqueeze(2) + transitions.unsqueeze(0) + emissions[.., t].unsqueeze(1);
            alpha = scores.logsumexp(1);
        }

        return alpha.logsumexp(1);
    }
}

/// <summary>Writes the next token in every step until the end token comes.</summary>
public class GreedyGenerator : Module<Tensor, Tensor>
{
    private readonly Embedding embed;
    private readonly Linear head;
    private readonly int end, limit;

    public GreedyGenerator(int tokens = 12, int width = 8, int end = 0, int limit = 6) : base("greedy")
    {
        embed = Embedding(tokens, width);
        head = Linear(width, tokens);
        (this.end, this.limit) = (end, limit);
        RegisterComponents();
    }

    public override Tensor forward(Tensor start)
    {
        var tokens = start;
        for (int i = 0; i < limit; i++)
        {
            var next = head.forward(embed.forward(tokens).mean([1])).argmax(-1, keepdim: true);
            tokens = cat([tokens, next], 1);
            if (next.eq(end).all().item<bool>())
            {
                break;
            }
        }

        return tokens;
    }
}

/// <summary>Mean of the embeddings of valid positions.</summary>
public class MeanPooler : Module<Tensor, Tensor, Tensor>
{
    private readonly bool normalize;

    public MeanPooler(bool normalize = true) : base("pooler")
    {
        this.normalize = normalize;
    }

    public override Tensor forward(Tensor hidden, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(mask);
        var m = mask.unsqueeze(-1).expand(hidden.size()).to(ScalarType.Float32);
        var e = torch.sum(hidden * m, 1) / torch.clamp(m.sum(1), min: 1e-9);
        return normalize ? functional.normalize(e, p: 2, dim: 1) : e;
    }
}

/// <summary>Named outputs of several layers in a dictionary.</summary>
public class HiddenStateCollector : Module<Tensor, bool, Dictionary<string, object>>
{
    private readonly ModuleList<Linear> layers;

    public HiddenStateCollector(int width, int count = 3) : base("collector")
    {
        layers = new ModuleList<Linear>();
        for (int i = 0; i < count; i++)
        {
            layers.Add(Linear(width, width));
        }

        RegisterComponents();
    }

    public override Dictionary<string, object> forward(Tensor x, bool all = false)
    {
        var states = new List<Tensor>();
        foreach (var l in layers)
        {
            x = l.forward(x).tanh();
            if (all)
            {
                states.Add(x);
            }
        }

        var result = new Dictionary<string, object> { { "last", x } };
        if (all)
        {
            result["hidden_states"] = states;
        }

        return result;
    }
}

/// <summary>Distances in buckets that grow logarithmically.</summary>
public class BucketedBias : Module<int, int, Tensor>
{
    private readonly Embedding bias;
    private readonly int buckets, maxDistance;

    public BucketedBias(int heads, int buckets = 8, int maxDistance = 20) : base("bucketed")
    {
        (this.buckets, this.maxDistance) = (buckets, maxDistance);
        bias = Embedding(buckets, heads);
        RegisterComponents();
    }

    private Tensor Bucket(Tensor relative)
    {
        var n = buckets / 2;
        var ret = (relative > 0).to(ScalarType.Int64) * n;
        relative = abs(relative);
        var exact = n / 2;
        var isSmall = relative < exact;
        var large = exact + (log(relative.to(ScalarType.Float32) / exact) / Math.Log((double)maxDistance / exact) * (n - exact)).to(ScalarType.Int64);
        large = torch.minimum(large, full_like(large, n - 1));
        return ret + where(isSmall, relative, large);
    }

    public override Tensor forward(int queries, int keys)
    {
        var context = arange(queries).unsqueeze(1);
        var memory = arange(keys).unsqueeze(0);
        return bias.forward(Bucket(memory - context)).permute(2, 0, 1).unsqueeze(0);
    }
}
