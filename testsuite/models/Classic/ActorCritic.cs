using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Classic;

/// <summary>Policy and value on one trunk: observation [N, 8] -> (probabilities [N, 4], value [N]).</summary>
public class ActorCritic : Module<Tensor, (Tensor probabilities, Tensor value)>
{
    private readonly Sequential trunk;
    private readonly Linear actor;
    private readonly Linear critic;

    public ActorCritic(int observations = 8, int width = 64, int actions = 4)
        : base(nameof(ActorCritic))
    {
        trunk = Sequential(
            ("hidden1", Linear(observations, width)),
            ("act1", Tanh()),
            ("hidden2", Linear(width, width)),
            ("act2", Tanh()));
        actor = Linear(width, actions);
        critic = Linear(width, 1);

        RegisterComponents();
    }

    public override (Tensor probabilities, Tensor value) forward(Tensor observation)
    {
        using var features = trunk.forward(observation);
        using var logits = actor.forward(features);
        using var value = critic.forward(features);
        return (softmax(logits, 1), value.squeeze(-1));
    }
}
