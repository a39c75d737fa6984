using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Corpus.General;

/// <summary>Adds what an inner module makes of its input.</summary>
public class Residual : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> fn;

    public Residual(nn.Module<Tensor, Tensor> fn) : base("residual")
    {
        this.fn = fn;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fn.call(x) + x;
}

public class PreNorm : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm;
    private readonly nn.Module<Tensor, Tensor> fn;

    public PreNorm(long dim, nn.Module<Tensor, Tensor> fn) : base("prenorm")
    {
        norm = nn.LayerNorm(dim);
        this.fn = fn;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fn.forward(norm.forward(x));
}

/// <summary>Token and channel mixing, composed of wrappers.</summary>
public class MixerModel : nn.Module<Tensor, Tensor>
{
    private readonly Sequential blocks;
    private readonly Linear head;

    public MixerModel(int width = 16, int depth = 2, int classes = 4) : base("mixer")
    {
        var list = new List<nn.Module<Tensor, Tensor>>();
        for (int i = 0; i < depth; i++)
        {
            list.Add(new Residual(new PreNorm(width, new ActivatedMlp(width, width * 2, width, "gelu"))));
        }

        list.Add(nn.LayerNorm(width));
        blocks = nn.Sequential(list);
        head = nn.Linear(width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.forward(blocks.forward(x).mean([1]));
}

/// <summary>The activation is a function chosen by name.</summary>
public class ActivatedMlp : nn.Module<Tensor, Tensor>
{
    private readonly Linear fc1, fc2;
    private readonly Func<Tensor, Tensor> activation;

    public ActivatedMlp(int inputs, int hidden, int outputs, string activation = "relu") : base("mlp")
    {
        fc1 = nn.Linear(inputs, hidden);
        fc2 = nn.Linear(hidden, outputs);
        this.activation = Choose(activation);
        RegisterComponents();
    }

    private static Func<Tensor, Tensor> Choose(string name) => name.ToLowerInvariant() switch
    {
        "relu" => x => nn.functional.relu(x),
        "gelu" => x => nn.functional.gelu(x),
        "tanh" => torch.tanh,
        "sin" => x => (30 * x).sin(),
        _ => throw new ArgumentException($"Unknown activation: {name}"),
    };

    public override Tensor forward(Tensor x) => fc2.forward(activation(fc1.forward(x)));
}

/// <summary>Builds its layers from a list of sizes.</summary>
public class MultiLayerPerceptron : nn.Module<Tensor, Tensor>
{
    private readonly List<nn.Module<Tensor, Tensor>> layers = new();
    private readonly bool normalizeInput;

    public MultiLayerPerceptron(int[] sizes, bool batchNorm = false, double dropout = 0, bool normalizeInput = false) : base("perceptron")
    {
        this.normalizeInput = normalizeInput;
        for (int i = 0; i < sizes.Length - 1; i++)
        {
            Add($"fc{i}", nn.Linear(sizes[i], sizes[i + 1]));
            if (i == sizes.Length - 2)
            {
                break;
            }

            if (batchNorm)
            {
                Add($"bn{i}", nn.BatchNorm1d(sizes[i + 1]));
            }

            Add($"act{i}", nn.LeakyReLU(0.1));
            if (dropout > 0)
            {
                Add($"drop{i}", nn.Dropout(dropout));
            }
        }
    }

    private void Add(string name, nn.Module<Tensor, Tensor> module)
    {
        register_module(name, module);
        layers.Add(module);
    }

    public static MultiLayerPerceptron Standard() => new([12, 24, 24, 5], batchNorm: true, dropout: 0.1);

    public override Tensor forward(Tensor x)
    {
        if (normalizeInput)
        {
            x = (x - x.mean()) / (x.std() + 1e-8);
        }

        return layers.Aggregate(x, (current, layer) => layer.forward(current));
    }
}

/// <summary>Averages what its members say.</summary>
public class Ensemble : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<nn.Module<Tensor, Tensor>> members;

    public Ensemble(params nn.Module<Tensor, Tensor>[] members) : base("ensemble")
    {
        this.members = new ModuleList<nn.Module<Tensor, Tensor>>(members);
        RegisterComponents();
    }

    public static Ensemble OfTwo() => new(new HighwayLayer(6), nn.Linear(6, 6));

    public override Tensor forward(Tensor x) => torch.stack(members.Select(m => m.call(x)).ToArray()).mean([0]);
}

public class HighwayLayer : nn.Module<Tensor, Tensor>
{
    private readonly Linear transform, gate;

    public HighwayLayer(long size) : base("highway")
    {
        transform = nn.Linear(size, size);
        gate = nn.Linear(size, size);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var h = nn.functional.relu(transform.forward(x));
        using var t = torch.sigmoid(gate.forward(x));
        return h * t + x * (1.0 - t);
    }
}

/// <summary>A head for each task, chosen by name.</summary>
public class MultiTaskHeads : nn.Module<Tensor, string, Tensor>
{
    private readonly ModuleDict<Linear> heads;

    public MultiTaskHeads(int width) : base("heads")
    {
        heads = nn.ModuleDict(("intent", nn.Linear(width, 5)), ("slot", nn.Linear(width, 9)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, string task)
    {
        if (!heads.ContainsKey(task))
        {
            throw new ArgumentException($"unknown task {task}", nameof(task));
        }

        return heads[task].forward(x);
    }
}

/// <summary>A factorization machine over categories: the sum of all pairs of embeddings, from the square of their sum and the sum of their squares.</summary>
public class FactorizationMachine : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<Embedding> factors = new();
    private readonly ModuleList<Embedding> weights = new();
    private readonly Parameter bias;

    public FactorizationMachine(int[] categories, int width) : base("fm")
    {
        foreach (int count in categories)
        {
            factors.Add(nn.Embedding(count, width));
            weights.Add(nn.Embedding(count, 1));
        }

        bias = nn.Parameter(zeros(1));
        RegisterComponents();
    }

    public static FactorizationMachine Small() => new([5, 7, 4], 6);

    public override Tensor forward(Tensor ids)
    {
        var linear = weights.Select((w, i) => w.forward(ids[.., i])).Aggregate((a, b) => a + b) + bias;
        var all = stack(factors.Select((f, i) => f.forward(ids.select(1, i))).ToArray(), 1);
        var pairs = 0.5 * (all.sum(1).pow(2) - all.pow(2).sum(1)).sum(1, keepdim: true);
        return sigmoid(linear + pairs).squeeze(1);
    }
}
