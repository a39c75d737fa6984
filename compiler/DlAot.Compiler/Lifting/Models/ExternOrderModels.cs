using System.Collections.Immutable;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.ExternModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Sorting, ranks, running extremes and searching.</summary>
internal static class ExternOrderModels
{
    public static void Register(ModelTable t)
    {
        Both(t, "topk", s =>
        {
            TensorType x = ExternRules.Self(s);
            TensorType top = x.With(x.Rank == 0 ? [] : x.Shape.SetItem(s.Axis(x), s.Dim("k")));
            return [top, top.As(DType.I64)];
        });
        Both(t, "sort cummax cummin", s => [ExternRules.Self(s), ExternRules.Self(s).As(DType.I64)]);
        Both(t, "argsort", s => [ExternRules.Self(s).As(DType.I64)]);
        Both(t, "msort logcumsumexp renorm", ExternRules.Same);
        Both(t, "kthvalue mode", s => [ExternRules.Self(s) is var x ? x.Reduced(s.Axis(x), s.Bool("keepdim")) : null, x.Reduced(s.Axis(x), s.Bool("keepdim"), DType.I64)]);
        Both(t, "median nanmedian", s => [new TensorType(ExternRules.Self(s).DType, [])]);
        Both(t, "cumprod", s => [ExternRules.Self(s).As(s.ScalarType(s.Has("dtype") ? "dtype" : "type") ?? (ExternRules.Self(s).DType.IsFloat() ? ExternRules.Self(s).DType : DType.I64))]);

        // The dimension of the quantiles comes first, when there are several.
        Both(t, "quantile nanquantile", s =>
        {
            TensorType x = ExternRules.Self(s), q = s.TypeOf("q");
            return [x.With([.. q.Shape, .. x.Reduced(s.Axis(x), s.Bool("keepdim")).Shape])];
        });
        Functions(t, "torch", "searchsorted", s => [(s.Argument("values") is TensorRef ? s.TypeOf("values") : TensorType.Of(DType.I64)).As(s.Bool("out_int32") ? DType.I32 : DType.I64)]);
        Both(t, "bucketize", s => [ExternRules.Self(s).As(s.Bool("outInt32") ? DType.I32 : DType.I64)]);
        Both(t, "histc", s => [ExternRules.Self(s).With([s.Dim("bins")])]);
        Both(t, "isin", s => [s.TypeOf("this", "tensor", "elements").As(DType.Bool)]);
        Both(t, "argwhere nonzero", s => [TensorType.Of(DType.I64, s.NewSize(), ExternRules.Self(s).Rank)]);
        Both(t, "take", s => [new TensorType(ExternRules.Self(s).DType, s.TypeOf("index").Shape)]);
        Both(t, "bincount", s => [TensorType.Of(s.OptionalTensor("weights") is { } w ? w.DType is DType.F32 ? DType.F32 : DType.F64 : DType.I64, s.NewSize())]);
    }
}
