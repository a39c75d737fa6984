using System.Collections.Immutable;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>A hypothesis about a method's arguments: rank and dtype of each tensor, presence of each optional one.</summary>
/// <param name="Written">What somebody wrote about some of them: their sizes that are numbers are fixed.</param>
internal sealed record ArgumentTypes(
    ImmutableDictionary<string, (DType DType, int Rank, bool IsNull)> Tensors, ImmutableDictionary<string, WrittenType> Written, int Penalty, bool IsGiven = false)
{
    // What is common comes first: feature matrices, sequences, images, single vectors.
    private static readonly int[] RankOrder = [2, 3, 4, 1, 5];

    /// <summary>Hypotheses in the order in which they are tried. A written signature leaves one.</summary>
    public static IEnumerable<ArgumentTypes> Enumerate(MethodDefinition method, ImmutableDictionary<string, WrittenType> written)
    {
        ImmutableDictionary<string, (DType, int, bool)> fixedOnes = written.ToImmutableDictionary(w => w.Key, w => (w.Value.DType, w.Value.Sizes.Length, false));
        ParameterDefinition[] tensors = [.. method.Parameters.Where(p => World.IsTensor(p.ParameterType) && !written.ContainsKey(p.Name))];
        if (tensors.Length == 0 || (!written.IsEmpty && tensors.All(p => p.HasDefault)))
        {
            yield return new ArgumentTypes(fixedOnes.AddRange(tensors.Select(p => KeyValuePair.Create(p.Name, (DType.F32, 0, true)))), written, 0, IsGiven: !written.IsEmpty);
            yield break;
        }

        ParameterDefinition[] optional = [.. tensors.Where(p => p.HasDefault && p.Constant is null)];
        int combinations = 0;
        foreach (bool absent in optional.Length > 0 ? new[] { true, false } : [false])
        {
            ParameterDefinition[] present = absent ? [.. tensors.Except(optional)] : tensors;
            foreach (int[] ranks in Ranks(present.Length))
            {
                if (++combinations > 60)
                {
                    yield break;
                }

                ImmutableDictionary<string, (DType, int, bool)> map = fixedOnes.AddRange(present.Zip(ranks).Select(p => KeyValuePair.Create(p.First.Name, (DType.F32, p.Second, false))));
                if (absent)
                {
                    map = map.AddRange(optional.Select(p => KeyValuePair.Create(p.Name, (DType.F32, 0, true))));
                }

                yield return new ArgumentTypes(map, written, ranks.Sum(r => Array.IndexOf(RankOrder, r)) + (absent ? 0 : 1));
            }
        }
    }

    /// <summary>The same hypothesis with a corrected type of one argument; null when it was corrected before.</summary>
    public ArgumentTypes? Refine(string input, DType? dtype, int? rank)
    {
        if (!Tensors.TryGetValue(input, out (DType DType, int Rank, bool IsNull) old) || (dtype ?? old.DType) == old.DType && (rank ?? old.Rank) == old.Rank)
        {
            return null;
        }

        return this with { Tensors = Tensors.SetItem(input, (dtype ?? old.DType, rank ?? old.Rank, old.IsNull)) };
    }

    public IEnumerable<string> Describe() => Tensors.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Value.IsNull ? $"{t.Key} is null" : $"{t.Key}: {t.Value.DType.Name()}, rank {t.Value.Rank}");

    /// <summary>The abstract argument.</summary>
    public AbstractValue Make(ParameterDefinition p, Interpreter interpreter)
    {
        var access = new Access.Argument(p.Index + 1, p.Name, p.ParameterType);
        if (!World.IsTensor(p.ParameterType))
        {
            AbstractValue predicted = p.HasDefault && p.Constant is null && !p.ParameterType.IsValueType ? AbstractValue.Null : new Unknown(p.ParameterType, $"the argument {p.Name}");
            return interpreter.Read(predicted, access);
        }

        (DType dtype, int rank, bool isNull) = Tensors[p.Name];
        if (isNull)
        {
            return interpreter.Read(AbstractValue.Null, access);
        }

        ImmutableArray<long?> sizes = Written.TryGetValue(p.Name, out WrittenType? written) && written.Sizes.Length == rank ? written.Sizes : [.. new long?[rank]];
        var type = new TensorType(dtype, [.. sizes.Select(n => n is long known ? (DimExpr)known : DimExpr.Symbol("?"))]);
        return interpreter.Read(Models.TorchModels.OfType(type), access);
    }

    private static IEnumerable<int[]> Ranks(int count) => count == 0 ? [[]] : Ranks(count - 1).SelectMany(rest => RankOrder.Select(r => (int[])[.. rest, r])).OrderBy(r => r.Sum(x => Array.IndexOf(RankOrder, x)));
}
