using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Fusion;

/// <summary>
/// One group per matrix product: the product and, as epilogue, the elementwise ops and the permutations and reshapes of its result
/// that follow, up to the last point where one value leaves it.
/// </summary>
internal sealed class GrowProducts(GraphFacts facts, FusionDraft draft)
{
    public void Run()
    {
        foreach (Node node in facts.Graph.Nodes.Where(facts.IsProduct))
        {
            MarkOperands(node);
        }

        foreach (Node node in facts.Graph.Nodes.Where(facts.IsProduct))
        {
            Grow(node);
        }
    }

    // An operand is read through views while the index stays affine; what a kernel computes is stored first.
    private void MarkOperands(Node product)
    {
        for (int i = 0; i < 2; i++)
        {
            Value operand = product.Operands[i], origin = operand;
            var space = new IndexSpace();
            ImmutableArray<Affine> index = space.Loops(operand.Shape).Index;
            while (origin.Node is { } node && !facts.Stored.Contains(origin) && (node.Op.Family == OpFamily.View || node.Op == Op.Cast))
            {
                index = node.Op == Op.Cast ? index : IndexMaps.ThroughView(space, node, index);
                origin = node.Operands[0];
            }

            bool isAffine = IndexMaps.Linear(index, origin.Shape).IsPlain;
            Value stored = isAffine ? origin : operand;
            if (stored.Node is { } producer && !facts.IsExtern(producer) && producer.Op.Family != OpFamily.Creation)
            {
                facts.Stored.Add(stored);
            }
        }
    }

    private void Grow(Node product)
    {
        Group group = Start(product);
        Dictionary<Value, ImmutableArray<Affine>> index = group.MemberIndex;
        List<Node> members = [product];
        int best = 1;
        for (int i = facts.Position(product) + 1; i < facts.Graph.Nodes.Length; i++)
        {
            Node node = facts.Graph.Nodes[i];
            if (node.Operands.Any(index.ContainsKey) && ResultIndex(group, node, index) is { } at)
            {
                index[node.Result] = at;
                members.Add(node);
                group.Members.Add(node);
                draft.Assign(node, group);
                if (Leaving(members).Count(v => !facts.Stored.Contains(v)) <= 1)
                {
                    best = members.Count;
                }
            }
        }

        Shrink(group, members, best);
        foreach (Value value in Leaving(members))
        {
            draft.AddRoot(group, new Root(value, index[value]));
        }
    }

    private Group Start(Node product)
    {
        Group group = draft.NewGroup(GroupKind.Contract, product);
        ImmutableArray<DimExpr> shape = product.Result.Shape;
        (group.Domain, ImmutableArray<Affine> batch) = group.Space.Loops(shape[..^2]);
        LoopVar? Var(DimExpr extent) => extent.IsOne ? null : group.Space.Loop(extent);
        group.Product = (Var(shape[^2]), Var(shape[^1]), Var(product.Operands[0].Shape[^1]));
        group.MemberIndex[product.Result] = [.. batch, AtVar(group.Product.M), AtVar(group.Product.N)];
        return group;
    }

    // The result's index when the node may join: all of its operands in the group are at one and the same index.
    private ImmutableArray<Affine>? ResultIndex(Group group, Node node, Dictionary<Value, ImmutableArray<Affine>> index)
    {
        Value product = group.Core!.Result;
        bool fits = node.Results.Length == 1 && node.Result.Type.Numel == product.Type.Numel && facts.Epoch(node) == group.Epoch
            && !facts.IsExtern(node) && draft.GroupOf(node) is null
            && (node.Op.Family == OpFamily.Elementwise || node.Op == Op.Permute || node.Op == Op.Reshape);
        if (!fits)
        {
            return null;
        }

        ImmutableArray<Affine>? at = null;
        foreach (Value operand in node.Operands)
        {
            if (!index.TryGetValue(operand, out ImmutableArray<Affine> known))
            {
                if (draft.DependsOn(operand, group))
                {
                    return null;
                }

                continue;
            }

            ImmutableArray<Affine> here = node.Op.Family == OpFamily.View
                ? IndexMaps.Forward(group.Space, node, known)!.Value
                : [.. Enumerable.Repeat(Affine.Zero, node.Result.Rank - operand.Rank), .. known];
            if (operand.Type.Numel != product.Type.Numel || (at is { } other && !other.SequenceEqual(here)))
            {
                return null;
            }

            at = here;
        }

        return at;
    }

    private List<Value> Leaving(List<Node> members) =>
        [.. members.Select(m => m.Result).Where(v => facts.Stored.Contains(v) || facts.Users(v).Any(u => !members.Contains(u)))];

    // Back to the best prefix, and without views at its end that only readers outside look through.
    private void Shrink(Group group, List<Node> members, int count)
    {
        while (members.Count > count || (members[^1].Op.Family == OpFamily.View && !facts.Stored.Contains(members[^1].Result)))
        {
            Node last = members[^1];
            members.RemoveAt(members.Count - 1);
            group.Members.Remove(last);
            group.MemberIndex.Remove(last.Result);
            draft.Unassign(last);
        }
    }

    private static Affine AtVar(LoopVar? v) => v is null ? Affine.Zero : Affine.Of(v);
}
