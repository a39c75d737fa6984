using System;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        var y = x.exp() * 2 + 1;
        Console.WriteLine($"mean {y.mean().item<float>()}");
        return y;
    }
}
