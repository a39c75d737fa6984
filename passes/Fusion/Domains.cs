using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Fusion;

/// <summary>How an index lies in the iteration domain of a loop group.</summary>
internal static class Domains
{
    // A whole-tensor result needed at every point would leave one grid point to do all the work: only for small domains.
    private const long SmallDomain = 4096;

    /// <summary>
    /// True when a reduction whose result is needed at this index is computed once per grid point. The first one decides which part
    /// of the domain is the grid.
    /// </summary>
    public static bool TrySplit(Group group, ImmutableArray<Affine> index)
    {
        HashSet<LoopVar> vars = [.. index.SelectMany(i => i.Vars())];
        if (!vars.All(group.Domain.Contains) || index.Any(i => !i.IsPlain))
        {
            return false;
        }

        if (group.Grid is not null)
        {
            return group.Grid.SetEquals(vars);
        }

        bool isParallel = vars.Count > 0 || group.Domain.IsEmpty || DimExpr.Product(group.Domain.Select(v => v.Extent)).Constant <= SmallDomain;
        if (isParallel)
        {
            group.Grid = vars;
        }

        return isParallel;
    }

    /// <summary>True when a kernel can store the value at this index: every element once, in the loops of one phase.</summary>
    public static bool IsWhole(Group group, ImmutableArray<Affine> index, Value value)
    {
        Affine linear = IndexMaps.Linear(index, value.Shape);
        if (!Density.IsDense(linear, value.Type.Numel))
        {
            return false;
        }

        HashSet<LoopVar> vars = [.. linear.Vars()];
        return vars.SetEquals(group.Domain)
            || (group.Grid is { } grid && (vars.SetEquals(grid) || group.PhaseClasses().Any(c => vars.SetEquals(grid.Concat(c)))));
    }

    /// <summary>True when the same element is computed again at many points, other than by an inner loop over which it is invariant.</summary>
    public static bool Repeats(Group group, ImmutableArray<Affine> index)
    {
        HashSet<LoopVar> vars = [.. index.SelectMany(i => i.Vars())];
        if (index.Any(i => i.Elements().Any()))
        {
            return true;
        }

        if (group.Kind == GroupKind.Contract)
        {
            return vars.Count > 0 && group.Domain.Concat(new[] { group.Product.M, group.Product.N }.OfType<LoopVar>()).Any(v => !vars.Contains(v));
        }

        return group.Grid is { } grid
            ? grid.Any(v => !vars.Contains(v)) && vars.Any(v => !grid.Contains(v))
            : group.Domain.Any(v => !vars.Contains(v)) && vars.Contains(group.Domain[^1]);
    }
}
