using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Overhead;

/// <summary>Ten tensors and next to no arithmetic: what is measured is the call. [N, width] -> [N, width].</summary>
public class TenTensors : Module<Tensor, Tensor>
{
    private readonly Parameter a;
    private readonly Parameter b;
    private readonly Parameter c;
    private readonly Parameter d;
    private readonly Parameter e;
    private readonly Parameter f;
    private readonly Parameter g;
    private readonly Parameter h;
    private readonly Parameter i;

    public TenTensors(int width = 8)
        : base(nameof(TenTensors))
    {
        a = Parameter(randn(width));
        b = Parameter(randn(width));
        c = Parameter(randn(width));
        d = Parameter(randn(width));
        e = Parameter(randn(width));
        f = Parameter(randn(width));
        g = Parameter(randn(width));
        h = Parameter(randn(width));
        i = Parameter(randn(width));

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        return (x + a + b + c + d + e + f + g + h + i).MoveToOuterDisposeScope();
    }
}
