using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Generative;

public class VariationalAutoencoder : Module<Tensor, (Tensor reconstruction, Tensor mu, Tensor logvar)>
{
    private readonly Linear fc1, fc21, fc22, fc3, fc4;
    private readonly int inputs;

    public VariationalAutoencoder(int inputs = 784, int hidden = 40, int latent = 8) : base("vae")
    {
        this.inputs = inputs;
        fc1 = Linear(inputs, hidden);
        fc21 = Linear(hidden, latent);
        fc22 = Linear(hidden, latent);
        fc3 = Linear(latent, hidden);
        fc4 = Linear(hidden, inputs);
        RegisterComponents();
    }

    public (Tensor mu, Tensor logvar) Encode(Tensor x)
    {
        var h1 = functional.relu(fc1.forward(x));
        return (fc21.forward(h1), fc22.forward(h1));
    }

    public Tensor Decode(Tensor z) => torch.sigmoid(fc4.forward(functional.relu(fc3.forward(z))));

    private Tensor Reparameterize(Tensor mu, Tensor logvar)
    {
        if (!training)
        {
            return mu;
        }

        var std = torch.exp(0.5 * logvar);
        return mu + torch.randn_like(std) * std;
    }

    public override (Tensor reconstruction, Tensor mu, Tensor logvar) forward(Tensor x)
    {
        var (mu, logvar) = Encode(x.view(-1, inputs));
        return (Decode(Reparameterize(mu, logvar)), mu, logvar);
    }
}

/// <summary>Nearest codes, with gradients passed straight through.</summary>
public class VectorQuantizer : Module<Tensor, (Tensor quantized, Tensor loss, Tensor indices)>
{
    private readonly Embedding codebook;
    private readonly double beta;
    private readonly long dim;

    public VectorQuantizer(long codes, long dim, double beta = 0.25) : base("vq")
    {
        this.beta = beta;
        this.dim = dim;
        codebook = Embedding(codes, dim);
        RegisterComponents();
    }

    public override (Tensor quantized, Tensor loss, Tensor indices) forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        z = z.permute(0, 2, 3, 1).contiguous();
        var flat = z.view(-1, dim);
        var e = codebook.weight!;
        var d = flat.pow(2).sum(1, keepdim: true) + e.pow(2).sum(1) - 2 * flat.matmul(e.t());
        var indices = d.argmin(1);
        var q = codebook.forward(indices).view(z.shape);
        var loss = (q.detach() - z).pow(2).mean() + beta * (q - z.detach()).pow(2).mean();
        q = z + (q - z).detach();
        return scope.MoveToOuter(q.permute(0, 3, 1, 2).contiguous(), loss, indices);
    }
}

/// <summary>Four coders in a row, with the latent of each kept.</summary>
public class StackedAutoencoder : Module<Tensor, (Tensor, Tensor[])>
{
    private readonly Linear[] down;
    private readonly ModuleList<Linear> up = new();
    private readonly ModuleList<Linear> downModules;

    public StackedAutoencoder(params int[] sizes) : base("stacked")
    {
        down = new Linear[sizes.Length - 1];
        for (int i = 0; i + 1 < sizes.Length; i++)
        {
            down[i] = Linear(sizes[i], sizes[i + 1]);
            up.Insert(0, Linear(sizes[i + 1], sizes[i]));
        }

        downModules = new ModuleList<Linear>(down);
        RegisterComponents();
    }

    public static StackedAutoencoder Make() => new(16, 8, 4);

    public override (Tensor, Tensor[]) forward(Tensor x)
    {
        var latents = new Tensor[down.Length];
        for (var i = 0; i < down.Length; i++)
        {
            latents[i] = x = down[i].forward(x).tanh();
        }

        foreach (var layer in up)
        {
            x = layer.forward(x);
        }

        return (x, latents);
    }
}

/// <summary>Noise to images; layer sizes are worked out in the constructor.</summary>
public class ConvGenerator : Module<Tensor, Tensor>
{
    private readonly Sequential main;
    private readonly int latent;

    public ConvGenerator(int latent = 16, int features = 8, int channels = 1) : base("dcgan")
    {
        this.latent = latent;
        var blocks = new List<Module<Tensor, Tensor>>();
        void Block(int i, int o, int stride, int padding)
        {
            blocks.Add(ConvTranspose2d(i, o, 4, stride: stride, padding: padding, bias: false));
            blocks.Add(BatchNorm2d(o));
            blocks.Add(ReLU(true));
        }

        Block(latent, features * 2, 1, 0);
        Block(features * 2, features, 2, 1);
        blocks.Add(ConvTranspose2d(features, channels, 4, stride: 2, padding: 1));
        blocks.Add(Tanh());
        main = Sequential(blocks.ToArray());
        RegisterComponents();
    }

    public override Tensor forward(Tensor z)
    {
        if (z.dim() == 2)
        {
            z = z.unsqueeze(-1).unsqueeze(-1);
        }

        if (z.shape[1] != latent)
        {
            throw new ArgumentException($"expected {latent} latent channels, got {z.shape[1]}");
        }

        return main.forward(z);
    }
}

/// <summary>An affine flow with its log determinant.</summary>
public class AffineCoupling : Module<Tensor, (Tensor z, Tensor logDet)>
{
    private readonly Sequential net;
    private readonly Tensor mask;

    public AffineCoupling(int dim, bool even = true) : base("affine")
    {
        net = Sequential(Linear(dim, 4 * dim), LeakyReLU(0.01), Linear(4 * dim, 2 * dim));
        mask = tensor(Enumerable.Range(0, dim).Select(i => (i % 2 == 0) == even ? 1f : 0f).ToArray());
        register_buffer("mask", mask);
        RegisterComponents();
    }

    public override (Tensor z, Tensor logDet) forward(Tensor x)
    {
        var st = net.forward(x * mask).chunk(2, -1);
        var s = st[0].tanh() * (1 - mask);
        var t = st[1] * (1 - mask);
        return (x * s.exp() + t, s.sum(-1));
    }
}
