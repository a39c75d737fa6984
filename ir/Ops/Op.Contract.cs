using System.Collections.Immutable;

namespace DlAot.Ir;

public static partial class Op
{
    public static readonly OpDef MatMul = new(
        "matmul", OpFamily.Contraction, 2, 2, [], c =>
        {
            if (c[0].Rank < 2 || c[1].Rank < 2 || c[0].DType != c[1].DType)
            {
                throw c.Error($"{c[0]} x {c[1]} needs one dtype and rank 2 or more");
            }

            c.SameDim(c[0].Shape[^1], c[1].Shape[^2], "inner dimension");
            return One(c[0].DType, [.. c.Broadcast([c[0].Shape[..^2], c[1].Shape[..^2]]), c[0].Shape[^2], c[1].Shape[^1]]);
        }, EffectClass.Pure, null, null, "[..,M,K] x [..,K,N] -> [..,M,N], leading dimensions broadcast");

    // Operands: input [N,C,spatial..], weight [O,C/groups,kernel..], optional bias [O].
    public static readonly OpDef Conv = new(
        "conv", OpFamily.Contraction, 2, 3,
        [A<ImmutableArray<long>>("stride"), A<ImmutableArray<long>>("padding"), A<ImmutableArray<long>>("dilation"), A<DimExpr>("groups")], c =>
        {
            int spatial = c[1].Rank - 2;
            if (spatial is < 1 or > 3 || c[0].Rank != c[1].Rank || c[0].DType != c[1].DType || !c[0].DType.IsFloat())
            {
                throw c.Error($"{c[0]} with weight {c[1]}");
            }

            DimExpr groups = c.Attributes.Dim("groups");
            c.SameDim(c[0].Shape[1], c[1].Shape[1] * groups, "channels");
            c.Facts.RequireDivisible(c[1].Shape[0], groups);
            if (c.Operands.Length == 3)
            {
                c.SameDim(Vector(c, c[2]), c[1].Shape[0], "bias");
            }

            return One(c[0].DType, [c[0].Shape[0], c[1].Shape[0], .. Enumerable.Range(0, spatial).Select(i => WindowCount(c, i, c[0].Shape[2 + i], c[1].Shape[2 + i]))]);
        }, EffectClass.Pure, null, null, "cross-correlation over 1 to 3 spatial dimensions (torch conv1d, conv2d, conv3d)");

    public static readonly OpDef MaxPool = Pool("max_pool", "largest of each window; padding counts as minus infinity");

    public static readonly OpDef AvgPool = Pool("avg_pool", "mean of each window, over the elements in the input or (count_include_pad) in the padded input", A<bool>("count_include_pad", optional: true));

    private static OpDef Pool(string name, string summary, params ReadOnlySpan<AttributeDef> more) => new(
        name, OpFamily.Contraction, 1, 1,
        [
            A<ImmutableArray<long>>("kernel"), A<ImmutableArray<long>>("stride"), A<ImmutableArray<long>>("padding"),
            A<ImmutableArray<long>>("dilation", optional: true), A<bool>("ceil_mode", optional: true), .. more,
        ],
        c =>
        {
            var kernel = c.Attributes.Ints("kernel");
            int lead = c[0].Rank - kernel.Length;
            if (lead is < 1 or > 2)
            {
                throw c.Error($"{c[0]} with a window of {kernel.Length} dimensions");
            }

            if (c.Op.Name == "avg_pool" && !c[0].DType.IsFloat())
            {
                throw c.Error($"needs a float operand, got {c[0].DType.Name()}");
            }

            return One(c[0].DType, c[0].Shape.Take(lead).Concat(kernel.Select((k, i) => WindowCount(c, i, c[0].Shape[lead + i], k))));
        }, EffectClass.Pure, null, null, summary);

    // The size of an operand of rank 1 and the dtype of operand 0.
    private static DimExpr Vector(TypeRuleContext c, TensorType operand) => operand.Rank == 1 && operand.DType == c[0].DType
        ? operand.Shape[0]
        : throw c.Error($"{operand} should be {c[0].DType.Name()} of rank 1");

    // floor((size + 2*padding - dilation*(kernel-1) - 1) / stride) + 1, the same with ceil under ceil_mode (torch.nn.MaxPool2d).
    private static DimExpr WindowCount(TypeRuleContext c, int i, DimExpr size, DimExpr kernel)
    {
        long At(string attribute, long missing) => c.Attributes.Get(attribute, ImmutableArray<long>.Empty) is { Length: > 0 } list ? list[list.Length == 1 ? 0 : i] : missing;
        DimExpr stride = At("stride", 1), padding = At("padding", 0), dilation = At("dilation", 1);
        DimExpr span = size + (padding * 2) - (dilation * (kernel - 1)) - 1;
        c.Facts.RequireAtLeast(span, 0);
        if (!c.Attributes.Bool("ceil_mode"))
        {
            return DimExpr.FloorDiv(span, stride) + 1;
        }

        // With ceil_mode the last window must still start inside the input or the left padding.
        DimExpr count = DimExpr.CeilDiv(span, stride) + 1;
        return DimExpr.Min(count, DimExpr.FloorDiv(size + padding - 1, stride) + 1);
    }
}
