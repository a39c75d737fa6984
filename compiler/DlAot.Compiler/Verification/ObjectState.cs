namespace DlAot.Compiler.Verification;

/// <summary>The state of the objects that methods are called on: parameters and buffers of a module, fields of another object.</summary>
internal sealed class ObjectState(TorchApi torch)
{
    /// <exception cref="VerificationStopException">It is not the same.</exception>
    public void RequireEqual(object original, object dropIn, string when)
    {
        if (!torch.Module.IsInstanceOfType(original))
        {
            if (new ResultComparison(torch).Compare(original, dropIn, $"{when}, the object") is { } other)
            {
                throw new VerificationStopException(other);
            }

            return;
        }

        SortedDictionary<string, object> a = torch.State(original), b = torch.State(dropIn);
        if (!a.Keys.SequenceEqual(b.Keys))
        {
            throw new VerificationStopException($"{when}, the state has the names {string.Join(", ", a.Keys.Except(b.Keys))} in the original only and {string.Join(", ", b.Keys.Except(a.Keys))} in the drop-in only");
        }

        foreach ((string name, object value) in a)
        {
            if (new ResultComparison(torch).Compare(value, b[name], $"{when}, the state {name}") is { } difference)
            {
                throw new VerificationStopException(difference);
            }
        }
    }

    /// <summary>A fresh norm has weight 1, bias 0, mean 0, variance 1: forgetting one of them would not show.</summary>
    public void Roughen(object original, object dropIn, int seed)
    {
        if (!torch.Module.IsInstanceOfType(original))
        {
            return;
        }

        var random = new Random(seed);
        SortedDictionary<string, object> other = torch.State(dropIn);
        foreach ((string name, object value) in torch.State(original))
        {
            (_, long[] shape, Array values) = torch.Read(value);
            if (values is double[] numbers)
            {
                double[] rough = [.. numbers.Select(x => (x * (1 + (0.1 * random.NextDouble()))) + (0.02 * random.NextDouble()))];
                torch.Copy(value, torch.Make(Ir.DType.F64, shape, rough));
                torch.Copy(other[name], value);
            }
        }
    }

    /// <summary>Does nothing to what is no module.</summary>
    public void SetTraining(object target, bool training)
    {
        if (torch.Module.IsInstanceOfType(target))
        {
            torch.SetTraining(target, training);
        }
    }
}
