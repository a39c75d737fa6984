using DlAot;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    private readonly int mode;

    public Net(int mode) : base("net")
    {
        this.mode = mode;
    }

    [Compile(MaxVersions = 1)]
    public override Tensor forward(Tensor x) => mode == 0 ? x.exp() + 1 : x.sin() * 2;
}
