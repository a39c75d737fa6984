using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Verification;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>The sizes that a version has in a call that is known: for estimates that are compared with measurements.</summary>
public static class LiveSizes
{
    /// <summary>Values of all symbols; null when the version does not take the call.</summary>
    /// <param name="version">The version, whose inputs are looked up.</param>
    /// <param name="live">Module and arguments of the call.</param>
    /// <param name="shapeOf">Sizes of a tensor, null for what is none.</param>
    public static SizeValues? Of(LiftedVersion version, LiveAccess live, Func<object?, long[]?> shapeOf)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        foreach ((GraphInput input, Access access) in version.Graph.Inputs.Zip(version.Inputs))
        {
            object? value = live.Read(access);
            if (input.Kind == InputKind.Scalar)
            {
                if (input.Value.DType == DType.I64 && value is IConvertible number)
                {
                    values[input.Name] = values["$" + input.Name] = number.ToInt64(null);
                }
            }
            else if (shapeOf(value) is not { } shape || shape.Length != input.Value.Rank)
            {
                return null;
            }
            else
            {
                for (int d = 0; d < shape.Length; d++)
                {
                    if ((input.Value.Shape[d].Constant ?? shape[d]) != shape[d] || (input.Value.Shape[d].SymbolName is { } known && values.TryGetValue(known, out long other) && other != shape[d]))
                    {
                        return null;
                    }

                    if (input.Value.Shape[d].SymbolName is { } symbol)
                    {
                        values[symbol] = shape[d];
                    }
                }
            }
        }

        return new SizeValues("the call's", values.ToImmutable());
    }

    /// <summary>The same for a part of the method that is called: what it is given by other parts and by what lies between is estimated from the first tensor of the call.</summary>
    /// <param name="version">A version of the part.</param>
    /// <param name="live">The module, and what of the part's arguments is known.</param>
    /// <param name="shapeOf">Sizes of a tensor, null for what is none.</param>
    /// <param name="first">Sizes of the first tensor of the call.</param>
    public static SizeValues OfPart(LiftedVersion version, LiveAccess live, Func<object?, long[]?> shapeOf, long[] first)
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((GraphInput input, Access access) in version.Graph.Inputs.Zip(version.Inputs).Where(i => i.First.Kind == InputKind.Tensor))
        {
            if (shapeOf(live.Read(access)) is { } shape && shape.Length == input.Value.Rank)
            {
                foreach ((DimExpr size, long value) in input.Value.Shape.Zip(shape).Where(z => z.First.SymbolName is not null))
                {
                    known.TryAdd(size.SymbolName!, value);
                }
            }
        }

        return TypicalSizes.Of(version, new("the call's", first.Length > 1 ? first[0] : 1, first is [.., var width] ? width : 1, first.Length > 2 ? first[^2] : 1), known);
    }
}
