using DlAot.Ir;

namespace DlAot.Passes.Fusion;

/// <summary>Groups under construction, and the question whether joining would make two groups wait for each other.</summary>
internal sealed class FusionDraft(GraphFacts facts)
{
    private readonly List<Group> groups = [];
    private readonly Dictionary<Node, Group> owners = [];
    private readonly Dictionary<Value, Group> producers = [];

    public IReadOnlyList<Group> Groups => groups;

    public IReadOnlyDictionary<Value, Group> Producers => producers;

    public Group NewGroup(GroupKind kind, Node? core, int epoch = 0)
    {
        var group = new Group(groups.Count, kind, core is null ? epoch : facts.Epoch(core)) { Core = core };
        groups.Add(group);
        if (core is not null)
        {
            group.Members.Add(core);
            owners[core] = group;
        }

        return group;
    }

    /// <summary>The product's or extern group that a node belongs to. Nodes of loop groups may belong to several and have none.</summary>
    public Group? GroupOf(Node node) => owners.GetValueOrDefault(node);

    public void Assign(Node node, Group group) => owners[node] = group;

    public void Unassign(Node node) => owners.Remove(node);

    public void AddRoot(Group group, Root root)
    {
        group.Roots.Add(root);
        producers[root.Value] = group;
    }

    public void MarkProduced(Value value, Group group) => producers[value] = group;

    /// <summary>True when computing a value needs something of a group, other groups being computed as a whole.</summary>
    public bool DependsOn(Value value, Group group)
    {
        int first = group.Members.Min(facts.Position);
        var seen = new HashSet<Node>();
        var seenGroups = new HashSet<Group>();
        var pending = new Stack<Node>();
        Push(value);
        while (pending.TryPop(out Node? node))
        {
            Group? owner = GroupOf(node);
            if (owner == group)
            {
                return true;
            }

            if (owner is not null && seenGroups.Add(owner))
            {
                foreach (Node member in owner.Members)
                {
                    foreach (Value operand in member.Operands)
                    {
                        Push(operand);
                    }
                }
            }

            if (owner is null && facts.Position(node) > first)
            {
                foreach (Value operand in node.Operands)
                {
                    Push(operand);
                }
            }
        }

        return false;

        void Push(Value v)
        {
            if (v.Node is not null && seen.Add(v.Node))
            {
                pending.Push(v.Node);
            }
        }
    }

    /// <summary>True when one group reads, directly or through others, what another makes.</summary>
    public bool Waits(Group waiting, Group on)
    {
        var seen = new HashSet<Group>();
        var pending = new Stack<Group>([waiting]);
        while (pending.TryPop(out Group? group))
        {
            if (group == on)
            {
                return true;
            }

            if (seen.Add(group))
            {
                foreach (Value read in group.Reads)
                {
                    if (producers.TryGetValue(read, out Group? producer))
                    {
                        pending.Push(producer);
                    }
                }
            }
        }

        return false;
    }
}
