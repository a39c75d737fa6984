using DlAot;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    private readonly Conv2d first = Conv2d(3, 8, 3);

    public Net() : base("net")
    {
        RegisterComponents();
    }

    [Compile(Signature = "forward(x: f32[N,C,H,W])")]
    public override Tensor forward(Tensor x)
    {
        return first.call(x).relu();
    }
}
