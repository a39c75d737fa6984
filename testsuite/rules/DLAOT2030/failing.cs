using DlAot;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        var hidden = x.exp() + 1;
        return Scale(hidden) * 2;
    }

    [Eager]
    private static Tensor Scale(Tensor x) => x.sin() + 1;
}
