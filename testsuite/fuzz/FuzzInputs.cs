using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Fuzz;

/// <summary>
/// Contents of graph inputs. A name of a letter (and digits, and more) says by the letter which numbers it holds, so that a graph and
/// a seed are the whole of a case. Every input has a stream of its own: taking one away leaves the others as they are.
/// </summary>
internal static class FuzzInputs
{
    private static readonly double[] Special =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1, -1, 0.5, 1e-3, -3.25, 100, 1e-40, 6e4, -6e4];

    /// <summary>Letter, what it stands for, and the numbers.</summary>
    private static readonly (char Letter, Func<Random, double> Next)[] Kinds =
    [
        ('p', random => 0.5 + (random.NextDouble() * 1.5)),
        ('q', random => random.Next(-4, 5) / 2.0),
        ('s', random => random.Next(3) > 0 ? (random.NextDouble() * 4) - 2 : Special[random.Next(Special.Length)]),
        ('i', random => random.Next(4)),
        ('j', random => random.Next(-3, 4)),
        ('d', random => random.Next(1, 4)),
        ('m', random => random.Next(2)),
    ];

    public static ImmutableArray<NdArray> Make(Graph graph, IReadOnlyDictionary<string, long> sizes, int seed) =>
        [.. graph.Inputs.Select(input => Make(input, sizes, seed))];

    /// <summary>Smallest and largest of what an input of this name holds.</summary>
    public static (double Low, double High) Bounds(string name) => KindOf(name) switch
    {
        'p' => (0.5, 2),
        'i' => (0, 3),
        'j' => (-3, 3),
        'd' => (1, 3),
        'm' => (0, 1),
        's' => (double.NegativeInfinity, double.PositiveInfinity),
        _ => (-2, 2),
    };

    // Names that users gave say nothing, but variances are positive.
    private static char KindOf(string name) => name.Length == 1 || char.IsAsciiDigit(name[1]) ? name[0] : name.Contains("var", StringComparison.Ordinal) ? 'p' : 'x';

    private static NdArray Make(GraphInput input, IReadOnlyDictionary<string, long> sizes, int seed)
    {
        DType type = input.Value.DType;
        ImmutableArray<long> shape = [.. input.Value.Shape.Select(d => d.Evaluate(s => sizes[s]))];
        if (input.Kind == InputKind.Scalar && sizes.TryGetValue(input.Name, out long size))
        {
            return NdArray.FromIntegers(type, shape, size);
        }

        Random random = new(input.Name.Aggregate(seed, (hash, c) => unchecked((hash * 31) + c)));
        Func<Random, double> next = Kinds.FirstOrDefault(k => k.Letter == KindOf(input.Name)).Next
            ?? (type.IsFloat() ? r => (r.NextDouble() * 4) - 2 : r => r.Next(type == DType.Bool ? 2 : 3));
        long count = shape.Aggregate(1L, (x, y) => x * y);
        NdArray array = new(type, shape);
        for (long i = 0; i < count; i++)
        {
            array[i] = ScalarValue.Of(type, next(random));
        }

        return array;
    }
}
