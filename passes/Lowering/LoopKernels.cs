using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Passes.Fusion;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Lowering;

/// <summary>A loop group as a kernel: reductions and stores in as few phases as their order allows.</summary>
internal sealed class LoopKernels(PassState state, Group group, KernelBuffers buffers)
{
    private readonly PullLanes pull = new(state, group);
    private readonly List<PhaseDraft> phases = [];

    public Kernel Build(string name, Schedule schedule, ImmutableArray<SourceLocation> origins)
    {
        List<StoreDraft> stores = [.. group.Roots.Select(Store)];
        foreach (IGrouping<int, ReductionItem> level in pull.Reductions.GroupBy(r => r.Value.Level).OrderBy(g => g.Key))
        {
            foreach (IGrouping<string, ReductionItem> together in level.GroupBy(r => Key(r.Phase)))
            {
                phases.Add(new PhaseDraft(level.Key, together.First().Phase) { Reductions = [.. together] });
            }
        }

        foreach (StoreDraft store in stores)
        {
            PlaceStore(store);
        }

        List<StoredLane>[] stored = SpillLanes.Plan(phases);
        return Render(name, schedule, origins, stored);
    }

    private StoreDraft Store(Root root)
    {
        Affine index = IndexMaps.Linear(root.Index, root.Value.Shape);
        // With a size 0 the linear index is 0, whatever the loops.
        IEnumerable<LoopVar> vars = root.Value.Shape.Any(d => d.IsZero) ? root.Index.SelectMany(i => i.Vars()) : index.Vars();
        HashSet<LoopVar> loops = [.. vars.Where(v => group.Grid?.Contains(v) != true)];
        ImmutableArray<LoopVar> phase = loops.Count == 0 ? [] : group.PhaseClasses().First(c => loops.SetEquals(c));
        return new StoreDraft(new Place(root.Value, index), pull.Pull(root.Value, root.Index), phase);
    }

    // As early as it can be computed, so that later phases may read it back.
    private void PlaceStore(StoreDraft store)
    {
        PhaseDraft? phase = phases.Find(p => p.Level >= store.Lane.Level && p.Loops.SequenceEqual(store.Loops));
        if (phase is null)
        {
            phases.Add(phase = new PhaseDraft(Math.Max(store.Lane.Level, phases.Count == 0 ? 0 : phases.Max(p => p.Level)), store.Loops));
        }

        phase.Stores.Add(store);
    }

    private Kernel Render(string name, Schedule schedule, ImmutableArray<SourceLocation> origins, List<StoredLane>[] stored)
    {
        IEnumerable<Lane> lanes = phases.SelectMany(p => p.Lanes).Concat(pull.Checks);
        var merge = new MergeLoops(group.Space, MergeLoops.IndicesOf(lanes, group.Roots.Select(r => IndexMaps.Linear(r.Index, r.Value.Shape))));
        ImmutableArray<LoopVar> grid;
        var nests = new Dictionary<string, ImmutableArray<LoopVar>>(StringComparer.Ordinal); // by the loops that they are made of
        if (group.Grid is null)
        {
            ImmutableArray<LoopVar> nest = merge.Merge(group.Domain);
            grid = nest.IsEmpty ? nest : nest[..^1];
            nests[Key(phases.Single().Loops)] = nest.IsEmpty ? nest : nest[^1..];
        }
        else
        {
            grid = merge.Merge([.. group.Domain.Where(group.Grid.Contains)]);
            foreach (ImmutableArray<LoopVar> nest in phases.Select(p => p.Loops).Concat(group.PhaseClasses().Where(IsChecked)).DistinctBy(Key))
            {
                nests[Key(nest)] = merge.Merge(nest);
            }
        }

        var render = new RenderLanes(group.Space, pull.Pool, buffers, merge.Replaced);
        render.Name(grid, "g");
        foreach (ImmutableArray<LoopVar> nest in nests.Values)
        {
            render.Name(nest, "i");
        }

        var rendered = ImmutableArray.CreateBuilder<Phase>();
        for (int i = 0; i < phases.Count; i++)
        {
            PhaseDraft phase = phases[i];
            render.StartPhase(stored[i]);
            rendered.Add(new LoopPhase(
                Extents(nests[Key(phase.Loops)]),
                [.. phase.Reductions.Select(r => new Reduction(r.Kind, render.Lane(r.Value), render.Pool.Temp(r.Id, TempType(r))))],
                [.. phase.Stores.Select(s => (s, Value: render.Lane(s.Lane), Index: render.Index(s.Place.Index))).ToArray()
                    .Select(s => new Store(buffers.Written(s.s.Place.Value), s.Index, s.Value))]));
        }

        ImmutableArray<LoopVar> checkLoops = [.. (group.Grid is null ? nests.Keys : group.PhaseClasses().Where(IsChecked).Select(Key)).Distinct().SelectMany(k => nests[k])];
        render.Name(checkLoops, "i");
        render.StartPhase([]);

        // Before the list of buffers: a check may be all that is left of an index.
        ImmutableArray<Expr> checks = [.. pull.Checks.Select(render.Lane)];
        return new Kernel(name, buffers.ToKernel(), Extents(grid), rendered.ToImmutable(), checks, schedule, origins) { CheckLoops = checks.IsEmpty ? [] : Extents(checkLoops) };

        bool IsChecked(ImmutableArray<LoopVar> nest) => pull.Checks.Any(c => c.Vars.Any(nest.Contains));
    }

    private static string Key(ImmutableArray<LoopVar> loops) => string.Join(",", loops.Select(v => v.Id));

    private static DType TempType(ReductionItem r) => r.Kind is ReduceKind.ArgMax or ReduceKind.ArgMin ? DType.I64 : r.Value.Type;

    private static ImmutableArray<DimExpr> Extents(ImmutableArray<LoopVar> loops) => [.. loops.Select(v => v.Extent)];
}

/// <summary>A store before rendering.</summary>
internal sealed record StoreDraft(Place Place, Lane Lane, ImmutableArray<LoopVar> Loops);

/// <summary>A phase before rendering; Level counts the reductions that come before it.</summary>
internal sealed class PhaseDraft(int level, ImmutableArray<LoopVar> loops)
{
    public int Level { get; } = level;

    public ImmutableArray<LoopVar> Loops { get; } = loops;

    public List<ReductionItem> Reductions { get; init; } = [];

    public List<StoreDraft> Stores { get; } = [];

    public IEnumerable<Lane> Lanes => Reductions.Select(r => r.Value).Concat(Stores.Select(s => s.Lane));
}
