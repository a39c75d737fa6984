using DlAot;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    [Compile(Freeze = true)]
    public override Tensor forward(Tensor x) => x.exp() + 1;
}
