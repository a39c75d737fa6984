using TorchSharp;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        var noise = torch.rand(3);
        return x.exp() + noise;
    }
}
