using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Control;

public class ActorCriticNet : Module<Tensor, (Tensor policy, Tensor value)>
{
    private readonly Linear affine1, action_head, value_head;

    public ActorCriticNet(int observations, int actions, int hidden = 32) : base("actor_critic")
    {
        affine1 = Linear(observations, hidden);
        action_head = Linear(hidden, actions);
        value_head = Linear(hidden, 1);
        RegisterComponents();
    }

    public override (Tensor policy, Tensor value) forward(Tensor x)
    {
        x = functional.relu(affine1.forward(x));
        return (functional.softmax(action_head.forward(x), dim: -1), value_head.forward(x));
    }
}

public class DuelingNetwork : Module<Tensor, Tensor>
{
    private readonly Sequential features, advantage, value;

    public DuelingNetwork(long inputs, long outputs) : base("dueling")
    {
        features = Sequential(Linear(inputs, 32), ReLU());
        advantage = Sequential(Linear(32, 32), ReLU(), Linear(32, outputs));
        value = Sequential(Linear(32, 32), ReLU(), Linear(32, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = features.call(x);
        var a = advantage.call(x);
        var v = value.call(x);
        return v + a - a.mean([1], keepdim: true);
    }
}

/// <summary>A squashed normal distribution with the log probability of an action given or of its mean.</summary>
public class SquashedGaussianPolicy : Module<Tensor, Tensor?, (Tensor action, Tensor logProb)>
{
    private const double LogStdMin = -20, LogStdMax = 2;
    private readonly ModuleList<Linear> hidden = new();
    private readonly Linear mean, logStd;
    private readonly float actionScale;

    public SquashedGaussianPolicy(int observations, int actions, int[] widths, float actionScale = 1f) : base("sac_actor")
    {
        var last = observations;
        foreach (var w in widths)
        {
            hidden.Add(Linear(last, w));
            last = w;
        }

        mean = Linear(last, actions);
        logStd = Linear(last, actions);
        this.actionScale = actionScale;
        RegisterComponents();
    }

    public static SquashedGaussianPolicy Default(int observations, int actions) => new(observations, actions, [24, 24]);

    public override (Tensor action, Tensor logProb) forward(Tensor state, Tensor? given = null)
    {
        var h = state;
        foreach (var l in hidden)
        {
            h = l.forward(h).relu();
        }

        var mu = mean.forward(h);
        var std = logStd.forward(h).clamp(LogStdMin, LogStdMax).exp();
        var u = given ?? mu;
        var logp = -0.5 * ((u - mu) / std).pow(2) - std.log() - 0.5 * Math.Log(2 * Math.PI);
        var action = u.tanh();
        logp -= (actionScale * (1 - action.pow(2)) + 1e-6).log();
        return (action * actionScale, logp.sum(1, keepdim: true));
    }
}

/// <summary>Weights get noise while training.</summary>
public class NoisyLinear : Module<Tensor, Tensor>
{
    private readonly Parameter weight_mu, weight_sigma, bias_mu, bias_sigma;
    private readonly int inputs, outputs;

    public NoisyLinear(int inputs, int outputs, double sigma = 0.5) : base("noisy")
    {
        (this.inputs, this.outputs) = (inputs, outputs);
        var range = 1 / Math.Sqrt(inputs);
        weight_mu = Parameter(empty(outputs, inputs).uniform_(-range, range));
        weight_sigma = Parameter(full(outputs, inputs, sigma / Math.Sqrt(inputs)));
        bias_mu = Parameter(empty(outputs).uniform_(-range, range));
        bias_sigma = Parameter(full(outputs, sigma / Math.Sqrt(outputs)));
        RegisterComponents();
    }

    private static Tensor Noise(int n)
    {
        var x = randn(n);
        return x.sign() * x.abs().sqrt();
    }

    public override Tensor forward(Tensor x)
    {
        if (training)
        {
            var (i, o) = (Noise(inputs), Noise(outputs));
            return functional.linear(x, weight_mu + weight_sigma * outer(o, i), bias_mu + bias_sigma * o);
        }

        return functional.linear(x, weight_mu, bias_mu);
    }
}

/// <summary>Mixes the values of agents with weights that depend on the state.</summary>
public class ValueMixer : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear w1, b1, w2;
    private readonly Sequential b2;
    private readonly int agents, embed;

    public ValueMixer(int agents, int state, int embed = 8) : base("mixer")
    {
        (this.agents, this.embed) = (agents, embed);
        w1 = Linear(state, embed * agents);
        b1 = Linear(state, embed);
        w2 = Linear(state, embed);
        b2 = Sequential(Linear(state, embed), ReLU(), Linear(embed, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor values, Tensor states)
    {
        using var d = NewDisposeScope();
        var bs = values.size(0);
        states = states.reshape(-1, states.size(-1));
        values = values.reshape(-1, 1, agents);
        var first = torch.abs(w1.forward(states)).view(-1, agents, embed);
        var h = functional.elu(torch.bmm(values, first) + b1.forward(states).view(-1, 1, embed), 1.0);
        var y = torch.bmm(h, torch.abs(w2.forward(states)).view(-1, embed, 1)) + b2.forward(states).view(-1, 1, 1);
        return y.view(bs, -1, 1).MoveToOuterDisposeScope();
    }
}

/// <summary>An encoder for each named observation.</summary>
public class DictionaryEncoder : Module<Dictionary<string, Tensor>, Tensor>
{
    private readonly ModuleDict<Linear> encoders = new();
    private readonly string[] keys;

    public DictionaryEncoder() : base("dict_encoder")
    {
        keys = ["position", "velocity"];
        encoders.Add("position", Linear(3, 8));
        encoders.Add("velocity", Linear(2, 8));
        RegisterComponents();
    }

    public override Tensor forward(Dictionary<string, Tensor> observation)
    {
        var parts = new List<Tensor>();
        foreach (var key in keys)
        {
            if (!observation.TryGetValue(key, out var value))
            {
                throw new KeyNotFoundException($"no observation {key}");
            }

            parts.Add(encoders[key].forward(value).relu());
        }

        return cat(parts, -1);
    }
}

/// <summary>Keeps its recurrent state between calls, and counts them.</summary>
public class RecurrentPolicy : Module<Tensor, Tensor>
{
    private readonly Linear input, recurrent, output;
    private Tensor? state;
    private int steps;

    public int Steps => steps;

    public RecurrentPolicy(int observations, int hidden, int actions) : base("recurrent_policy")
    {
        input = Linear(observations, hidden);
        recurrent = Linear(hidden, hidden);
        output = Linear(hidden, actions);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var h = input.forward(x);
        if (state is not null)
        {
            h = h + recurrent.forward(state);
        }

        h = h.tanh();
        state = h.detach().alias().DetachFromDisposeScope();
        steps++;
        return output.forward(h);
    }
}

/// <summary>Chooses by chance while it explores.</summary>
public class EpsilonGreedy : Module<Tensor, Tensor>
{
    private readonly Linear q;
    private readonly int actions;

    public double Epsilon { get; set; } = 0.1;

    public EpsilonGreedy(int observations, int actions) : base("epsilon")
    {
        this.actions = actions;
        q = Linear(observations, actions);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        if (training && Epsilon > 0)
        {
            return randint(0, actions, [x.shape[0]]);
        }

        return q.forward(x).argmax(1);
    }
}
