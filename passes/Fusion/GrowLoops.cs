using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Fusion;

/// <summary>
/// Puts everything but products and extern calls into loop groups, from the outputs upward. A value that a group needs is a demand
/// with the index at which it is needed; when all demands on a node are known, it is evaluated inside the groups that demand it, or
/// stored by a group of its own, or stored by one of the groups that evaluate it anyway.
/// </summary>
internal sealed class GrowLoops(GraphFacts facts, FusionDraft draft)
{
    private readonly Dictionary<Value, List<Demand>> demands = [];
    private readonly InlineCost cost = new(facts);

    public void Run()
    {
        foreach (Node node in facts.Graph.Nodes.Reverse())
        {
            if (draft.GroupOf(node) is { } group)
            {
                VisitOwned(node, group);
            }
            else
            {
                Visit(node);
            }
        }

        foreach (GraphInput input in facts.Graph.Inputs.Where(i => facts.Stored.Contains(i.Value)))
        {
            StartGroup(input.Value, 0);
        }
    }

    private void VisitOwned(Node node, Group group)
    {
        foreach (Value result in node.Results)
        {
            foreach (Demand demand in DemandsOn(result).Where(d => d.Group != group))
            {
                demand.Group.Reads.Add(result);
            }
        }

        if (group.Kind == GroupKind.Extern)
        {
            group.Reads.UnionWith(node.Operands.Where(o => o.Node is not null || facts.Stored.Contains(o)));
            if (facts.ExternViews.Contains(node))
            {
                // Kernels look through a view at the storage below it.
                Forward(node, DemandsOn(node.Result));
            }

            return;
        }

        Affine summed = group.Product.K is { } k ? Affine.Of(k) : Affine.Zero;
        ImmutableArray<Affine> index = group.MemberIndex[node.Result];
        foreach (OperandIndex o in node == group.Core ? OperandIndices.Product(node, index, summed) : OperandIndices.Of(group.Space, node, index, -1))
        {
            if (!group.MemberIndex.ContainsKey(node.Operands[o.Operand]))
            {
                Push(node.Operands[o.Operand], new Demand(group, o.Index, o.Guarded));
            }
        }
    }

    private void Visit(Node node)
    {
        List<Demand> on = DemandsOn(node.Result);
        bool isStored = facts.Stored.Contains(node.Result);
        if (on.Count == 0 && !isStored)
        {
            return;
        }

        if (isStored || !FitsEverywhere(node, on))
        {
            on = Store(node, on);
        }

        Forward(node, on);
    }

    // True when each group that demands the node may evaluate it itself.
    private bool FitsEverywhere(Node node, List<Demand> on)
    {
        ImmutableArray<Group> groups = [.. on.Select(d => d.Group).Distinct()];
        if (groups.Any(g => g.Epoch != facts.Epoch(node)) && node.Op.Family is not (OpFamily.View or OpFamily.Creation))
        {
            return false;
        }

        switch (node.Op.Family)
        {
            case OpFamily.View or OpFamily.Creation:
                return true;
            case OpFamily.Reduction:
                return !facts.FeedsIndex(node) && groups is [{ Kind: GroupKind.Loop } only] && on.All(d => !d.Guarded && d.SameIndex(on[0])) && Domains.TrySplit(only, on[0].Index);
            case OpFamily.Movement:
                return groups is [{ Kind: GroupKind.Loop } group] && on.All(d => d.SameIndex(on[0])) && MayCheck(node, group, on[0].Index);
            default:
                bool isExpensive = node.Op.Scalar!.Value.IsExpensive();
                int indices = groups.Max(g => on.Where(d => d.Group == g).Select(d => string.Join(" ", d.Index.Select(i => i.Key))).Distinct().Count());
                return indices <= (isExpensive ? 1 : 4)
                    && (groups.Length == 1 || !(isExpensive || cost.IsHeavy(node)))
                    && !(isExpensive && on.Any(d => d.Guarded || (Domains.Repeats(d.Group, d.Index) && !cost.FollowsReduction(node))));
        }
    }

    // Index checks run over the grid and the inner variables of the domain only.
    private static bool MayCheck(Node node, Group group, ImmutableArray<Affine> index) =>
        (node.Op != Op.Take && node.Op != Op.Gather) || index.SelectMany(i => i.Vars()).All(group.Domain.Contains);

    // Stores the node's result in memory: in one of the groups that need it, else in a new one. Gives the demands of that group.
    private List<Demand> Store(Node node, List<Demand> on)
    {
        Group? host = on.Select(d => d.Group).Distinct().FirstOrDefault(g => MayHost(g, node, [.. on.Where(d => d.Group == g)], on));
        foreach (Demand demand in on.Where(d => d.Group != host))
        {
            demand.Group.Reads.Add(node.Result);
        }

        if (host is null)
        {
            return [StartGroup(node.Result, facts.Epoch(node))];
        }

        List<Demand> hosted = [.. on.Where(d => d.Group == host)];
        draft.AddRoot(host, new Root(node.Result, hosted[0].Index));
        return hosted;
    }

    private bool MayHost(Group group, Node node, List<Demand> inGroup, List<Demand> all)
    {
        Value value = node.Result;
        if (group.Kind != GroupKind.Loop || group.Epoch != facts.Epoch(node) || inGroup.Any(d => d.Guarded || !d.SameIndex(inGroup[0])))
        {
            return false;
        }

        ImmutableArray<Affine> index = inGroup[0].Index;
        IEnumerable<Group> others = all.Select(d => d.Group).Concat(facts.Users(value).Select(draft.GroupOf).OfType<Group>().Where(g => g.Kind == GroupKind.Extern));
        if (others.Distinct().Any(o => o != group && (draft.Waits(group, o) || (o.Kind == GroupKind.Contract && o.Roots.Count > 1))))
        {
            return false;
        }

        bool fits = node.Op.Family switch
        {
            OpFamily.Reduction => !facts.FeedsIndex(node) && Domains.TrySplit(group, index),
            OpFamily.Movement => MayCheck(node, group, index),
            _ => true,
        };
        return fits && Domains.IsWhole(group, index, value);
    }

    private Demand StartGroup(Value value, int epoch)
    {
        Group group = draft.NewGroup(GroupKind.Loop, null, epoch);
        (group.Domain, ImmutableArray<Affine> index) = group.Space.Loops(value.Shape);
        draft.AddRoot(group, new Root(value, index));
        if (value.Node?.Op.Family == OpFamily.Reduction)
        {
            group.Grid = [.. group.Domain];
        }

        return new Demand(group, index, false);
    }

    private void Forward(Node node, List<Demand> on)
    {
        foreach (Demand demand in on)
        {
            Group group = demand.Group;
            group.Members.Add(node);
            if (node.Op.Family == OpFamily.Reduction)
            {
                ImmutableArray<LoopVar> phase = group.PhaseVars(OperandIndices.ReducedExtents(node));
                Push(node.Operands[0], new Demand(group, OperandIndices.Reduced(node, demand.Index, phase), false));
                continue;
            }

            foreach (OperandIndex o in OperandIndices.Of(group.Space, node, demand.Index, -1))
            {
                Push(node.Operands[o.Operand], new Demand(group, o.Index, o.Guarded || demand.Guarded));
            }
        }
    }

    private void Push(Value value, Demand demand)
    {
        List<Demand> on = DemandsOn(value);
        if (!on.Any(d => d.Group == demand.Group && d.Guarded == demand.Guarded && d.SameIndex(demand)))
        {
            on.Add(demand);
        }
    }

    private List<Demand> DemandsOn(Value value) => demands.TryGetValue(value, out List<Demand>? on) ? on : demands[value] = [];

    private sealed record Demand(Group Group, ImmutableArray<Affine> Index, bool Guarded)
    {
        public bool SameIndex(Demand other) => Index.SequenceEqual(other.Index);
    }
}
