using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    private readonly Linear encoder = Linear(4, 4);

    public Net() : base("net")
    {
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        return encoder.call(x * 0.5 + 1);
    }
}
