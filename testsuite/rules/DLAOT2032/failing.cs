using TorchSharp;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        var sizes = zeros(3, device: META);
        return x.exp() * sizes.numel() + 1;
    }
}
