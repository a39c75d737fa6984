using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>Marks everything inside a value as a guess: sizes become symbols with a probable value, the rest is only assumed.</summary>
internal sealed class Assumptions(SharedState shared)
{
    private readonly HashSet<Instance> seen = [];

    // Arguments of the library's factories that only give weights their sizes.
    private static readonly HashSet<string> Widths = new(StringComparer.Ordinal)
    {
        "inputSize", "outputSize", "hiddenSize", "in_channels", "out_channels", "features", "num_features", "num_embeddings", "embedding_dims",
    };

    /// <param name="name">What the symbols are named after.</param>
    /// <param name="least">From which number on an integer is a size that may differ from object to object.</param>
    public AbstractValue Assumed(AbstractValue value, string name, long least = 2)
    {
        switch (value)
        {
            case Constant { Value: long n } when n >= least:
                shared.Guesses[name] = n;
                return new Size(DimExpr.Symbol(name));
            case Constant c:
                return c with { Assumed = true };
            case Boxed b:
                return b with { Content = Assumed(b.Content, name, long.MaxValue) };
            case ObjectRef { Access: null } o:
                Assume(o.Instance, name);
                return o;
            default:
                return value;
        }
    }

    /// <summary>The same for all that an object holds.</summary>
    public void Assume(Instance instance, string name)
    {
        if (!seen.Add(instance))
        {
            return;
        }

        instance.IsAssumed = true;
        foreach ((string key, AbstractValue value) in instance.Fields.ToArray())
        {
            instance.Fields[key] = Assumed(value, $"{name}_{Interpreter.Identifier(key[(key.LastIndexOf(':') + 1)..])}");
        }

        // What a library object was made with is asked for by name, and the answer is compared.
        foreach ((string key, AbstractValue value) in instance.Facts.ToArray())
        {
            instance.Facts[key] = Assumed(value, $"{name}_{Interpreter.Identifier(key)}", Widths.Contains(key) ? 2 : long.MaxValue);
        }

        for (int i = 0; i < instance.Items?.Count; i++)
        {
            instance.Items[i] = Assumed(instance.Items[i], $"{name}_{i}");
        }
    }
}
