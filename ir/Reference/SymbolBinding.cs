using System.Collections.Immutable;

namespace DlAot.Ir.Reference;

/// <summary>Inputs that the graph, kernel or plan is not made for, or a program that is wrong. The message says which.</summary>
public sealed class EvaluationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Values of size symbols, read from concrete inputs.</summary>
public static class SymbolBinding
{
    /// <summary>
    /// Reads each symbol N from an input dimension that is exactly N or from the i64 scalar input N (when that is not negative), and
    /// each $k from the i64 scalar input k; then checks every input's dtype, rank and sizes.
    /// </summary>
    /// <exception cref="EvaluationException">An input does not fit, or a symbol is the size of no input.</exception>
    public static IReadOnlyDictionary<string, long> Bind(ImmutableArray<GraphInput> inputs, IReadOnlyList<NdArray> values)
    {
        if (values.Count != inputs.Length)
        {
            throw new EvaluationException($"{inputs.Length} inputs are needed, {values.Count} were given");
        }

        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((GraphInput input, NdArray value) in inputs.Zip(values))
        {
            if (value.Type != input.Value.DType || value.Rank != input.Value.Rank)
            {
                throw new EvaluationException($"input {input.Name} is {value}, not {input.Value.Type}");
            }

            foreach ((DimExpr dim, long size) in input.Value.Shape.Zip(value.Shape))
            {
                if (dim.SymbolName is string symbol)
                {
                    symbols.TryAdd(symbol, size);
                }
            }

            if (input.Kind == InputKind.Scalar && value.Type == DType.I64)
            {
                long number = symbols["$" + input.Name] = value[0].Integer;
                if (number >= 0)
                {
                    symbols.TryAdd(input.Name, number);
                }
            }
        }

        foreach ((GraphInput input, NdArray value) in inputs.Zip(values))
        {
            if (!value.Shape.SequenceEqual(input.Value.Shape.Select(d => d.Evaluate(Lookup(symbols)))))
            {
                throw new EvaluationException($"input {input.Name} is {value}, not {input.Value.Type} with {string.Join(", ", symbols.Select(s => $"{s.Key}={s.Value}"))}");
            }
        }

        return symbols;
    }

    /// <summary>Looks a symbol up.</summary>
    /// <exception cref="EvaluationException">It has no value.</exception>
    public static Func<string, long> Lookup(IReadOnlyDictionary<string, long> symbols) =>
        name => symbols.TryGetValue(name, out long value) ? value : throw new EvaluationException($"the size symbol {name} has no value");

    internal static ImmutableArray<long> Evaluate(this ImmutableArray<DimExpr> shape, Func<string, long> valueOf) => [.. shape.Select(d => d.Evaluate(valueOf))];
}
