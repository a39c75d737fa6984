using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DlAot.Tests.Reference;

/// <summary>call runs the hooks in order and lets them replace input and result; forward runs none.</summary>
public class StandInModulesHooks
{
    [Fact]
    public void Call_runs_the_hooks_around_forward_in_order()
    {
        using var module = Identity();
        var log = new List<string>();
        module.register_forward_pre_hook((_, input) => { log.Add("pre"); return null!; });
        module.register_forward_pre_hook(_ => log.Add("module pre"));
        module.register_forward_hook(_ => log.Add("module post"));
        module.register_forward_hook((_, _, _) => { log.Add("post"); return null!; });

        using var result = module.call(ones(1));

        Assert.Equal(["module pre", "pre", "post", "module post"], log);
        Assert.Equal(1, result.item<float>());
    }

    [Fact]
    public void Forward_runs_no_hook()
    {
        using var module = Identity();
        module.register_forward_pre_hook(_ => throw new InvalidOperationException("must not run"));

        Assert.Equal(1, module.forward(ones(1)).item<float>());
        Assert.Throws<InvalidOperationException>(() => module.call(ones(1)));
    }

    [Fact]
    public void A_hook_that_returns_something_replaces_it()
    {
        using var module = Identity();
        module.register_forward_pre_hook((_, input) => input + 1);
        module.register_forward_hook((_, input, result) => result * 10 + input);

        Assert.Equal(22, module.call(ones(1)).item<float>()); // (1 + 1) * 10 + (1 + 1)
    }

    [Fact]
    public void A_removed_hook_is_gone()
    {
        using var module = Identity();
        var first = module.register_forward_hook((_, _, result) => result + 1);
        module.register_forward_hook((_, _, result) => result * 5);

        Assert.Equal(10, module.call(ones(1)).item<float>());
        first.remove();
        Assert.Equal(5, module.call(ones(1)).item<float>());
    }

    [Fact]
    public void Two_inputs_are_replaced_together()
    {
        using var module = new MSELoss();
        module.register_forward_pre_hook((_, input, target) => (target, input + 3));

        Assert.Equal(9, module.call(ones(1), ones(1)).item<float>());
    }

    [Fact]
    public void Sequential_calls_its_steps_with_their_hooks_and_disposes_what_lies_between()
    {
        using var module = Sequential(Identity(), Identity());
        Tensor? between = null;
        module[0].As<Identity>().register_forward_hook((_, _, result) => { between = result; return null!; });

        using var result = module.call(ones(1));

        Assert.NotNull(between);
        Assert.True(between.IsInvalid);
        Assert.False(result.IsInvalid);
    }
}

file static class Casting
{
    internal static T As<T>(this object value) => (T)value;
}
