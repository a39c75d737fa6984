using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Lowering;

/// <summary>
/// Two neighbouring loops are one where every index steps over them as over one: for all indices, the coefficient of the outer
/// variable is that of the inner one times its extent.
/// </summary>
internal sealed class MergeLoops(IndexSpace space, IReadOnlyCollection<Affine> indices)
{
    private readonly Dictionary<LoopVar, Affine> replaced = [];
    private IReadOnlyCollection<Affine> current = indices;

    /// <summary>What to put for variables that are gone.</summary>
    public IReadOnlyDictionary<LoopVar, Affine> Replaced => replaced;

    /// <summary>Every index of the lanes and what they are made of, and those of the stores.</summary>
    public static IReadOnlyCollection<Affine> IndicesOf(IEnumerable<Lane> lanes, IEnumerable<Affine> stores)
    {
        var seen = new HashSet<Lane>();
        var found = new HashSet<Affine>(stores);
        var pending = new Stack<Lane>(lanes);
        while (pending.TryPop(out Lane? lane))
        {
            if (!seen.Add(lane))
            {
                continue;
            }

            if (lane.Index is not null)
            {
                found.UnionWith(lane.Index.Nested());
            }

            foreach (Lane operand in lane.Operands)
            {
                pending.Push(operand);
            }
        }

        return found;
    }

    /// <summary>The loops that are left of a nest, outermost first.</summary>
    public ImmutableArray<LoopVar> Merge(ImmutableArray<LoopVar> nest)
    {
        var result = nest.ToList();
        for (int i = result.Count - 1; i > 0; i--)
        {
            (LoopVar outer, LoopVar inner) = (result[i - 1], result[i]);
            if (current.All(a => a.CoefficientOf(outer) is var c && (c.IsZero ? a.CoefficientOf(inner).IsZero : c == a.CoefficientOf(inner) * inner.Extent)))
            {
                LoopVar merged = space.Loop(outer.Extent * inner.Extent);
                Replace(new Dictionary<LoopVar, Affine> { [outer] = Affine.Zero, [inner] = Affine.Of(merged) });
                result.RemoveAt(i);
                result[i - 1] = merged;
            }
        }

        return [.. result];
    }

    private void Replace(Dictionary<LoopVar, Affine> step)
    {
        foreach (LoopVar v in replaced.Keys.ToArray())
        {
            replaced[v] = space.Substitute(replaced[v], step);
        }

        foreach ((LoopVar v, Affine by) in step)
        {
            replaced[v] = by;
        }

        current = [.. current.SelectMany(a => space.Substitute(a, step).Nested()).Distinct()];
    }
}
