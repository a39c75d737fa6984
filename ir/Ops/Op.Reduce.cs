using System.Collections.Immutable;

namespace DlAot.Ir;

public static partial class Op
{
    public static readonly OpDef Sum = Reduction("sum", "sum over dimensions; bool and integers sum in i64");
    public static readonly OpDef Prod = Reduction("prod", "product over dimensions");
    public static readonly OpDef AMax = Reduction("amax", "largest over dimensions, NaN wins");
    public static readonly OpDef AMin = Reduction("amin", "smallest over dimensions, NaN wins");
    public static readonly OpDef Any = Reduction("any", "bool: some element is not zero");
    public static readonly OpDef All = Reduction("all", "bool: every element is not zero");
    public static readonly OpDef ArgMax = Reduction("argmax", "i64 row-major position of the first largest in the named dimensions, NaN wins");
    public static readonly OpDef ArgMin = Reduction("argmin", "i64 row-major position of the first smallest in the named dimensions, NaN wins");

    public static readonly OpDef CumSum = new(
        "cumsum", OpFamily.Movement, 1, 1, [A<long>("dim")], c =>
        {
            c.Axis(c.Attributes.Int("dim"), c[0].Rank);
            return One(c[0]);
        }, EffectClass.Pure, null, null, "running sum along a dimension, in the operand's dtype");

    /// <summary>The reduction kind of a kernel for each reduction op.</summary>
    public static Kernels.ReduceKind? ReduceKindOf(OpDef op) => op.Name switch
    {
        "sum" => Kernels.ReduceKind.Sum,
        "prod" => Kernels.ReduceKind.Product,
        "amax" => Kernels.ReduceKind.Max,
        "amin" => Kernels.ReduceKind.Min,
        "any" => Kernels.ReduceKind.Any,
        "all" => Kernels.ReduceKind.All,
        "argmax" => Kernels.ReduceKind.ArgMax,
        "argmin" => Kernels.ReduceKind.ArgMin,
        _ => null,
    };

    /// <summary>Shape after reducing: dims gives the axes (not negative; none reduces nothing), keepdim keeps them as 1.</summary>
    public static ImmutableArray<DimExpr> ReducedShape(ImmutableArray<DimExpr> shape, ImmutableArray<long> dims, bool keepdim) =>
    [
        .. shape.Select((d, i) => !dims.Contains(i) ? d : keepdim ? DimExpr.One : null).OfType<DimExpr>(),
    ];

    private static OpDef Reduction(string name, string summary) => new(
        name, OpFamily.Reduction, 1, 1, [A<ImmutableArray<long>>("dims"), A<bool>("keepdim")], ReductionType, EffectClass.Pure, null, null, summary);

    private static ImmutableArray<TensorType> ReductionType(TypeRuleContext c)
    {
        ImmutableArray<long> dims = [.. c.Attributes.Ints("dims").Select(d => (long)c.Axis(d, c[0].Rank))];
        if (dims.Distinct().Count() != dims.Length)
        {
            throw c.Error("a dimension is named twice");
        }

        if (c.Op.Name is "amax" or "amin" or "argmax" or "argmin")
        {
            // There is no largest of none.
            foreach (long d in dims)
            {
                c.Facts.RequireAtLeast(c[0].Shape[(int)d], 1);
            }
        }

        DType type = c.Op.Name switch
        {
            "any" or "all" => DType.Bool,
            "argmax" or "argmin" => DType.I64,
            "sum" or "prod" when !c[0].DType.IsFloat() => DType.I64,
            "mean" or "var" when !c[0].DType.IsFloat() => throw c.Error($"needs a float operand, got {c[0].DType.Name()}"),
            _ => c[0].DType,
        };
        return One(type, ReducedShape(c[0].Shape, dims, c.Attributes.Bool("keepdim")));
    }
}
