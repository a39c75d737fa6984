using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Classic;

/// <summary>GELU, tanh and a layer norm spelled out with operators: [..., width] -> [..., width].</summary>
public class PointwiseChain : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly double scale;
    private readonly double eps;

    public PointwiseChain(int width = 512, double scale = 1.5, double eps = 1e-5)
        : base(nameof(PointwiseChain))
    {
        weight = Parameter(ones(width));
        bias = Parameter(zeros(width));
        this.scale = scale;
        this.eps = eps;

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        var h = functional.gelu(x);
        h = tanh(h * scale) + 0.5 * x;

        var mean = h.mean([-1], keepdim: true);
        var variance = h.var(-1, unbiased: false, keepdim: true);
        var normalised = (h - mean) / sqrt(variance + eps);

        return (normalised * weight + bias).MoveToOuterDisposeScope();
    }
}
