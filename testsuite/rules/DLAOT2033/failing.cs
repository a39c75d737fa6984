using System.Collections.Generic;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    private readonly Parameter shift = new(zeros(3));
    private readonly IEnumerable<Parameter> all;

    public Net() : base("net")
    {
        RegisterComponents();
        all = parameters();
    }

    public override Tensor forward(Tensor x)
    {
        var y = x.exp() + 1;
        foreach (var p in all) y = y + p.sum();

        return y;
    }
}
