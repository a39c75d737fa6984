using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    private readonly Parameter shift = new(zeros(3));

    public Net() : base("net")
    {
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = x.exp() + 1;
        foreach (var p in parameters()) y = y + p.sum();

        return y;
    }
}
