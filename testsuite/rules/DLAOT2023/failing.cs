using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        for (int i = 0; i < 1500; i++) x = x.matmul(x) * 0.1;

        return x;
    }
}
