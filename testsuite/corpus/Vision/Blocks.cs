using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Corpus.Vision;

/// <summary>Channel and spatial attention in a row.</summary>
public class Cbam : Module<Tensor, Tensor>
{
    private readonly Sequential mlp;
    private readonly Conv2d spatial;

    public Cbam(int channels, int reduction = 4) : base("cbam")
    {
        mlp = Sequential(Linear(channels, channels / reduction), ReLU(), Linear(channels / reduction, channels));
        spatial = Conv2d(2, 1, 7, padding: 3, bias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var avg = mlp.forward(F.adaptive_avg_pool2d(x, [1, 1]).flatten(1));
        var max = mlp.forward(x.amax([2, 3]));
        x = x * sigmoid(avg + max).unsqueeze(2).unsqueeze(3);
        var (mx, _) = x.max(1, keepdim: true);
        var pooled = cat([x.mean([1], keepdim: true), mx], 1);
        return x * spatial.forward(pooled).sigmoid();
    }
}

public class ChannelShuffle : Module<Tensor, Tensor>
{
    private readonly int groups;
    private readonly Conv2d left;

    public ChannelShuffle(int channels, int groups = 2) : base("shuffle")
    {
        this.groups = groups;
        left = Conv2d(channels / 2, channels / 2, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var halves = x.chunk(2, 1);
        var y = cat([halves[0], left.forward(halves[1])], 1);
        var (n, c, h, w) = (y.shape[0], y.shape[1], y.shape[2], y.shape[3]);
        return y.view(n, groups, c / groups, h, w).transpose(1, 2).contiguous().view(n, c, h, w);
    }
}

/// <summary>Trades resolution for channels by strided slices.</summary>
public class FocusLayer : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;

    public FocusLayer(int inputs, int outputs) : base("focus")
    {
        conv = Conv2d(inputs * 4, outputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var parts = new[]
        {
            x[TensorIndex.Ellipsis, TensorIndex.Slice(null, null, 2), TensorIndex.Slice(null, null, 2)],
            x[TensorIndex.Ellipsis, TensorIndex.Slice(1, null, 2), TensorIndex.Slice(null, null, 2)],
            x[TensorIndex.Ellipsis, TensorIndex.Slice(null, null, 2), TensorIndex.Slice(1, null, 2)],
            x[TensorIndex.Ellipsis, TensorIndex.Slice(1, null, 2), TensorIndex.Slice(1, null, 2)],
        };
        return F.silu(conv.forward(cat(parts, 1)));
    }
}

public class AtrousPyramid : Module<Tensor, Tensor>
{
    private readonly ModuleList<Conv2d> branches = new();
    private readonly Conv2d image, project;

    public AtrousPyramid(int inputs, int outputs, params int[] rates) : base("aspp")
    {
        branches.Add(Conv2d(inputs, outputs, 1));
        foreach (var rate in rates)
        {
            branches.Add(Conv2d(inputs, outputs, 3, padding: rate, dilation: rate));
        }

        image = Conv2d(inputs, outputs, 1);
        project = Conv2d(outputs * (rates.Length + 2), outputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var results = branches.Select(b => F.relu(b.forward(x))).ToList();
        var pooled = F.relu(image.forward(x.mean([2, 3], keepdim: true)));
        results.Add(pooled.expand(-1, -1, x.shape[2], x.shape[3]));
        return project.forward(cat(results, 1));
    }

    public static AtrousPyramid Default() => new(8, 8, 2, 3);
}

/// <summary>Drops whole residual branches while training.</summary>
public class StochasticDepth : Module<Tensor, Tensor>
{
    private readonly double p;
    private readonly Conv2d inner;

    public StochasticDepth(int channels, double p = 0.2) : base("stochastic_depth")
    {
        this.p = p;
        inner = Conv2d(channels, channels, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        if (training && rand(1).item<float>() < p)
        {
            return x;
        }

        return x + inner.forward(x) * (training ? 1.0 : 1.0 - p);
    }
}

/// <summary>Pads so that the output is as large as the input divided by the stride, rounded up.</summary>
public class SamePadConv2d : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly int kernel, stride;

    public SamePadConv2d(int inputs, int outputs, int kernel = 3, int stride = 2) : base("same")
    {
        (this.kernel, this.stride) = (kernel, stride);
        conv = Conv2d(inputs, outputs, kernel, stride: stride);
        RegisterComponents();
    }

    private long Needed(long size) => Math.Max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);

    public override Tensor forward(Tensor x)
    {
        var ph = Needed(x.shape[2]);
        var pw = Needed(x.shape[3]);
        if (ph > 0 || pw > 0)
        {
            x = F.pad(x, [pw / 2, pw - pw / 2, ph / 2, ph - ph / 2]);
        }

        return conv.forward(x);
    }
}
