using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.General;

/// <summary>Mean over neighbours, given a dense adjacency matrix.</summary>
public class GraphConvolution : Module<Tensor, Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    public GraphConvolution(int inputs, int outputs, bool bias = true) : base("gcn")
    {
        weight = Parameter(randn(inputs, outputs) / Math.Sqrt(inputs));
        this.bias = bias ? Parameter(zeros(outputs)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor adjacency)
    {
        var support = torch.mm(x, weight);
        var output = torch.mm(adjacency, support);
        return bias is null ? output : output + bias;
    }
}

public class GraphAttention : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear w;
    private readonly Parameter a;
    private readonly bool concat;
    private readonly int width;

    public GraphAttention(int inputs, int width, bool concat = true) : base("gat")
    {
        w = Linear(inputs, width, false);
        a = Parameter(randn(2 * width, 1));
        (this.concat, this.width) = (concat, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor h, Tensor adj)
    {
        var wh = w.forward(h);
        var e = functional.leaky_relu(wh.matmul(a[..width]) + wh.matmul(a[width..]).T, 0.2);
        var attention = where(adj > 0, e, full_like(e, -9e15));
        attention = functional.dropout(functional.softmax(attention, dim: 1), 0.1, training);
        var y = attention.matmul(wh);
        return concat ? functional.elu(y, 1.0) : y;
    }
}

/// <summary>Sums messages along edges.</summary>
public class EdgeMessagePassing : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear message, update;

    public EdgeMessagePassing(int width) : base("mpnn")
    {
        message = Linear(2 * width, width);
        update = Linear(2 * width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor nodes, Tensor edges)
    {
        var (source, target) = (edges[0], edges[1]);
        var m = message.forward(cat([nodes.index_select(0, source), nodes.index_select(0, target)], 1)).relu();
        var sum = zeros_like(nodes).index_add_(0, target, m, 1);
        return update.forward(cat([nodes, sum], 1));
    }
}

/// <summary>Two towers with the same weights and the distance of what they give.</summary>
public class SiameseNet : Module<Tensor, Tensor, (Tensor, Tensor, Tensor)>
{
    private readonly Sequential tower;

    public SiameseNet() : base("siamese")
    {
        tower = Sequential(
            Conv2d(1, 4, 3), ReLU(), MaxPool2d(2), Conv2d(4, 8, 3), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(8, 6));
        RegisterComponents();
    }

    private Tensor Once(Tensor x) => functional.normalize(tower.forward(x), dim: 1);

    public override (Tensor, Tensor, Tensor) forward(Tensor a, Tensor b)
    {
        var (u, v) = (Once(a), Once(b));
        return (u, v, (u - v).pow(2).sum(1).sqrt());
    }
}

public readonly record struct TabularShape(int Numeric, int[] Categories, int Width);

/// <summary>Numbers and categories side by side.</summary>
public class TabularNet : Module<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<Embedding> embeddings = new();
    private readonly Linear numeric, head;
    private readonly LayerNorm norm;

    public TabularNet(TabularShape shape) : base("tabular")
    {
        foreach (var n in shape.Categories)
        {
            embeddings.Add(Embedding(n, shape.Width));
        }

        numeric = Linear(shape.Numeric, shape.Width);
        norm = LayerNorm(shape.Width * (shape.Categories.Length + 1));
        head = Linear(shape.Width * (shape.Categories.Length + 1), 1);
        RegisterComponents();
    }

    public static TabularNet Small() => new(new TabularShape(3, [5, 7], 4));

    public override Tensor forward(Tensor numbers, Tensor categories)
    {
        var parts = new List<Tensor>(embeddings.Count + 1);
        for (int i = 0; i < embeddings.Count; i++)
        {
            parts.Add(embeddings[i].forward(categories[.., i]));
        }

        parts.Add(numeric.forward(numbers).relu());
        return head.forward(norm.forward(cat(parts, dim: 1))).squeeze(1);
    }
}

/// <summary>A recurrent cell written out, over all steps of a sequence.</summary>
public class UnrolledCell : Module<Tensor, (Tensor, Tensor)>
{
    private readonly Linear xh, hh;
    private readonly int hidden;

    public UnrolledCell(int inputs, int hidden) : base("cell")
    {
        this.hidden = hidden;
        xh = Linear(inputs, 4 * hidden);
        hh = Linear(hidden, 4 * hidden, hasBias: false);
        RegisterComponents();
    }

    public override (Tensor, Tensor) forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = zeros(x.shape[0], hidden, device: x.device);
        var c = zeros_like(h);
        var outputs = new List<Tensor>();
        foreach (var step in x.unbind(1))
        {
            var g = (xh.forward(step) + hh.forward(h)).chunk(4, 1);
            c = g[1].sigmoid() * c + g[0].sigmoid() * g[2].tanh();
            h = g[3].sigmoid() * c.tanh();
            outputs.Add(h);
        }

        var y = stack(outputs, 1);
        return (y.MoveToOuterDisposeScope(), c.MoveToOuterDisposeScope());
    }
}

/// <summary>Mixture of normal distributions.</summary>
public class MixtureDensity : Module<Tensor, (Tensor pi, Tensor mu, Tensor sigma)>
{
    private readonly Linear hidden, pi, mu, sigma;
    private readonly int components, outputs;

    public MixtureDensity(int inputs, int outputs, int components = 3) : base("mdn")
    {
        hidden = Linear(inputs, 16);
        pi = Linear(16, components);
        mu = Linear(16, components * outputs);
        sigma = Linear(16, components * outputs);
        (this.components, this.outputs) = (components, outputs);
        RegisterComponents();
    }

    public override (Tensor pi, Tensor mu, Tensor sigma) forward(Tensor x)
    {
        var h = torch.tanh(hidden.forward(x));
        return (pi.forward(h).softmax(1), mu.forward(h).view(-1, components, outputs), (functional.elu(sigma.forward(h), 1.0) + 1 + 1e-6).view(-1, components, outputs));
    }
}

/// <summary>Sines with learned frequencies.</summary>
public class FourierFeatures : Module<Tensor, Tensor>
{
    private readonly Tensor B;
    private readonly bool includeInput;

    public FourierFeatures(int inputs, int features, float scale = 1f, bool includeInput = true) : base("fourier")
    {
        B = randn(inputs, features) * scale;
        this.includeInput = includeInput;
        register_buffer("B", B);
    }

    public override Tensor forward(Tensor x)
    {
        var p = (2 * Math.PI * x).matmul(B);
        Tensor[] parts = includeInput ? [x, p.sin(), p.cos()] : [p.sin(), p.cos()];
        return cat(parts, dim: -1);
    }
}
