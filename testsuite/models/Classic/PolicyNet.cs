using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Classic;

/// <summary>A small stochastic policy: observation [N, 8] -> action probabilities [N, 4].</summary>
public class PolicyNet : Module<Tensor, Tensor>
{
    private readonly Linear hidden1;
    private readonly Linear hidden2;
    private readonly Linear head;

    public PolicyNet(int observations = 8, int width = 64, int actions = 4)
        : base(nameof(PolicyNet))
    {
        hidden1 = Linear(observations, width);
        hidden2 = Linear(width, width);
        head = Linear(width, actions);

        RegisterComponents();
    }

    public override Tensor forward(Tensor observation)
    {
        using var scope = NewDisposeScope();

        var x = tanh(hidden1.call(observation));
        x = tanh(hidden2.call(x));
        return functional.softmax(head.call(x), dim: -1).MoveToOuterDisposeScope();
    }
}
