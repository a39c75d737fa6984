using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DlAot.Tests.Reference;

/// <summary>Two steps of each optimiser, from the formulas, on f(w) = w^2 (gradient 2 w).</summary>
public class StandInOptimizers
{
    private static double[] Walk(Func<Parameter, optim.Optimizer> create, int steps = 2)
    {
        var w = Parameter(tensor(new[] { 3.0 }));
        using var optimizer = create(w);
        var path = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            optimizer.zero_grad();
            w.pow(2).sum().backward();
            optimizer.step();
            path[i] = w.item<double>();
        }
        return path;
    }

    private static void Close(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-10);
    }

    [Fact]
    public void Sgd_goes_down_the_gradient()
        => Close([3 - 0.1 * 6, 2.4 - 0.1 * 4.8], Walk(w => optim.SGD([w], 0.1)));

    [Fact]
    public void Sgd_goes_up_when_maximising()
        => Close([3 + 0.1 * 6], Walk(w => optim.SGD([w], 0.1, maximize: true), steps: 1));

    [Fact]
    public void Momentum_keeps_going()
    {
        var first = 3 - 0.1 * 6;
        var velocity = 0.9 * 6 + 2 * first;
        Close([first, first - 0.1 * velocity], Walk(w => optim.SGD([w], 0.1, momentum: 0.9)));
    }

    [Fact]
    public void Weight_decay_pulls_towards_zero()
        => Close([3 - 0.1 * (6 + 0.5 * 3)], Walk(w => optim.SGD([w], 0.1, weight_decay: 0.5), steps: 1));

    [Fact]
    public void Nesterov_looks_ahead()
        => Close([3 - 0.1 * (6 + 0.9 * 6)], Walk(w => optim.SGD([w], 0.1, momentum: 0.9, nesterov: true), steps: 1));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Adam_divides_by_the_size_of_the_gradient(bool amsgrad)
    {
        var (w, m, v, largest) = (3.0, 0.0, 0.0, 0.0);
        var expected = new double[3];
        for (var t = 1; t <= expected.Length; t++)
        {
            var g = 2 * w;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            largest = Math.Max(largest, v);
            var size = Math.Sqrt((amsgrad ? largest : v) / (1 - Math.Pow(0.999, t))) + 1e-8;
            w -= 0.1 * m / (1 - Math.Pow(0.9, t)) / size;
            expected[t - 1] = w;
        }

        Close(expected, Walk(parameter => optim.Adam([parameter], 0.1, amsgrad: amsgrad), steps: 3));
    }

    [Fact]
    public void Groups_have_rates_of_their_own()
    {
        var (slow, fast) = (Parameter(ones(1)), Parameter(ones(1)));
        using var optimizer = optim.SGD([new SGD.ParamGroup { Parameters = [slow] }, new SGD.ParamGroup([fast], lr: 0.5)], 0.1);

        (slow + fast).sum().backward();
        optimizer.step();

        Assert.Equal(0.9f, slow.item<float>(), 1e-6f);
        Assert.Equal(0.5f, fast.item<float>(), 1e-6f);
        Assert.Equal([0.1, 0.5], optimizer.ParamGroups.Select(group => group.LearningRate));
    }

    [Fact]
    public void A_step_changes_the_same_tensor_and_returns_the_loss()
    {
        using var module = Linear(2, 1);
        using var optimizer = optim.Adam(module.parameters());
        var handle = module.weight.Handle;
        using var before = module.weight.detach().clone();

        var loss = optimizer.step(() =>
        {
            var value = module.call(ones(1, 2)).pow(2).sum();
            value.backward();
            return value;
        });

        Assert.Equal(handle, module.weight.Handle);
        Assert.False(before.equal(module.weight).ToBoolean());
        Assert.False(loss.IsInvalid);
    }
}
