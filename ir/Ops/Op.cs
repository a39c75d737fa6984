using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;

namespace DlAot.Ir;

/// <summary>
/// The op table: one field, one row. Grouped by family in the files beside this one. Everything that knows ops (builder, printer,
/// parser, verifier, evaluator, passes, docs) reads these rows.
/// </summary>
public static partial class Op
{
    private static readonly Lazy<FrozenDictionary<string, OpDef>> ByName = new(() => typeof(Op)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => f.GetValue(null))
        .OfType<OpDef>()
        .ToFrozenDictionary(op => op.Name, StringComparer.Ordinal));

    /// <summary>All rows, by name.</summary>
    public static IEnumerable<OpDef> Rows => ByName.Value.Values.OrderBy(op => op.Name, StringComparer.Ordinal);

    public static OpDef? TryFind(string name) => ByName.Value.GetValueOrDefault(name);

    private static AttributeDef A<T>(string name, bool optional = false) => new(name, typeof(T), optional);

    private static ImmutableArray<TensorType> One(DType type, IEnumerable<DimExpr> shape) => [new TensorType(type, [.. shape])];

    private static ImmutableArray<TensorType> One(TensorType type) => [type];
}
