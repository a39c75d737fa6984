using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Corpus.General;

/// <summary>Causal convolution: what comes too much at the end is cut off.</summary>
public class TemporalBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv1d conv1, conv2;
    private readonly Conv1d? downsample;
    private readonly Dropout dropout1, dropout2;
    private readonly int padding;

    public TemporalBlock(int inputs, int outputs, int kernel = 3, int dilation = 1, double dropout = 0.2) : base("tcn")
    {
        padding = (kernel - 1) * dilation;
        conv1 = nn.Conv1d(inputs, outputs, kernel, padding: padding, dilation: dilation);
        conv2 = nn.Conv1d(outputs, outputs, kernel, padding: padding, dilation: dilation);
        dropout1 = nn.Dropout(dropout);
        dropout2 = nn.Dropout(dropout);
        downsample = inputs != outputs ? nn.Conv1d(inputs, outputs, 1) : null;
        RegisterComponents();
    }

    private Tensor Chomp(Tensor x) => x[.., .., ..^padding].contiguous();

    public override Tensor forward(Tensor x)
    {
        var y = dropout1.forward(F.relu(Chomp(conv1.forward(x))));
        y = dropout2.forward(F.relu(Chomp(conv2.forward(y))));
        var res = downsample == null ? x : downsample.forward(x);
        return F.relu(y + res);
    }
}

/// <summary>Splits a series into trend and rest by a moving average.</summary>
public class SeriesDecomposition : nn.Module<Tensor, (Tensor seasonal, Tensor trend)>
{
    private readonly int kernel;

    public SeriesDecomposition(int kernel = 5) : base("decomposition") => this.kernel = kernel;

    public override (Tensor seasonal, Tensor trend) forward(Tensor x)
    {
        var front = x[.., 0..1].repeat(1, (kernel - 1) / 2, 1);
        var end = x[.., ^1..].repeat(1, (kernel - 1) / 2, 1);
        var padded = torch.cat([front, x, end], dim: 1);
        var trend = F.avg_pool1d(padded.permute(0, 2, 1), kernel, stride: 1).permute(0, 2, 1);
        return (x - trend, trend);
    }
}

public class ForecastOptions
{
    public int InputLength = 12;
    public int Horizon = 4;
    public int Channels = 3;
    public bool Individual;
}

/// <summary>Linear forecasts of trend and season, with a layer for each channel where that is asked for.</summary>
public class LinearForecaster : nn.Module<Tensor, Tensor>
{
    private readonly ForecastOptions options;
    private readonly SeriesDecomposition decomposition = new();
    private readonly ModuleList<Linear> seasonal = new(), trend = new();

    public LinearForecaster(ForecastOptions options) : base("dlinear")
    {
        this.options = options;
        for (int i = 0; i < (options.Individual ? options.Channels : 1); i++)
        {
            seasonal.Add(nn.Linear(options.InputLength, options.Horizon));
            trend.Add(nn.Linear(options.InputLength, options.Horizon));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var (s, t) = decomposition.forward(x);
        s = s.permute(0, 2, 1);
        t = t.permute(0, 2, 1);
        if (!options.Individual)
        {
            return (seasonal[0].forward(s) + trend[0].forward(t)).permute(0, 2, 1);
        }

        var y = torch.zeros(s.shape[0], s.shape[1], options.Horizon, dtype: s.dtype, device: s.device);
        for (int i = 0; i < options.Channels; i++)
        {
            y[.., i] = seasonal[i].forward(s[.., i]) + trend[i].forward(t[.., i]);
        }

        return y.permute(0, 2, 1);
    }
}

/// <summary>Normalises each series and undoes that afterwards.</summary>
public class ReversibleNorm : nn.Module<Tensor, string, Tensor>
{
    private readonly Parameter weight, bias;
    private Tensor? mean, stdev;

    public ReversibleNorm(int features) : base("revin")
    {
        weight = nn.Parameter(torch.ones(features));
        bias = nn.Parameter(torch.zeros(features));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, string mode)
    {
        if (mode == "norm")
        {
            mean = x.mean([1], keepdim: true).detach();
            stdev = torch.sqrt(x.var([1], unbiased: false, keepdim: true) + 1e-5).detach();
            return (x - mean) / stdev * weight + bias;
        }
        else if (mode == "denorm")
        {
            return (x - bias) / weight * stdev! + mean!;
        }

        throw new NotImplementedException(mode);
    }
}

/// <summary>Strong frequencies are kept, weak ones are set to zero.</summary>
public class TopFrequencies : nn.Module<Tensor, Tensor>
{
    private readonly int k;

    public TopFrequencies(int k = 2) : base("top_k") => this.k = k;

    public override Tensor forward(Tensor x)
    {
        var (values, _) = x.abs().topk(k, -1);
        var least = values.min(-1, keepdim: true).values;
        return torch.where(x.abs() >= least, x, torch.zeros_like(x));
    }
}

/// <summary>Pools sequences of different lengths.</summary>
public class LastStatePooler : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly GRU gru;

    public LastStatePooler(int inputs, int hidden) : base("last_state")
    {
        gru = nn.GRU(inputs, hidden, batchFirst: true);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor lengths)
    {
        var (y, _) = gru.forward(x);
        var index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, y.size(2));
        return y.gather(1, index).squeeze(1);
    }
}
