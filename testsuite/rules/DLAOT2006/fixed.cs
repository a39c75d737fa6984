using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        var hidden = x.exp() + 1;
        var first = hidden.flatten()[0];
        return hidden * first;
    }
}
