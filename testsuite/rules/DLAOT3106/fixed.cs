using DlAot;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    public Net() : base("net") { }

    [Compile(Dynamic = false, Signature = "forward(x: f32[8,4])")]
    public override Tensor forward(Tensor x) => x.exp() + 1;
}
