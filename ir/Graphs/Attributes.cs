using System.Collections;
using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>
/// Named constants of a node. Values are <c>long, double, bool, string, DType, DimExpr, ImmutableArray&lt;long&gt;,
/// ImmutableArray&lt;DimExpr&gt;, ImmutableArray&lt;TensorType&gt;</c>; the op's row says which.
/// </summary>
public sealed class Attributes : IEnumerable<KeyValuePair<string, object>>
{
    private readonly ImmutableSortedDictionary<string, object> values;

    private Attributes(ImmutableSortedDictionary<string, object> values) => this.values = values;

    public static Attributes None { get; } = new(ImmutableSortedDictionary.Create<string, object>(StringComparer.Ordinal));

    /// <summary>For example <c>Attributes.Of(("dim", 1L), ("keepdim", true))</c>. An int counts as a long.</summary>
    public static Attributes Of(params ReadOnlySpan<(string Name, object Value)> items)
    {
        var builder = None.values.ToBuilder();
        foreach ((string name, object value) in items)
        {
            builder.Add(name, value is int i ? (long)i : value);
        }

        return new Attributes(builder.ToImmutable());
    }

    public Attributes With(string name, object value) => new(values.SetItem(name, value is int i ? (long)i : value));

    public Attributes Map(Func<object, object> replace) => new(values.ToImmutableSortedDictionary(p => p.Key, p => replace(p.Value), StringComparer.Ordinal));

    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public T Get<T>(string name) => (T)values[name];

    public T Get<T>(string name, T missing) => values.TryGetValue(name, out object? v) ? (T)v : missing;

    public bool Has(string name) => values.ContainsKey(name);

    public long Int(string name) => Get<long>(name);

    public double Float(string name) => Get<double>(name);

    public bool Bool(string name) => Get(name, false);

    public ImmutableArray<long> Ints(string name) => Get<ImmutableArray<long>>(name);

    public DimExpr Dim(string name) => Get<DimExpr>(name);

    public ImmutableArray<DimExpr> Dims(string name) => Get<ImmutableArray<DimExpr>>(name);

    public int Count => values.Count;

    /// <summary>Equal names and values, lists by element.</summary>
    public bool SameAs(Attributes other) => Count == other.Count && values.All(p => other.values.TryGetValue(p.Key, out object? v) && SameValue(p.Value, v));

    /// <summary>The size expressions inside an attribute value.</summary>
    public static IEnumerable<DimExpr> DimsIn(object value) => value switch
    {
        DimExpr d => [d],
        ImmutableArray<DimExpr> list => list,
        ImmutableArray<TensorType> list => list.SelectMany(t => t.Shape),
        _ => [],
    };

    /// <summary>The same attributes with every size expression replaced.</summary>
    public Attributes MapDims(Func<DimExpr, DimExpr> replace) => Map(v => v switch
    {
        DimExpr d => replace(d),
        ImmutableArray<DimExpr> list => list.Select(replace).ToImmutableArray(),
        ImmutableArray<TensorType> list => list.Select(t => new TensorType(t.DType, [.. t.Shape.Select(replace)])).ToImmutableArray(),
        _ => v,
    });

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool SameValue(object a, object b) => (a, b) switch
    {
        (ImmutableArray<long> x, ImmutableArray<long> y) => x.SequenceEqual(y),
        (ImmutableArray<DimExpr> x, ImmutableArray<DimExpr> y) => x.SequenceEqual(y),
        (ImmutableArray<TensorType> x, ImmutableArray<TensorType> y) => x.SequenceEqual(y),
        (double x, double y) => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y),
        _ => a.Equals(b),
    };
}
