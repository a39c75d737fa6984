using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Speech;

/// <summary>Gated dilated convolutions with an optional condition, as in WaveNet.</summary>
public class GatedConvStack : Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly int hidden, layers;
    private readonly ModuleList<Conv1d> in_layers = new(), res_skip_layers = new();
    private readonly Conv1d? cond_layer;
    private readonly Dropout drop;

    public GatedConvStack(int hidden = 16, int kernel = 5, int dilationRate = 2, int layers = 3, int ginChannels = 0, double dropout = 0.05) : base("wn")
    {
        this.hidden = hidden;
        this.layers = layers;
        drop = Dropout(dropout);
        if (ginChannels != 0)
        {
            cond_layer = Conv1d(ginChannels, 2 * hidden * layers, 1);
        }

        for (int i = 0; i < layers; i++)
        {
            int dilation = (int)Math.Pow(dilationRate, i);
            int padding = (kernel * dilation - dilation) / 2;
            in_layers.Add(Conv1d(hidden, 2 * hidden, kernel, dilation: dilation, padding: padding));
            res_skip_layers.Add(Conv1d(hidden, i < layers - 1 ? 2 * hidden : hidden, 1));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor x_mask, Tensor? g = null)
    {
        using var scope = NewDisposeScope();
        var output = zeros_like(x);
        if (g is not null && cond_layer is not null)
        {
            g = cond_layer.forward(g);
        }

        for (int i = 0; i < layers; i++)
        {
            var x_in = in_layers[i].forward(x);
            Tensor g_l;
            if (g is not null)
            {
                var offset = i * 2 * hidden;
                g_l = g[.., offset..(offset + 2 * hidden), ..];
            }
            else
            {
                g_l = zeros_like(x_in);
            }

            var acts = drop.forward(FusedGate(x_in, g_l, hidden));
            var res_skip = res_skip_layers[i].forward(acts);
            if (i < layers - 1)
            {
                x = (x + res_skip[.., ..hidden, ..]) * x_mask;
                output = output + res_skip[.., hidden.., ..];
            }
            else
            {
                output = output + res_skip;
            }
        }

        return (output * x_mask).MoveToOuterDisposeScope();
    }

    private static Tensor FusedGate(Tensor a, Tensor b, int channels)
    {
        var s = a + b;
        return torch.tanh(s.narrow(1, 0, channels)) * torch.sigmoid(s.narrow(1, channels, channels));
    }
}

/// <summary>An invertible layer: half of the channels decides how the other half is moved.</summary>
public class CouplingLayer : Module<Tensor, Tensor, bool, (Tensor, Tensor?)>
{
    private readonly int half;
    private readonly bool meanOnly;
    private readonly Conv1d pre, post;
    private readonly GatedConvStack enc;

    public CouplingLayer(int channels, int hidden, bool meanOnly = false) : base("coupling")
    {
        if (channels % 2 != 0)
        {
            throw new ArgumentException("channels should be divisible by 2");
        }

        half = channels / 2;
        this.meanOnly = meanOnly;
        pre = Conv1d(half, hidden, 1);
        enc = new GatedConvStack(hidden, 3, 1, 2);
        post = Conv1d(hidden, meanOnly ? half : half * 2, 1);
        RegisterComponents();
    }

    public override (Tensor, Tensor?) forward(Tensor x, Tensor x_mask, bool reverse = false)
    {
        var parts = x.split(half, 1);
        var (x0, x1) = (parts[0], parts[1]);
        var h = enc.forward(pre.forward(x0) * x_mask, x_mask, null);
        var stats = post.forward(h) * x_mask;
        Tensor m, logs;
        if (!meanOnly)
        {
            var s = stats.split(half, 1);
            m = s[0];
            logs = s[1];
        }
        else
        {
            m = stats;
            logs = zeros_like(m);
        }

        if (!reverse)
        {
            x1 = m + x1 * torch.exp(logs) * x_mask;
            return (cat([x0, x1], 1), logs.sum([1, 2]));
        }

        x1 = (x1 - m) * torch.exp(-logs) * x_mask;
        return (cat([x0, x1], 1), null);
    }

    public static CouplingLayer Small() => new(8, 12, true);
}

public class DurationPredictor : Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly Conv1d conv_1, conv_2, proj;
    private readonly LayerNorm norm_1, norm_2;
    private readonly Conv1d? cond;

    public DurationPredictor(int inChannels, int filter, int gin = 0) : base("dp")
    {
        conv_1 = Conv1d(inChannels, filter, 3, padding: 1);
        norm_1 = LayerNorm(filter);
        conv_2 = Conv1d(filter, filter, 3, padding: 1);
        norm_2 = LayerNorm(filter);
        proj = Conv1d(filter, 1, 1);
        cond = gin > 0 ? Conv1d(gin, inChannels, 1) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask, Tensor? g)
    {
        x = x.detach();
        if (g is not null)
        {
            g = g.detach();
            x = x + cond!.forward(g);
        }

        x = norm_1.forward(functional.relu(conv_1.forward(x * mask)).transpose(1, 2)).transpose(1, 2);
        x = norm_2.forward(functional.relu(conv_2.forward(x * mask)).transpose(1, 2)).transpose(1, 2);
        return proj.forward(x * mask) * mask;
    }
}

/// <summary>Repeats every phoneme as often as its duration says.</summary>
public class LengthRegulator : Module<Tensor, Tensor, (Tensor, Tensor)>
{
    public LengthRegulator() : base("length_regulator")
    {
    }

    public override (Tensor, Tensor) forward(Tensor x, Tensor durations)
    {
        var lengths = durations.sum(1);
        var max = lengths.max().ToInt32();
        var rows = new List<Tensor>();
        for (int i = 0; i < x.shape[0]; i++)
        {
            var row = x[i].repeat_interleave(durations[i], 0);
            rows.Add(functional.pad(row, [0, 0, 0, max - row.shape[0]]));
        }

        return (stack(rows), lengths);
    }
}

/// <summary>A mask of valid positions, and a text encoder that uses it.</summary>
public class PhonemeEncoder : Module<Tensor, Tensor, (Tensor x, Tensor mask)>
{
    private readonly Embedding emb;
    private readonly ModuleList<Conv1d> convs = new();
    private readonly int width;

    public PhonemeEncoder(int vocabulary, int width, int layers = 2) : base("phonemes")
    {
        this.width = width;
        emb = Embedding(vocabulary, width);
        for (int i = 0; i < layers; i++)
        {
            convs.Add(Conv1d(width, width, 5, padding: 2));
        }

        RegisterComponents();
    }

    private static Tensor SequenceMask(Tensor length, long? max = null)
    {
        var n = max ?? length.max().ToInt64();
        var x = torch.arange(n, dtype: length.dtype, device: length.device);
        return x.unsqueeze(0) < length.unsqueeze(1);
    }

    public override (Tensor x, Tensor mask) forward(Tensor tokens, Tensor lengths)
    {
        var x = emb.forward(tokens) * Math.Sqrt(width);
        x = x.transpose(1, -1);
        var mask = SequenceMask(lengths, x.size(2)).unsqueeze(1).to(x.dtype);
        foreach (var conv in convs)
        {
            x = functional.relu(conv.forward(x * mask)) + x;
        }

        return (x * mask, mask);
    }
}
