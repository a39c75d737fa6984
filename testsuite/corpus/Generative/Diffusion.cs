using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Generative;

public static class Embeddings
{
    /// <summary>Sines and cosines of time steps.</summary>
    public static Tensor Timestep(Tensor timesteps, int dim, int maxPeriod = 10000)
    {
        var half = dim / 2;
        var freqs = exp(-Math.Log(maxPeriod) * arange(0, half, dtype: ScalarType.Float32, device: timesteps.device) / half);
        var args = timesteps.unsqueeze(1).to(ScalarType.Float32) * freqs.unsqueeze(0);
        var embedding = cat([args.cos(), args.sin()], dim: -1);
        if (dim % 2 == 1)
        {
            embedding = cat([embedding, zeros_like(embedding[.., ..1])], dim: -1);
        }

        return embedding;
    }

    public static Tensor Swish(this Tensor x) => x * x.sigmoid();
}

public class TimeEmbedding : Module<Tensor, Tensor>
{
    private readonly int channels;
    private readonly Linear linear_1, linear_2;

    public TimeEmbedding(int channels) : base("time")
    {
        this.channels = channels;
        linear_1 = Linear(channels, channels * 4);
        linear_2 = Linear(channels * 4, channels * 4);
        RegisterComponents();
    }

    public override Tensor forward(Tensor t) => linear_2.forward(linear_1.forward(Embeddings.Timestep(t, channels)).Swish());
}

/// <summary>A residual block that is told the time step.</summary>
public class TimedResBlock : Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential in_layers, emb_layers, out_layers;
    private readonly Module<Tensor, Tensor> skip;
    private readonly bool scaleShift;

    public TimedResBlock(int channels, int embChannels, int? outChannels = null, bool scaleShift = false) : base("resblock")
    {
        var o = outChannels ?? channels;
        this.scaleShift = scaleShift;
        in_layers = Sequential(GroupNorm(4, channels), SiLU(), Conv2d(channels, o, 3, padding: 1));
        emb_layers = Sequential(SiLU(), Linear(embChannels, scaleShift ? 2 * o : o));
        out_layers = Sequential(GroupNorm(4, o), SiLU(), Dropout(0.1), Conv2d(o, o, 3, padding: 1));
        skip = o == channels ? Identity() : Conv2d(channels, o, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor emb)
    {
        using var scope = NewDisposeScope();
        var h = in_layers.forward(x);
        var e = emb_layers.forward(emb);
        while (e.ndim < h.ndim)
        {
            e = e.unsqueeze(-1);
        }

        if (scaleShift)
        {
            var c = e.chunk(2, dim: 1);
            h = h * (1 + c[0]) + c[1];
            h = out_layers.forward(h);
        }
        else
        {
            h = out_layers.forward(h + e);
        }

        return (skip.forward(x) + h).MoveToOuterDisposeScope();
    }
}

public class SpatialSelfAttention : Module<Tensor, Tensor>
{
    private readonly GroupNorm norm;
    private readonly Conv2d q, k, v, proj_out;

    public SpatialSelfAttention(int channels) : base("attn")
    {
        norm = GroupNorm(4, channels);
        q = Conv2d(channels, channels, 1);
        k = Conv2d(channels, channels, 1);
        v = Conv2d(channels, channels, 1);
        proj_out = Conv2d(channels, channels, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = norm.forward(x);
        var (b, c, hh, ww) = (h.shape[0], h.shape[1], h.shape[2], h.shape[3]);
        var qq = q.forward(h).reshape(b, c, hh * ww).permute(0, 2, 1);
        var kk = k.forward(h).reshape(b, c, hh * ww);
        var w = torch.bmm(qq, kk) * Math.Pow(c, -0.5);
        w = functional.softmax(w, dim: 2).permute(0, 2, 1);
        var vv = v.forward(h).reshape(b, c, hh * ww);
        h = torch.bmm(vv, w).reshape(b, c, hh, ww);
        return (x + proj_out.forward(h)).MoveToOuterDisposeScope();
    }
}

/// <summary>Hands the time step to those children that want it.</summary>
public class TimestepSequence : Module<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<Module> layers = new();

    public TimestepSequence(int channels, int embChannels) : base("timestep_seq")
    {
        layers.Add(Conv2d(channels, channels, 3, padding: 1));
        layers.Add(new TimedResBlock(channels, embChannels));
        layers.Add(new SpatialSelfAttention(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor emb)
    {
        foreach (var layer in layers)
        {
            x = layer switch
            {
                TimedResBlock block => block.forward(x, emb),
                Module<Tensor, Tensor> simple => simple.forward(x),
                _ => throw new InvalidOperationException($"unexpected {layer.GetType().Name}"),
            };
        }

        return x;
    }
}

/// <summary>Adds as much noise as the time step asks for.</summary>
public class NoiseSchedule : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly Tensor sqrtAlphas, sqrtOneMinus;

    public NoiseSchedule(int steps = 50, double start = 1e-4, double end = 0.02) : base("schedule")
    {
        var alphas = (1.0 - linspace(start, end, steps)).cumprod(0);
        sqrtAlphas = alphas.sqrt();
        sqrtOneMinus = (1.0 - alphas).sqrt();
        RegisterComponents();
    }

    private static Tensor Extract(Tensor a, Tensor t, long[] shape)
    {
        var o = a.gather(-1, t);
        return o.reshape([t.shape[0], .. Enumerable.Repeat(1L, shape.Length - 1)]);
    }

    public override Tensor forward(Tensor x, Tensor t, Tensor noise) =>
        Extract(sqrtAlphas, t, x.shape) * x + Extract(sqrtOneMinus, t, x.shape) * noise;
}

/// <summary>Walks over its own children and treats them by their types.</summary>
public class ChildWalker : Module<Tensor, Tensor>
{
    private readonly Conv2d first;
    private readonly BatchNorm2d norm;
    private readonly Dropout drop;
    private readonly SpatialSelfAttention attention;

    public ChildWalker(int channels) : base("walker")
    {
        first = Conv2d(channels, channels, 3, padding: 1);
        norm = BatchNorm2d(channels);
        drop = Dropout(0.2);
        attention = new SpatialSelfAttention(channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var child in children())
        {
            switch (child)
            {
                case Conv2d c:
                    x = c.forward(x).relu();
                    break;
                case BatchNorm2d b:
                    x = b.forward(x);
                    break;
                case TorchSharp.Modules.Dropout when !training:
                    break;
                case Module<Tensor, Tensor> m:
                    x = m.forward(x);
                    break;
            }
        }

        return x;
    }
}
