using System;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net")
    {
        register_forward_hook((_, _, y) =>
        {
            Console.WriteLine($"mean {y.mean().item<float>()}");
            return y;
        });
    }

    public override Tensor forward(Tensor x)
    {
        var y = x.exp() * 2 + 1;
        return y;
    }
}
