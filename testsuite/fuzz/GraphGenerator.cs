using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>A value that later ops may use, and the bounds of its elements (infinite when unknown).</summary>
internal sealed record Operand(Value Value, double Low, double High)
{
    public DType Type => Value.DType;

    public ImmutableArray<DimExpr> Shape => Value.Shape;

    public int Rank => Value.Rank;

    /// <summary>The largest magnitude.</summary>
    public double Size => Math.Max(Math.Abs(Low), Math.Abs(High));
}

/// <summary>
/// A random graph; the seed decides everything. Recipes apply ops of the table to values made so far; bounds of the values keep
/// numbers where floats of their type can hold them and functions are not chaotic.
/// </summary>
internal sealed class GraphGenerator
{
    /// <summary>Sizes at which bounds on the number of elements are judged while the graph grows.</summary>
    private static readonly Dictionary<string, long> Nominal = new() { ["N"] = 5, ["T"] = 4, ["C"] = 3 };

    private const int MostElements = 3000;
    private const int MostRank = 5;
    private static readonly DType[] Types = [DType.F64, DType.I64, DType.I32, DType.Bool, DType.F16, DType.BF16, DType.U8, DType.I8, DType.I16];
    private static readonly int[] ConstantSizes = [1, 2, 3, 4, 7, 8, 10, 16, 33];

    private readonly List<Operand> pool = [];
    private readonly ImmutableArray<DimExpr> baseShape;

    public GraphGenerator(int seed)
    {
        Random = new Random(seed);
        Builder = new GraphBuilder($"fuzz{seed}");
        baseShape = [.. Enumerable.Range(0, 1 + Random.Next(4)).Select(_ => AnySize())];
        while (Elements(baseShape) > 600)
        {
            baseShape = baseShape[1..];
        }
    }

    public Random Random { get; }

    public GraphBuilder Builder { get; }

    public static Graph Generate(int seed) => new GraphGenerator(seed).Build();

    public static bool Chance(Random random, double probability) => random.NextDouble() < probability;

    public bool Chance(double probability) => Chance(Random, probability);

    public T OneOf<T>(params IReadOnlyList<T> items) => items[Random.Next(items.Count)];

    /// <summary>A value that fits, newer ones more often; null when there is none.</summary>
    public Operand? TryPick(Func<Operand, bool> fits)
    {
        List<Operand> candidates = [.. pool.Where(fits)];
        return candidates.Count == 0 ? null : candidates[Math.Max(Random.Next(candidates.Count), Random.Next(candidates.Count))];
    }

    /// <summary>A float value, or a new input when there is none.</summary>
    public Operand PickFloat(int rank = 0) => TryPick(o => o.Type.IsFloat() && o.Rank >= rank) ?? Input(DType.F32, [.. Enumerable.Repeat(DimExpr.Zero, rank).Select(_ => AnySize())]);

    /// <summary>A new input; the kind is a letter of <see cref="FuzzInputs"/>.</summary>
    public Operand Input(DType type, ImmutableArray<DimExpr> shape, char kind = 'x')
    {
        string name = $"{KindOf(type, kind)}{Builder.Inputs.Count}";
        (double low, double high) = FuzzInputs.Bounds(name);
        return Keep(new Operand(Builder.Input(name, new TensorType(type, shape)), low, high));
    }

    /// <summary>A host number as a tensor of rank 0.</summary>
    public Operand HostNumber(DType type) =>
        Keep(new Operand(Builder.Input($"{(type == DType.F64 ? 'x' : 'i')}{Builder.Inputs.Count}", new TensorType(type, []), InputKind.Scalar), type == DType.F64 ? -2 : 0, 3));

    public Operand Constant(double value, DType type) => new(Builder.Constant(value, type), value, value);

    public Operand Apply(OpDef op, double low, double high, params ReadOnlySpan<Operand> operands) => Apply(op, Attributes.None, low, high, operands);

    public Operand Apply(OpDef op, Attributes attributes, double low, double high, params ReadOnlySpan<Operand> operands)
    {
        Value[] values = new Value[operands.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = operands[i].Value;
        }

        Value result = Builder.Add(op, attributes, values);
        (double least, double most) = Range(result.DType);
        bool isHeld = low >= least && high <= most;
        return Keep(result.DType == DType.Bool ? new Operand(result, 0, 1) : new Operand(result, isHeld ? low : double.NegativeInfinity, isHeld ? high : double.PositiveInfinity));
    }

    /// <summary>The value itself, or a function of it that is not larger than the limit.</summary>
    public Operand Tame(Operand x, double limit) => x.Size <= limit ? x
        : x.Type.IsFloat() ? Apply(Op.Tanh, -1, 1, x)
        : Apply(Op.Clamp, Attributes.Of(("min", -3.0), ("max", 3.0)), -3, 3, x);

    /// <summary>The value itself, or a function of it that is above 0.</summary>
    public Operand Positive(Operand x)
    {
        if (x.Low >= 0.05)
        {
            return x;
        }

        if (!x.Type.IsFloat())
        {
            return Apply(Op.Clamp, Attributes.Of(("min", 1.0), ("max", 3.0)), 1, 3, x);
        }

        Operand y = Chance(0.5) ? Apply(Op.Sigmoid, 0, 1, x) : Apply(Op.Abs, 0, x.Size, x);
        return Apply(Op.Add, 0.25, y.High + 0.25, y, Constant(0.25, x.Type));
    }

    /// <summary>The size of a dimension: a symbol, or a constant.</summary>
    public DimExpr AnySize() => Random.Next(10) switch
    {
        0 or 1 or 2 => DimExpr.Symbol("N"),
        3 or 4 => DimExpr.Symbol("T"),
        5 => DimExpr.Symbol("C"),
        _ => OneOf(ConstantSizes),
    };

    /// <summary>A dtype, mostly f32.</summary>
    public DType AnyType() => Chance(0.65) ? DType.F32 : OneOf(Types);

    public static double Elements(ImmutableArray<DimExpr> shape) => shape.Aggregate(1.0, (n, d) => n * d.Evaluate(s => Nominal[s]));

    /// <summary>True when later ops can take a value of the shape.</summary>
    public static bool IsSmall(ImmutableArray<DimExpr> shape) => shape.Length <= MostRank && Elements(shape) <= MostElements;

    /// <summary>True when the shapes broadcast without making symbols equal.</summary>
    public static bool Broadcasts(ImmutableArray<DimExpr> x, ImmutableArray<DimExpr> y) =>
        x.Reverse().Zip(y.Reverse()).All(p => p.First == p.Second || p.First.IsOne || p.Second.IsOne);

    /// <summary>A shape that broadcasts with another: the same, or some dimensions 1, or only the last ones.</summary>
    public ImmutableArray<DimExpr> Relative(ImmutableArray<DimExpr> shape) => Random.Next(4) switch
    {
        0 => [.. shape.Select(d => Chance(0.5) ? d : 1)],
        1 => shape[Random.Next(shape.Length + 1)..],
        _ => shape,
    };

    private static char KindOf(DType type, char kind) => type.IsFloat() || kind is 'i' or 'd' ? kind
        : type == DType.Bool ? 'm' : kind == 'p' ? 'd' : type == DType.U8 ? 'i' : 'j';

    // What lies outside wraps around.
    private static (double Least, double Most) Range(DType type) => type switch
    {
        DType.U8 => (0, 255),
        DType.I8 => (-128, 127),
        DType.I16 => (-32768, 32767),
        DType.I32 => (int.MinValue, int.MaxValue),
        DType.I64 => (-1e18, 1e18),
        _ => (double.NegativeInfinity, double.PositiveInfinity),
    };

    private Operand Keep(Operand operand)
    {
        if (IsSmall(operand.Shape))
        {
            pool.Add(operand);
        }

        return operand;
    }

    // Every symbol is the size of an input, or a host number of its name.
    private void BindSymbols()
    {
        IEnumerable<DimExpr> sizes = Builder.Nodes.SelectMany(n => n.Results.SelectMany(r => r.Shape).Concat(n.Attributes.SelectMany(a => Attributes.DimsIn(a.Value))));
        IEnumerable<string> used = sizes.Concat(Builder.Inputs.SelectMany(i => i.Value.Shape)).SelectMany(d => d.Symbols);
        foreach (string symbol in used.Except(Builder.Inputs.SelectMany(i => i.Value.Shape).Select(d => d.SymbolName).OfType<string>()).ToArray())
        {
            if (Chance(0.5))
            {
                Input(DType.F32, [DimExpr.Symbol(symbol)]);
            }
            else
            {
                Builder.Input(symbol, new TensorType(DType.I64, []), InputKind.Scalar);
            }
        }
    }

    private Graph Build()
    {
        DType main = AnyType();
        for (int i = 1 + Random.Next(3); i >= 0; i--)
        {
            Input(Chance(0.8) ? main : AnyType(), Relative(baseShape), main.IsFloat() ? OneOf('x', 'x', 'x', 'x', 'q', 'p', 's') : 'x');
        }

        int inputs = pool.Count, wanted = 2 + Random.Next(12);
        int total = Recipes.Rows.Sum(r => r.Weight);
        for (int tries = 0; tries < 60 && pool.Count < inputs + wanted; tries++)
        {
            int at = Random.Next(total);
            Recipes.Rows.First(r => (at -= r.Weight) < 0).Apply(this);
        }

        BindSymbols();

        // What nobody uses is an output, and now and then something else, an input, or one of them twice.
        HashSet<Value> used = [.. Builder.Nodes.SelectMany(n => n.Operands)];
        List<Value> outputs = [.. Builder.Nodes.SelectMany(n => n.Results).Where(v => !used.Contains(v) || Chance(0.12))];
        if (outputs.Count == 0 || Chance(0.1))
        {
            outputs.Add(OneOf(pool).Value);
        }

        if (Chance(0.05))
        {
            outputs.Add(OneOf(outputs));
        }

        return Builder.Finish([.. outputs]);
    }
}
