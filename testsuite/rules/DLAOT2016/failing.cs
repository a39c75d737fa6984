using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var hidden = x.exp() + 1;
        return hidden * 2;
    }
}
