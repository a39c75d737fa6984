using System.Reflection;
using static TorchSharp.torch;

namespace DlAot.Benchmarks.Samples;

/// <summary>A model as written and as compiled, with equal weights, in evaluation mode.</summary>
internal sealed class ModelPair : IDisposable
{
    private ModelPair(nn.Module eager, nn.Module compiled)
    {
        Eager = eager;
        Compiled = compiled;
    }

    public nn.Module Eager { get; }

    public nn.Module Compiled { get; }

    /// <exception cref="InvalidOperationException">The drop-in has another state_dict.</exception>
    public static ModelPair Make(Sample sample, Assembly original, Assembly dropIn)
    {
        var eager = Construct(original, sample);
        var compiled = Construct(dropIn, sample);
        RequireEqualState(sample, eager, compiled);
        Roughen(eager);
        compiled.load_state_dict(eager.state_dict());
        RequireEqualState(sample, eager, compiled);
        eager.eval();
        compiled.eval();
        return new ModelPair(eager, compiled);
    }

    public static nn.Module Construct(Assembly assembly, Sample sample)
    {
        manual_seed(42);
        var type = assembly.GetType(sample.Type, throwOnError: true)!;
        var constructor = type.GetConstructors()
            .Where(candidate => candidate.GetParameters().Length >= sample.Arguments.Length && candidate.GetParameters().Skip(sample.Arguments.Length).All(p => p.HasDefaultValue))
            .OrderBy(candidate => candidate.GetParameters().Length)
            .First();
        object?[] arguments = [.. sample.Arguments, .. constructor.GetParameters().Skip(sample.Arguments.Length).Select(p => p.DefaultValue)];
        return (nn.Module)constructor.Invoke(arguments);
    }

    public void Dispose()
    {
        Eager.Dispose();
        Compiled.Dispose();
    }

    // Freshly made norms have weight 1, bias 0, mean 0 and variance 1: a compiler that forgot them would not be noticed.
    private static void Roughen(nn.Module module)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in module.state_dict())
        {
            if (tensor.is_floating_point())
                tensor.copy_(tensor * (1 + 0.1 * rand_like(tensor)) + 0.02 * rand_like(tensor));
        }
    }

    private static void RequireEqualState(Sample sample, nn.Module eager, nn.Module compiled)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (eager.state_dict(), compiled.state_dict());
        if (!a.Keys.SequenceEqual(b.Keys) || !a.All(entry => AreEqual(entry.Value, b[entry.Key])))
            throw new InvalidOperationException($"{sample.Name}: original and drop-in differ in their state_dict");
    }

    private static bool AreEqual(Tensor a, Tensor b) => a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>();
}
