using System.Runtime.InteropServices;
using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>What libtorch refuses surfaces as an exception of the kind the real library throws, and nothing is left behind.</summary>
public class StandInErrorTests
{
    [Fact]
    public void Shapes_that_do_not_fit_throw_with_the_message_of_libtorch()
    {
        using torch.Tensor a = torch.ones(2, 3), b = torch.ones(2, 3);
        var error = Assert.Throws<ExternalException>(() => a.matmul(b));
        Assert.Contains("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", error.Message, StringComparison.Ordinal);
        Assert.Throws<ExternalException>(() => a.view(7));
        Assert.Throws<ExternalException>(() => torch.cat([a, torch.ones(5)]));
        Assert.Throws<ExternalException>(() => a[5]);
        Assert.Throws<ExternalException>(() => a.size(9));
        Assert.Throws<ExternalException>(() => a.add_(torch.ones(4, 4)));
    }

    [Fact]
    public void An_error_does_not_stay_for_the_next_call()
    {
        using torch.Tensor a = torch.ones(2);
        Assert.Throws<ExternalException>(() => a.view(3));
        torch.CheckForErrors();
        Assert.Equal(2, a.sum().item<float>());
    }

    [Fact]
    public void Gradients_that_cannot_be_are_refused()
    {
        using torch.Tensor integers = torch.ones([2], torch.int32);
        Assert.Throws<ExternalException>(() => integers.requires_grad = true);
        Assert.Throws<ExternalException>(() => torch.ones(2).sum().backward());
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        torch.Tensor a = torch.ones(2);
        a.Dispose();
        Assert.True(a.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => a.relu());
        Assert.Throws<InvalidOperationException>(() => torch.ones(2) + a);
        a.Dispose();
    }

    [Fact]
    public void Elements_are_read_only_as_what_they_are()
    {
        using torch.Tensor a = torch.ones(2);
        Assert.Throws<ArgumentException>(() => a.data<double>());
        Assert.Throws<ArgumentException>(() => a.item<float>());
        Assert.Throws<NotImplementedException>(() => torch.ones(2, 3).t().bytes.Length);
    }
}
