using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Passes.Simplification;

/// <summary>Views that do nothing, and views of views. Whether an output aliases an input is kept apart (see <see cref="Planning.LayoutOutputs"/>).</summary>
internal static class ViewRules
{
    public static ImmutableArray<(OpDef Op, Rule Rule)> Rows { get; } =
    [
        // reshape(x, shape of x) => x, expand likewise
        (Op.Reshape, (n, _) => n.Operands[0].Type == n.Result.Type ? n.Operands[0] : null),
        (Op.Expand, (n, _) => n.Operands[0].Type == n.Result.Type ? n.Operands[0] : null),

        // reshape(reshape(x, a), b) => reshape(x, b), expand likewise
        (Op.Reshape, (n, e) => n.Operands[0] is { Op.Name: "reshape" } inner ? e.Add(Op.Reshape, n.Attributes, n.Location, inner.Node!.Operands[0]) : null),
        (Op.Expand, (n, e) => n.Operands[0] is { Op.Name: "expand" } inner ? e.Add(Op.Expand, n.Attributes, n.Location, inner.Node!.Operands[0]) : null),

        // permute(x, 0 1 2 ..) => x
        (Op.Permute, (n, _) => Dims(n).SequenceEqual(Enumerable.Range(0, n.Result.Rank).Select(i => (long)i)) ? n.Operands[0] : null),

        // permute(permute(x, a), b) => permute(x, a after b)
        (Op.Permute, (n, e) => n.Operands[0] is { Op.Name: "permute" } inner
            ? e.Add(Op.Permute, Attributes.Of(("dims", Dims(n).Select(d => Dims(inner.Node!)[(int)d]).ToImmutableArray())), n.Location, inner.Node!.Operands[0])
            : null),

        // slice(x, all of it) => x
        (Op.Slice, (n, _) => n.Operands[0].Type == n.Result.Type && Start(n).IsZero && Step(n) == 1 ? n.Operands[0] : null),

        // slice(slice(x, s1, k1), s2, k2) of one dimension => slice(x, s1 + k1*s2, k1*k2)
        (Op.Slice, (n, e) => n.Operands[0] is { Op.Name: "slice" } inner && inner.Node!.Attributes.Int("dim") == n.Attributes.Int("dim")
            ? e.Add(
                Op.Slice,
                n.Attributes.With("start", Start(inner.Node) + (Start(n) * Step(inner.Node))).With("step", Step(inner.Node) * Step(n)),
                n.Location, inner.Node.Operands[0])
            : null),

        // flip(x, no dimension) => x, flip(flip(x, a), a) => x
        (Op.Flip, (n, _) => Dims(n).IsEmpty ? n.Operands[0] : null),
        (Op.Flip, (n, _) => n.Operands[0] is { Op.Name: "flip" } inner && Dims(inner.Node!).SequenceEqual(Dims(n)) ? inner.Node!.Operands[0] : null),
    ];

    private static ImmutableArray<long> Dims(Node n) => n.Attributes.Ints("dims");

    private static DimExpr Start(Node n) => n.Attributes.Dim("start");

    private static long Step(Node n) => n.Attributes.Get("step", 1L);
}
