using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using DlAot.Compiler.Lifting;
using DlAot.Ir;

namespace DlAot.Compiler.Verification;

/// <summary>What the values of generated tensors are like.</summary>
internal enum ValueKind
{
    /// <summary>Floats of a normal distribution, integers from 0 to 3.</summary>
    Plain,

    /// <summary>The same with NaN, infinities, negative zero and large numbers among the floats; integers are 0.</summary>
    Special,
}

/// <summary>Makes the arguments of a call; the same seed makes the same values for both sides.</summary>
internal sealed class ArgumentMaker(LiftedVersion version, TorchApi torch)
{
    /// <summary>The arguments in the order of the parameters.</summary>
    public object?[] Make(MethodInfo method, IReadOnlyDictionary<string, long> sizes, ValueKind kind, int seed)
    {
        var random = new Random(seed);
        return [.. method.GetParameters().Select((p, i) => Make(p, i + 1, sizes, kind, random))];
    }

    /// <summary>For the report, e.g. <c>x: f32[2,784]</c>.</summary>
    /// <param name="only">The numbers of the arguments to tell; null for all.</param>
    public string Describe(IReadOnlyDictionary<string, long> sizes, ValueKind kind, IReadOnlyCollection<int>? only = null)
    {
        IEnumerable<string> parts = version.Graph.Inputs.Zip(version.Inputs)
            .Where(p => LiveAccess.Root(p.Second) > 0 && only?.Contains(LiveAccess.Root(p.Second)) != false)
            .Select(p => p.First.Kind == InputKind.Tensor ? $"{p.First.Name}: {p.First.Value.DType.Name()}[{string.Join(",", Shape(p.First, sizes))}]" : $"{p.First.Name} = {Number(p.First, sizes).ToString(CultureInfo.InvariantCulture)}");
        return string.Join("; ", parts) + (kind == ValueKind.Special ? " with NaN and infinities" : "");
    }

    /// <summary>Whether special values make a difference: some tensor argument is of a float type.</summary>
    public bool HasFloats => version.Graph.Inputs.Zip(version.Inputs).Any(p => LiveAccess.Root(p.Second) > 0 && p.First.Kind == InputKind.Tensor && p.First.Value.DType.IsFloat());

    /// <summary>The first size of the first tensor argument.</summary>
    public long Rows(IReadOnlyDictionary<string, long> sizes) => version.Graph.Inputs.Zip(version.Inputs)
        .Where(p => LiveAccess.Root(p.Second) > 0 && p.First is { Kind: InputKind.Tensor, Value.Rank: > 0 }).Select(p => Shape(p.First, sizes)[0]).FirstOrDefault(1);

    private static ImmutableArray<long> Shape(GraphInput input, IReadOnlyDictionary<string, long> sizes) => [.. input.Value.Shape.Select(d => d.Evaluate(s => sizes[s]))];

    private static double Number(GraphInput input, IReadOnlyDictionary<string, long> sizes) => sizes.TryGetValue(input.Name, out long size) ? size : 0.5;

    /// <summary>One argument.</summary>
    /// <param name="index">Its number in the version's method, the first being 1.</param>
    public object? Make(ParameterInfo parameter, int index, IReadOnlyDictionary<string, long> sizes, ValueKind kind, Random random)
    {
        GraphInput? input = version.Graph.Inputs.Zip(version.Inputs).FirstOrDefault(p => p.Second is Access.Argument a && a.Index == index).First;
        if (input is { Kind: InputKind.Tensor })
        {
            long[] shape = [.. Shape(input, sizes)];
            return torch.Make(input.Value.DType, shape, Values(input.Value.DType, shape, kind, random));
        }

        object? value = input is not null ? Number(input, sizes) : Demanded(index) ?? (parameter.HasDefaultValue ? parameter.DefaultValue : null);
        Type type = parameter.ParameterType;
        return value is null ? (type.IsValueType ? Activator.CreateInstance(type) : null)
            : type.IsEnum ? Enum.ToObject(type, Convert.ToInt64(value, CultureInfo.InvariantCulture))
            : Convert.ChangeType(value, Nullable.GetUnderlyingType(type) ?? type, CultureInfo.InvariantCulture);
    }

    // The constant that a guard wants of it.
    private object? Demanded(int index) => version.Guards.OfType<Guard.Equal>().FirstOrDefault(g => g.Subject is Access.Argument a && a.Index == index)?.Value;

    /// <summary>Values of a tensor in row order.</summary>
    public static Array Values(DType type, long[] shape, ValueKind kind, Random random)
    {
        long count = shape.Aggregate(1L, (x, y) => x * y);
        if (type == DType.Bool)
        {
            return Fill(new bool[count], () => random.Next(2) == 1);
        }

        if (!type.IsFloat())
        {
            return Fill(new long[count], () => kind == ValueKind.Plain ? random.Next(4) : 0);
        }

        double[] values = Fill(new double[count], () => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        double[] special = kind == ValueKind.Plain ? [] : [double.NaN, double.PositiveInfinity, -0.0, double.NegativeInfinity, 3e4];
        // One to a row, so that they do not hide each other.
        long rows = shape.Length > 0 ? shape[0] : 1;
        for (int i = 0; i < special.Length && i < rows; i++)
        {
            values[(i * (count / rows)) + (i * 7 % (count / rows))] = special[i];
        }

        return values;
    }

    private static T[] Fill<T>(T[] array, Func<T> next)
    {
        for (int i = 0; i < array.Length; i++)
        {
            array[i] = next();
        }

        return array;
    }
}
