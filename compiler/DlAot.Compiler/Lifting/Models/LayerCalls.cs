using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Layers of TorchSharp.Modules that are run by calling the user's own layer.</summary>
internal static class LayerCalls
{
    /// <summary>Adds the layer's factory and its calls, where the table has none.</summary>
    /// <param name="needsEval">In training mode it draws random numbers, or may.</param>
    /// <param name="mayShare">The result may show elements of the input.</param>
    public static void Add(ModelTable t, string layer, ResultRule rule, bool needsEval = false, bool mayShare = false)
    {
        t.AddFirst(LayerModels.Made, $"nn.{layer}");
        t.AddCall(Model(rule, needsEval, mayShare), $"{layer}.forward", $"{layer}.call");
    }

    /// <summary>A call of the layer's own method.</summary>
    public static CallModel Model(ResultRule rule, bool needsEval = false, bool mayShare = false) => s => Call(s, rule, needsEval, mayShare);

    public static AbstractValue Call(CallSite s, ResultRule rule, bool needsEval = false, bool mayShare = false)
    {
        ObjectRef self = LayerModels.Self(s);
        if (self.Access is null)
        {
            throw s.Unsupported("a layer made in the method");
        }

        if (s.Method.Name == "call")
        {
            // A hook may do anything, and a result that is not as foreseen would run it twice.
            s.Interpreter.AddGuard(new Guard.NoHooks(self.Access, s.Interpreter.Location));
        }

        if (needsEval && ModuleModels.Training(s, self) is not Constant { Value: 0L })
        {
            throw s.Fail(Rules.RandomNumbers, self.Instance.Type.Name);
        }

        return ExternSite.Call(s, rule, mayShare);
    }

    /// <summary>
    /// A number that the factory was told under one of the names, as far as it is foreseen: the result is checked. A size that varies
    /// from object to object is foreseen only when it is likely 1, because 1 broadcasts.
    /// </summary>
    public static DimExpr? Fact(CallSite s, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (LayerModels.Self(s).Instance.Facts.TryGetValue(name, out AbstractValue? v))
            {
                return v switch
                {
                    Constant { Value: long n } => n,
                    Size size when s.Interpreter.Guess(size.Value) == 1 => 1,
                    _ => null,
                };
            }
        }

        return null;
    }

    /// <summary>A list that the factory was told, as it was given; null when it is not foreseen or was left out.</summary>
    public static AbstractValue? List(CallSite s, string name) =>
        LayerModels.Self(s).Instance.Facts.GetValueOrDefault(name) is { } v && v is not (Unknown or Constant { IsNull: true }) ? BclModels.Unwrapped(v) : null;

    /// <summary>Numbers that the factory was told, one for each of so many dimensions; null when they are not foreseen.</summary>
    /// <param name="missing">What a setting that was left out is; null when it cannot be left out.</param>
    public static ImmutableArray<long>? Longs(CallSite s, int count, long? missing, params ReadOnlySpan<string> names) =>
        Told(s, count, names) is { } items ? items.All(i => i is Constant { Value: long }) ? [.. items.Select(i => (long)((Constant)i).Value!)] : null
        : missing is long m && !LayerModels.Self(s).Instance.IsOpaque ? [.. Enumerable.Repeat(m, count)] : null;

    /// <summary>Sizes that the factory was told, one for each of so many dimensions, of which some may show only when the layer has run; null when nothing is known of them.</summary>
    public static ImmutableArray<DimExpr>? Sizes(CallSite s, int count, params ReadOnlySpan<string> names) =>
        Told(s, count, names) is { } items ? [.. items.Select(i => i is Constant { Value: long n } ? n : s.NewSize())] : null;

    private static AbstractValue[]? Told(CallSite s, int count, ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (!LayerModels.Self(s).Instance.Facts.TryGetValue(name, out AbstractValue? v) || v is Constant { IsNull: true })
            {
                continue;
            }

            AbstractValue[] items = BclModels.Unwrapped(v) switch
            {
                ObjectRef { Access: null, Instance.Items: { } list } => [.. list],
                ObjectRef { Access: null, Instance: { IsStruct: true } tuple } when ModelTable.ShortName(tuple.Type) == "ValueTuple" => [.. tuple.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)],
                var one => [one],
            };
            return items.Length == count ? items : items is [var each] ? [.. Enumerable.Repeat(each, count)] : [new Unknown(null, name)];
        }

        return null;
    }

    /// <summary>A flag that the factory was told, as far as it is foreseen.</summary>
    public static bool? Flag(CallSite s, params ReadOnlySpan<string> names) => Fact(s, names)?.Constant is long n ? n != 0 : null;
}
