using static TorchSharp.torch.nn;
using static TorchSharp.torch;

public class Net : Module<Tensor, Tensor>
{
    private readonly jit.ScriptModule<Tensor, Tensor> encoder = jit.load<Tensor, Tensor>("encoder.pt");

    public Net() : base("net") { }

    public override Tensor forward(Tensor x)
    {
        return encoder.call(x * 0.5 + 1);
    }
}
