using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Fusion;

/// <summary>Decides which nodes make one kernel.</summary>
internal static class Fuse
{
    public static PassState Run(PassState state, PassOptions options)
    {
        var facts = new GraphFacts(state, options);
        var draft = new FusionDraft(facts);
        foreach (Node node in facts.Graph.Nodes.Where(facts.IsExtern))
        {
            Group group = draft.NewGroup(GroupKind.Extern, node);
            foreach (Value result in node.Results)
            {
                draft.MarkProduced(result, group);
            }
        }

        new GrowProducts(facts, draft).Run();
        new GrowLoops(facts, draft).Run();
        return state with { Groups = new FusionPlan(GroupOrder.Of(draft, facts), draft.Producers) };
    }
}
