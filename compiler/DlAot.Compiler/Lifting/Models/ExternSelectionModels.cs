using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.ExternModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Results whose sizes depend on what the tensors hold: known once the call has returned.</summary>
internal static class ExternSelectionModels
{
    public static void Register(ModelTable t)
    {
        Both(t, "masked_select", s => [TensorType.Of(ExternRules.Self(s).DType, s.NewSize())]);
        Both(t, "unique", Unique);
        Both(t, "unique_consecutive", Unique);
        Both(t, "repeat_interleave", s =>
        {
            TensorType x = ExternRules.Self(s);
            return [s.Optional("dim") is null ? x.With([s.NewSize()]) : x.With(x.Shape.SetItem(s.Axis(x), s.Optional("output_size") is null ? s.NewSize() : s.Dim("output_size")))];
        });
        t.AddCall(ExternSite.Model(Indexed), "Tensor.get_TensorItems", "Tensor.index");
        Functions(t, "torch", "combinations", s => [ExternRules.Self(s).With([s.NewSize(), s.Int("r", 2)])]);
        Functions(t, "functional", "one_hot", s => [s.TypeOf("x", "input") is var x ? x.With([.. x.Shape, s.Int("num_classes", -1) is > 0 and var n ? n : s.NewSize()]) : null]);
    }

    // By tensors from the first dimension on: a mask takes as many dimensions as it has and leaves one, numbers take one each.
    private static IReadOnlyList<TensorType?> Indexed(CallSite s)
    {
        TensorType x = s.TypeOf("this");
        AbstractValue given = s.Arguments[^1] is Pointer p ? p.Load() : s.Arguments[^1];
        AbstractValue[] indices = s.Arguments.Length > 2 ? s.Arguments[1..] : given is TensorRef ? [given] : [.. s.Items(given, "indices")];
        var shapes = new List<ImmutableArray<DimExpr>>();
        int taken = 0;
        foreach (AbstractValue index in indices)
        {
            TensorType type = index is TensorRef t ? s.Builder.TypeOf(t.Value) : throw s.Unsupported("an index that is no tensor");
            shapes.Add(type.DType is DType.Bool or DType.U8 ? [s.NewSize()] : type.Shape);
            taken += type.DType is DType.Bool or DType.U8 ? type.Rank : 1;
        }

        return taken > x.Rank ? throw s.Fail(Rules.ShapeMismatch, $"{taken} dimensions of {x}") : [x.With([.. s.Broadcast([.. shapes]), .. x.Shape[taken..]])];
    }

    private static IReadOnlyList<TensorType?> Unique(CallSite s)
    {
        TensorType x = ExternRules.Self(s);
        bool alongOne = s.Optional("dim") is not null, inverse = s.Bool("return_inverse"), counts = s.Bool("return_counts");
        DimExpr count = s.NewSize();
        int axis = alongOne ? s.Axis(x) : 0;
        return
        [
            alongOne ? x.With(x.Shape.SetItem(axis, count)) : x.With([count]),
            inverse ? alongOne ? TensorType.Of(DType.I64, x.Shape[axis]) : x.As(DType.I64) : null,
            counts ? TensorType.Of(DType.I64, count) : null,
        ];
    }
}
