using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Indexing;

/// <summary>Where an operand is read for one element of the result.</summary>
/// <param name="Guarded">Only some elements of the result read it; the index may be out of range for the others.</param>
internal readonly record struct OperandIndex(int Operand, ImmutableArray<Affine> Index, bool Guarded);

/// <summary>Operand indices for a result's index, op by op.</summary>
internal static class OperandIndices
{
    /// <summary>For elementwise ops, views and movement. Predicate is the number of the condition under which it happens, -1 for none.</summary>
    public static IEnumerable<OperandIndex> Of(IndexSpace space, Node node, ImmutableArray<Affine> index, int predicate)
    {
        switch (node.Op.Family)
        {
            case OpFamily.Elementwise:
                return node.Operands.Select((o, i) => new OperandIndex(i, IndexMaps.Broadcast(index, o.Shape), false));
            case OpFamily.View:
                return [new OperandIndex(0, IndexMaps.ThroughView(space, node, index), false)];
            case OpFamily.Movement:
                return Movement(space, node, index, predicate);
            default:
                return [];
        }
    }

    /// <summary>For a reduction: kept dimensions from the result's index, reduced ones from the variables of its phase.</summary>
    public static ImmutableArray<Affine> Reduced(Node node, ImmutableArray<Affine> index, ImmutableArray<LoopVar> phase)
    {
        ImmutableArray<long> dims = node.Attributes.Ints("dims");
        bool keeps = node.Attributes.Bool("keepdim");
        (int nextKept, int nextReduced) = (0, 0);
        return
        [
            .. node.Operands[0].Shape.Select((size, d) =>
            {
                bool isReduced = dims.Contains(d);
                Affine kept = isReduced && !keeps ? Affine.Zero : index[nextKept++];
                return !isReduced ? kept : size.IsOne ? Affine.Zero : Affine.Of(phase[nextReduced++]);
            }),
        ];
    }

    /// <summary>The reduced sizes, ones left out.</summary>
    public static ImmutableArray<DimExpr> ReducedExtents(Node node) =>
        [.. node.Operands[0].Shape.Where((size, d) => node.Attributes.Ints("dims").Contains(d) && !size.IsOne)];

    /// <summary>The operand indices of a product: batch, row and summed index; batch, summed index and column.</summary>
    public static ImmutableArray<OperandIndex> Product(Node node, ImmutableArray<Affine> index, Affine summed)
    {
        ImmutableArray<Affine> Batch(Value operand) => IndexMaps.Broadcast(index[..^2], operand.Shape[..^2]);
        return
        [
            new OperandIndex(0, [.. Batch(node.Operands[0]), index[^2], summed], false),
            new OperandIndex(1, [.. Batch(node.Operands[1]), summed, index[^1]], false),
        ];
    }

    /// <summary>The index of the index tensor of take or gather for one element of the result.</summary>
    public static ImmutableArray<Affine> OfIndexTensor(Node node, ImmutableArray<Affine> index)
    {
        int axis = (int)node.Attributes.Int("dim");
        return node.Op == Op.Take ? index[axis..(axis + node.Operands[1].Rank)] : index;
    }

    private static IEnumerable<OperandIndex> Movement(IndexSpace space, Node node, ImmutableArray<Affine> index, int predicate)
    {
        switch (node.Op.Name)
        {
            case "concat":
                int along = (int)node.Attributes.Int("dim");
                DimExpr offset = DimExpr.Zero;
                for (int i = 0; i < node.Operands.Length; i++)
                {
                    yield return new OperandIndex(i, index.SetItem(along, index[along] + Affine.Of(offset * -1)), true);
                    offset += node.Operands[i].Shape[along];
                }

                break;
            case "pad":
                yield return new OperandIndex(0, [.. index.Zip(node.Attributes.Dims("low"), (x, low) => x + Affine.Of(low * -1))], true);
                break;
            case "take" or "gather":
                int axis = (int)node.Attributes.Int("dim");
                ImmutableArray<Affine> at = OfIndexTensor(node, index);
                Affine element = space.Element(node.Operands[1], at, node.Operands[0].Shape[axis], predicate);
                ImmutableArray<Affine> data = node.Op == Op.Take
                    ? [.. index[..axis], element, .. index[(axis + node.Operands[1].Rank)..]]
                    : index.SetItem(axis, element);
                yield return new OperandIndex(1, at, false);
                yield return new OperandIndex(0, data, false);
                break;
            default:
                throw new InvalidOperationException($"{node.Op} has no kernel");
        }
    }
}
