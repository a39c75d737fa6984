using static TorchSharp.torch;

namespace DlAot.Benchmarks.Samples;

/// <summary>Calls a module the way users do; what it returns and leaves behind is freed when the scope ends.</summary>
internal static class ModelCall
{
    /// <summary>One call per invocation, its result thrown away.</summary>
    public static Action Bind(nn.Module module, Tensor input)
    {
        return module switch
        {
            nn.Module<Tensor, Tensor> one => () => One(one),
            nn.Module<Tensor, (Tensor, Tensor)> two => () => Two(two),
            _ => throw new NotSupportedException($"{module.GetType().Name} is called in a way that the benchmarks do not know."),
        };

        void One(nn.Module<Tensor, Tensor> one)
        {
            using var scope = NewDisposeScope();
            one.call(input);
        }

        void Two(nn.Module<Tensor, (Tensor, Tensor)> two)
        {
            using var scope = NewDisposeScope();
            two.call(input);
        }
    }

    /// <summary>The results of one call, owned by the caller's dispose scope.</summary>
    public static Tensor[] Results(nn.Module module, Tensor input)
    {
        switch (module)
        {
            case nn.Module<Tensor, Tensor> one:
                return [one.call(input)];
            case nn.Module<Tensor, (Tensor, Tensor)> two:
                var (a, b) = two.call(input);
                return [a, b];
            default:
                throw new NotSupportedException($"{module.GetType().Name} is called in a way that the benchmarks do not know.");
        }
    }
}
