using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>What the whole process shares: these run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class LibTorchState
{
    public const string Name = "libtorch's process-wide state";
}

[Collection(LibTorchState.Name)]
public class StandInStateTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        torch.manual_seed(11);
        float[] first = torch.randn(5).data<float>().ToArray();
        Assert.NotEqual(first, torch.randn(5).data<float>().ToArray());
        torch.manual_seed(11);
        Assert.Equal(first, torch.randn(5).data<float>().ToArray());
        torch.Tensor state = torch.get_rng_state();
        float[] next = torch.rand(5).data<float>().ToArray();
        torch.set_rng_state(state);
        Assert.Equal(next, torch.rand(5).data<float>().ToArray());
    }

    [Fact]
    public void A_generator_of_ones_own_leaves_the_shared_one_alone()
    {
        torch.manual_seed(11);
        float[] undisturbed = torch.randn(5).data<float>().ToArray();
        torch.manual_seed(11);
        using var generator = new torch.Generator(4);
        float[] own = torch.rand(5, generator: generator).data<float>().ToArray();
        Assert.Equal(undisturbed, torch.randn(5).data<float>().ToArray());
        generator.manual_seed(4);
        Assert.Equal(own, torch.rand(5, generator: generator).data<float>().ToArray());
        Assert.InRange(torch.randint(3, 7, [100], generator: generator).min().item<long>(), 3, 6);
    }

    [Fact]
    public void Threads_are_set()
    {
        int before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(1);
            Assert.Equal(1, torch.get_num_threads());
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public void The_default_dtype_is_that_of_new_tensors()
    {
        try
        {
            torch.set_default_dtype(torch.float64);
            Assert.Equal(torch.float64, torch.zeros(1).dtype);
            Assert.Equal(torch.float64, torch.full(1, 2, 3).dtype);
        }
        finally
        {
            torch.set_default_dtype(torch.float32);
        }
        Assert.Equal(torch.float32, torch.zeros(1).dtype);
    }
}
