using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace DlAot.Tests.Reference;

public class StandInGradTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Gradients_of_a_small_net_agree_with_differences()
    {
        using var random = new torch.Generator(7);
        torch.Tensor x = torch.randn(2, 3, 8, 8, dtype: torch.float64, generator: random);
        torch.Tensor kernel = torch.randn(4, 3, 3, 3, dtype: torch.float64, generator: random).mul_(0.3);
        torch.Tensor gain = torch.rand(4, dtype: torch.float64, generator: random).add_(0.5);
        torch.Tensor shift = torch.randn(4, dtype: torch.float64, generator: random);
        torch.Tensor weight = torch.randn(5, 16, dtype: torch.float64, generator: random).mul_(0.3);
        torch.Tensor bias = torch.randn(5, dtype: torch.float64, generator: random);
        torch.Tensor target = torch.tensor(new long[] { 3, 1 });
        torch.Tensor[] parameters = [kernel, gain, shift, weight, bias];
        foreach (torch.Tensor parameter in parameters)
        {
            parameter.requires_grad_();
        }

        torch.Tensor Loss()
        {
            torch.Tensor features = F.gelu(F.group_norm(F.conv2d(x, kernel, strides: [2, 2], padding: [1, 1]), 2, gain, shift));
            torch.Tensor pooled = F.avg_pool2d(features, 2).flatten(1);
            return F.cross_entropy(F.linear(pooled, weight, bias).tanh(), target);
        }

        Loss().backward();
        foreach (torch.Tensor parameter in parameters)
        {
            torch.Tensor gradient = parameter.grad!.clone();
            Assert.Equal(parameter.shape, gradient.shape);
            using (torch.no_grad())
            {
                torch.Tensor flat = parameter.view(-1), flatGradient = gradient.view(-1);
                for (long k = 0; k < flat.numel(); k += 3)
                {
                    double difference = CentralDifference(flat, k, Loss);
                    Assert.Equal(difference, flatGradient[k].item<double>(), 6);
                }
            }
        }
    }

    private static double CentralDifference(torch.Tensor flat, long k, Func<torch.Tensor> loss)
    {
        const double step = 1e-5;
        double value = flat[k].item<double>();
        flat[k] = value + step;
        double above = loss().item<double>();
        flat[k] = value - step;
        double below = loss().item<double>();
        flat[k] = value;
        return (above - below) / (2 * step);
    }

    [Fact]
    public void No_grad_nests_and_ends()
    {
        torch.Tensor w = torch.ones(2, requires_grad: true);
        Assert.True(torch.is_grad_enabled());
        using (torch.no_grad())
        {
            Assert.False(torch.is_grad_enabled());
            Assert.False((w * 2).requires_grad);
            using (torch.enable_grad())
            {
                Assert.True((w * 2).requires_grad);
            }
            Assert.False(torch.is_grad_enabled());
        }
        Assert.True((w * 2).requires_grad);
        using (torch.inference_mode())
        {
            Assert.True(torch.is_inference_mode_enabled());
            Assert.False((w * 2).requires_grad);
        }
        Assert.False(torch.is_inference_mode_enabled());
    }

    [Fact]
    public void Gradients_accumulate_and_are_taken_away()
    {
        torch.Tensor w = torch.tensor(new float[] { 1, 2 }, requires_grad: true);
        Assert.Null(w.grad);
        (w * 3).sum().backward();
        (w * 3).sum().backward();
        Assert.Equal([6f, 6f], w.grad!.data<float>().ToArray());
        w.grad = null;
        Assert.Null(w.grad);
        Assert.True(w.is_leaf);
        Assert.False((w * 1).is_leaf);
        Assert.False(w.detach().requires_grad);
    }

    [Fact]
    public void Grad_of_chosen_inputs()
    {
        torch.Tensor x = torch.tensor(3f, requires_grad: true), unused = torch.tensor(1f, requires_grad: true);
        torch.Tensor y = x * x * x;
        IList<torch.Tensor> first = torch.autograd.grad([y], [x, unused], retain_graph: true, create_graph: true, allow_unused: true);
        Assert.Equal(27f, first[0].item<float>());
        Assert.True(first[1].IsInvalid);
        Assert.Equal(18f, torch.autograd.grad([first[0]], [x])[0].item<float>());
        Assert.Null(x.grad);
    }

    [Fact]
    public void Backward_takes_gradients_from_outside()
    {
        torch.Tensor x = torch.tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        (x * x).backward([torch.tensor(new float[] { 1, 10, 100 })]);
        Assert.Equal([2f, 40f, 600f], x.grad!.data<float>().ToArray());
    }
}
