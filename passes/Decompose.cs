using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes;

/// <summary>Composites become what their row says, until only primitives and ops that stay extern are left.</summary>
internal static class Decompose
{
    public static PassState Run(PassState state, PassOptions options)
    {
        while (true)
        {
            PassState next = GraphEditor.Rewrite(state, (node, editor) => Rewrite(node, editor, options));
            if (ReferenceEquals(next, state))
            {
                // Rows may use negative axes and constants on the left.
                return Canonicalize.Run(state, options);
            }

            state = next;
        }
    }

    private static ImmutableArray<Value>? Rewrite(Node node, GraphEditor editor, PassOptions options)
    {
        if (node.Op.Decompose is null || options.IsExtern(node))
        {
            return null;
        }

        var builder = new GraphBuilder(node.Op.Name) { Location = node.Location };
        ImmutableArray<Value> results = node.Op.Decompose(builder, node, node.Operands);

        // The outermost name is what the user wrote; the parts of attention are better known by their own.
        editor.Composite = editor.Composite is null or "attention" ? node.Op.Name : editor.Composite;
        foreach (Node part in builder.Nodes)
        {
            editor.Append(part);
        }

        editor.Require(builder.Facts.Constraints);
        return results;
    }
}
