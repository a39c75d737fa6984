using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Corpus.General;

public class RmsNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly double eps;

    public RmsNorm(long dim, double eps = 1e-6) : base("RmsNorm")
    {
        weight = nn.Parameter(torch.ones(dim));
        this.eps = eps;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var dtype = x.dtype;
        var h = x.to(ScalarType.Float32);
        var variance = h.pow(2).mean([-1], keepdim: true);
        h = h * torch.rsqrt(variance + eps);
        return weight * h.to(dtype);
    }
}

/// <summary>Layer normalisation over the channels of an image.</summary>
public class LayerNorm2d : nn.Module<Tensor, Tensor>
{
    public readonly Parameter weight;
    public readonly Parameter bias;
    private readonly float eps = 1e-6f;

    public LayerNorm2d(int channels) : base(nameof(LayerNorm2d))
    {
        weight = nn.Parameter(ones(channels));
        bias = nn.Parameter(zeros(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var d = torch.NewDisposeScope();
        var u = x.mean(new long[] { 1 }, keepdim: true);
        var s = (x - u).pow(2).mean(new long[] { 1 }, keepdim: true);
        x = (x - u) / torch.sqrt(s + eps);
        x = weight.unsqueeze(-1).unsqueeze(-1) * x + bias.unsqueeze(-1).unsqueeze(-1);
        return d.MoveToOuter(x);
    }
}

/// <summary>Scale and shift come from a condition.</summary>
public class AdaptiveLayerNorm : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly LayerNorm norm;
    private readonly Linear modulation;

    public AdaptiveLayerNorm(long width, long condition) : base("ada_ln")
    {
        norm = nn.LayerNorm(width, elementwise_affine: false);
        modulation = nn.Linear(condition, 2 * width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor c)
    {
        var m = modulation.forward(nn.functional.silu(c)).chunk(2, dim: 1);
        return norm.forward(x) * (1 + m[1].unsqueeze(1)) + m[0].unsqueeze(1);
    }
}

public enum NormKind
{
    Batch,
    Instance,
    Group,
    None,
}

/// <summary>Convolution, a norm chosen by an enum, an activation chosen by name.</summary>
public class ConvNormAct : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly nn.Module<Tensor, Tensor>? norm;
    private readonly nn.Module<Tensor, Tensor> act;

    public ConvNormAct(int inChannels, int outChannels, int kernel = 3, NormKind kind = NormKind.Batch, string activation = "relu") : base(nameof(ConvNormAct))
    {
        conv = nn.Conv2d(inChannels, outChannels, kernel, padding: kernel / 2, bias: kind == NormKind.None);
        norm = kind switch
        {
            NormKind.Batch => nn.BatchNorm2d(outChannels),
            NormKind.Instance => nn.InstanceNorm2d(outChannels, affine: true),
            NormKind.Group => nn.GroupNorm(4, outChannels),
            _ => null,
        };
        act = activation switch
        {
            "relu" => nn.ReLU(),
            "silu" => nn.SiLU(),
            "gelu" => nn.GELU(),
            _ => throw new NotSupportedException(activation),
        };
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = conv.forward(x);
        if (norm != null)
        {
            x = norm.forward(x);
        }

        return act.forward(x);
    }
}

/// <summary>Convolution whose weight is standardised in every call.</summary>
public class WeightStandardizedConv2d : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight, bias;
    private readonly long stride, padding;

    public WeightStandardizedConv2d(long inputs, long outputs, long kernel, long stride = 1, long padding = 0) : base("ws_conv")
    {
        weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel));
        bias = nn.Parameter(torch.zeros(outputs));
        this.stride = stride;
        this.padding = padding;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var mean = weight.mean([1, 2, 3], keepdim: true);
        var std = weight.std([1, 2, 3], unbiased: false, keepdim: true);
        var w = (weight - mean) / (std + 1e-5);
        return nn.functional.conv2d(input, w, bias, strides: [stride, stride], padding: [padding, padding]);
    }
}
