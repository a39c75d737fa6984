using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Corpus.Speech;

public enum Subsampling
{
    None,
    Conv2,
    Conv4,
}

/// <summary>Shortens a sequence of frames by strided convolutions.</summary>
public class FrameSubsampling : nn.Module<Tensor, Tensor>
{
    private readonly Subsampling kind;
    private readonly Conv2d conv1, conv2;
    private readonly Linear output;

    public FrameSubsampling(int bands, int width, Subsampling kind = Subsampling.Conv4) : base("subsampling")
    {
        this.kind = kind;
        conv1 = nn.Conv2d(1, width, 3, stride: 2, padding: 1);
        conv2 = nn.Conv2d(width, width, 3, stride: 2, padding: 1);
        output = nn.Linear(width * (kind == Subsampling.Conv4 ? bands / 4 : bands / 2), width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        switch (kind)
        {
            case Subsampling.None:
                return x;
            case Subsampling.Conv2:
                x = nn.functional.relu(conv1.forward(x.unsqueeze(1)));
                break;
            case Subsampling.Conv4:
                x = nn.functional.relu(conv1.forward(x.unsqueeze(1)));
                x = nn.functional.relu(conv2.forward(x));
                break;
            default:
                throw new InvalidOperationException($"unknown subsampling {kind}");
        }

        var (b, c, t, f) = (x.size(0), x.size(1), x.size(2), x.size(3));
        return output.forward(x.transpose(1, 2).contiguous().view(b, t, c * f));
    }
}

/// <summary>Pointwise, gate, depthwise, norm, pointwise.</summary>
public class ConformerConvolution : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm;
    private readonly Conv1d pointwise1, depthwise, pointwise2;
    private readonly BatchNorm1d bn;
    private readonly Dropout dropout;

    public ConformerConvolution(int width, int kernel = 7) : base("conformer_conv")
    {
        norm = nn.LayerNorm(width);
        pointwise1 = nn.Conv1d(width, 2 * width, 1);
        depthwise = nn.Conv1d(width, width, kernel, padding: kernel / 2, groups: width);
        bn = nn.BatchNorm1d(width);
        pointwise2 = nn.Conv1d(width, width, 1);
        dropout = nn.Dropout(0.1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = norm.forward(x).transpose(1, 2);
        var gate = pointwise1.forward(y).chunk(2, 1);
        y = gate[0] * gate[1].sigmoid();
        y = nn.functional.silu(bn.forward(depthwise.forward(y)));
        return x + dropout.forward(pointwise2.forward(y).transpose(1, 2));
    }
}

/// <summary>Recurrent acoustic model with log probabilities for CTC.</summary>
public class AcousticModel : nn.Module<Tensor, Tensor>
{
    private readonly GRU rnn;
    private readonly Linear fc;
    private readonly LogSoftmax log;

    public AcousticModel(int features, int hidden, int tokens) : base("acoustic")
    {
        rnn = nn.GRU(features, hidden, numLayers: 1, batchFirst: true, bidirectional: true);
        fc = nn.Linear(hidden * 2, tokens);
        log = nn.LogSoftmax(2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var (y, _) = rnn.forward(x);
        return log.forward(fc.forward(y)).transpose(0, 1);
    }
}

/// <summary>Statistics over time, weighted by attention.</summary>
public class AttentiveStatisticsPooling : nn.Module<Tensor, Tensor>
{
    private readonly Conv1d tdnn, conv;

    public AttentiveStatisticsPooling(int channels, int bottleneck = 8) : base("asp")
    {
        tdnn = nn.Conv1d(channels * 3, bottleneck, 1);
        conv = nn.Conv1d(bottleneck, channels, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var t = x.shape[2];
        var mean = x.mean([2], keepdim: true).expand(-1, -1, t);
        var std = torch.sqrt(x.var([2], unbiased: false, keepdim: true).clamp(min: 1e-7)).expand(-1, -1, t);
        var a = conv.forward(torch.tanh(tdnn.forward(torch.cat([x, mean, std], 1)))).softmax(2);
        var mu = (x * a).sum(2);
        var sg = ((x.pow(2) * a).sum(2) - mu.pow(2)).clamp(min: 1e-7).sqrt();
        return torch.cat([mu, sg], 1);
    }
}

/// <summary>Log energies of mel bands out of a power spectrum.</summary>
public class MelFilter : nn.Module<Tensor, Tensor>
{
    private readonly Tensor filters;
    private readonly bool normalize;

    public MelFilter(int bins, int bands, bool normalize = true) : base("mel")
    {
        this.normalize = normalize;
        filters = torch.linspace(0, 1, bins * bands).view(bands, bins);
        register_buffer("filters", filters);
    }

    public override Tensor forward(Tensor power)
    {
        var mel = filters.matmul(power).clamp(min: 1e-10).log10();
        if (normalize)
        {
            mel = torch.maximum(mel, mel.amax([-1, -2], keepdim: true) - 8.0);
            mel = (mel + 4.0) / 4.0;
        }

        return mel;
    }
}
