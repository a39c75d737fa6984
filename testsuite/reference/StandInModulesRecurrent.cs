using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DlAot.Tests.Reference;

/// <summary>LSTM, GRU and RNN step by step from their equations, over the parameters by name.</summary>
public class StandInModulesRecurrent
{
    private const int Steps = 5;
    private const int Batch = 3;
    private const int Inputs = 4;
    private const int Hidden = 6;

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, 1e-5);
    }

    private static Tensor Affine(Module module, string kind, string suffix, Tensor x)
    {
        var y = matmul(x, module.get_parameter($"weight_{kind}{suffix}")!.t());
        return module.get_parameter($"bias_{kind}{suffix}") is { } bias ? y + bias : y;
    }

    private static (Tensor h, Tensor c) LstmStep(Module module, string suffix, Tensor x, Tensor h, Tensor c)
    {
        var gates = (Affine(module, "ih", suffix, x) + Affine(module, "hh", suffix, h)).chunk(4, 1);
        var next = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
        return (gates[3].sigmoid() * next.tanh(), next);
    }

    private static Tensor GruStep(Module module, string suffix, Tensor x, Tensor h)
    {
        var input = Affine(module, "ih", suffix, x).chunk(3, 1);
        var state = Affine(module, "hh", suffix, h).chunk(3, 1);
        var update = (input[1] + state[1]).sigmoid();
        var candidate = (input[2] + (input[0] + state[0]).sigmoid() * state[2]).tanh();
        return (1 - update) * candidate + update * h;
    }

    private static (Tensor all, Tensor h, Tensor c) LstmLayer(Module module, string suffix, Tensor x, bool backwards = false)
    {
        var (h, c) = (zeros(Batch, Hidden), zeros(Batch, Hidden));
        var outputs = new Tensor[Steps];
        for (var i = 0; i < Steps; i++)
        {
            var t = backwards ? Steps - 1 - i : i;
            (h, c) = LstmStep(module, suffix, x[t], h, c);
            outputs[t] = h;
        }
        return (stack(outputs, 0), h, c);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lstm_follows_its_equations(bool bias)
    {
        using var graphless = no_grad();
        using var module = LSTM(Inputs, Hidden, numLayers: 2, bias: bias);
        var x = randn(Steps, Batch, Inputs);

        var (y, h, c) = module.call(x);

        var first = LstmLayer(module, "_l0", x);
        var second = LstmLayer(module, "_l1", first.all);
        Close(second.all, y);
        Close(stack([first.h, second.h], 0), h);
        Close(stack([first.c, second.c], 0), c);
        Assert.Equal(bias ? 8 : 4, module.parameters().Count());
    }

    [Fact]
    public void Bidirectional_lstm_runs_both_ways_and_batch_first_swaps()
    {
        using var graphless = no_grad();
        using var module = LSTM(Inputs, Hidden, batchFirst: true, bidirectional: true);
        var x = randn(Batch, Steps, Inputs);

        var (y, h, _) = module.call(x);

        var forward = LstmLayer(module, "_l0", x.transpose(0, 1));
        var backward = LstmLayer(module, "_l0_reverse", x.transpose(0, 1), backwards: true);
        Close(cat([forward.all, backward.all], 2).transpose(0, 1), y);
        Close(stack([forward.h, backward.h], 0), h);
    }

    [Fact]
    public void A_given_state_is_where_lstm_starts()
    {
        using var graphless = no_grad();
        using var module = LSTM(Inputs, Hidden);
        var x = randn(1, Batch, Inputs);
        var (h0, c0) = (randn(1, Batch, Hidden), randn(1, Batch, Hidden));

        var (_, h, c) = module.call(x, (h0, c0));

        var expected = LstmStep(module, "_l0", x[0], h0[0], c0[0]);
        Close(expected.h, h[0]);
        Close(expected.c, c[0]);
    }

    [Fact]
    public void Gru_follows_its_equations()
    {
        using var graphless = no_grad();
        using var module = GRU(Inputs, Hidden);
        var x = randn(Steps, Batch, Inputs);

        var (y, last) = module.call(x);

        var h = zeros(Batch, Hidden);
        for (var t = 0; t < Steps; t++)
        {
            h = GruStep(module, "_l0", x[t], h);
            Close(h, y[t]);
        }
        Close(h, last[0]);
    }

    [Theory]
    [InlineData(NonLinearities.Tanh)]
    [InlineData(NonLinearities.ReLU)]
    public void Rnn_follows_its_equation(NonLinearities nonLinearity)
    {
        using var graphless = no_grad();
        using var module = RNN(Inputs, Hidden, nonLinearity: nonLinearity);
        var x = randn(Steps, Batch, Inputs);

        var (y, _) = module.call(x);

        var h = zeros(Batch, Hidden);
        for (var t = 0; t < Steps; t++)
        {
            h = Affine(module, "ih", "_l0", x[t]) + Affine(module, "hh", "_l0", h);
            h = nonLinearity == NonLinearities.Tanh ? h.tanh() : h.relu();
            Close(h, y[t]);
        }
    }

    [Fact]
    public void Gradients_reach_every_weight()
    {
        using var module = LSTM(Inputs, Hidden);

        module.call(randn(Steps, Batch, Inputs)).Item1.sum().backward();

        Assert.All(module.parameters(), parameter => Assert.True(parameter.grad!.abs().sum().ToDouble() > 0));
    }
}
