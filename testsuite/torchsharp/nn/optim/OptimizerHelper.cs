using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>What the optimizers written in C# share.</summary>
public abstract class OptimizerHelper : Optimizer
{
    protected OptimizerOptions _defaults = new();

    public OptimizerHelper()
    {
    }

    public override IEnumerable<Parameter> parameters() => base.parameters();

    public override void add_param_group(ParamGroup param_group) => base.add_param_group(param_group);

    public override void zero_grad() => base.zero_grad();

    /// <summary>Runs the closure with gradients, then <paramref name="body"/> for each group without.</summary>
    protected Tensor _step<T>(Action<T> body, Func<Tensor> loss_closure = null!)
        where T : ParamGroup
    {
        Tensor loss = null!;
        if (loss_closure is not null)
        {
            using var graph = enable_grad();
            loss = loss_closure();
        }

        using var graphless = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in _parameter_groups)
            body((T)group);
        return loss;
    }

    /// <summary>The parameters of a group that have a gradient, with what to descend along.</summary>
    private protected static IEnumerable<(Parameter parameter, Tensor gradient)> Gradients(ParamGroup group, double weightDecay, bool maximize)
    {
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            if (maximize)
                gradient = gradient.neg();
            yield return (parameter, weightDecay == 0 ? gradient : gradient.add(parameter, alpha: weightDecay));
        }
    }
}
