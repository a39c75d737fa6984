using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Tensors that may share the storage of another.</summary>
internal static class ViewModels
{
    public static void Register(ModelTable t)
    {
        t["Tensor.view"] = s => View(s, x => Viewed(s, x, s.Dims("shape")));
        t["Tensor.view_as"] = s => View(s, x => Viewed(s, x, s.Builder.TypeOf(s.Tensor("other")).Shape));
        Both(t, "reshape", s => View(s, x => ShapeOps.Reshape(s, x, s.Dims("shape"))));
        Both(t, "permute", s => View(s, x => ShapeOps.Permute(s, x, s.Ints("permutation", "dims"))));
        Both(t, "transpose", s => View(s, x => ShapeOps.Transpose(s, x, s.Int("dim0", "dim1"), s.Int(s.Has("dim0") && s.Has("dim1") ? "dim1" : "dim2", "dim1"))));
        t["Tensor.t"] = s => s.Tensor(Self).Rank <= 2 ? View(s, x => Reversed(s, x)) : throw s.Fail(Rules.AlwaysThrows, $"t() of rank {s.Tensor(Self).Rank}");
        t["Tensor.get_T"] = s => View(s, x => Reversed(s, x));
        t.Add(s => View(s, x => ShapeOps.Transpose(s, x, -2, -1)), "Tensor.get_mT", "Tensor.get_mH");
        Both(t, "unsqueeze", s => View(s, x => ShapeOps.Unsqueeze(s, x, s.Int("dim"))));
        Both(t, "squeeze", s => View(s, x => ShapeOps.Squeeze(s, x, s.Optional("dim") is null ? null : s.Int("dim"))));
        Both(t, "flatten", s => ShapeOps.Flatten(s, s.TensorObject(Self), s.Int("start_dim", 0), s.Int("end_dim", -1)));
        Both(t, "select", s => View(s, x => ShapeOps.Select(s, x, s.Int("dim"), s.Argument("index"))));
        Both(t, "narrow", s => View(s, x => Narrowed(s, x, s.Int("dim", "dimension"))));
        t["Tensor.slice"] = s => View(s, x => ShapeOps.Between(s, x, s.Int("dim", "dimension"), s.Dim("start"), s.Dim("finish", "end"), s.Int("step")));
        t["Tensor.expand"] = s => View(s, x => Expand(s, x, s.Dims("sizes", "size")));
        t["Tensor.expand_as"] = s => View(s, x => Expand(s, x, s.Builder.TypeOf(s.Tensor("other")).Shape));
        Both(t, "chunk", s => ShapeOps.Chunk(s, s.TensorObject(Self), s.Int("chunks"), s.Int("dim", 0)));
        Both(t, "unbind", s => Unbind(s));
        Both(t, "split", s => Split(s));
        t["Tensor.contiguous"] = s => View(s, x => s.Builder.Add(Op.Contiguous, x));
        t.Add(s => View(s, x => x), "Tensor.alias", "Tensor.detach", "Tensor.cpu");
        t["Tensor.clone"] = s => s.NewTensor(s.Builder.Add(Op.Clone, s.Tensor(Self)));
    }

    /// <summary>A tensor object made from an existing one whose storage it may share.</summary>
    public static TensorRef View(CallSite s, Func<Value, Value> apply)
    {
        TensorObject x = s.TensorObject(Self);
        return s.NewTensor(apply(x.Value), x);
    }

    // Unlike reshape, view throws where a copy would be needed.
    private static Value Viewed(CallSite s, Value x, ImmutableArray<DimExpr> shape)
    {
        Value y = ShapeOps.Reshape(s, x, shape);
        return s.Interpreter.IsConstructorPhase || s.Interpreter.Layouts.AllowsView(x, s.Builder.TypeOf(y).Shape) ? y : throw s.Fail(Rules.UncertainLayout, "view");
    }

    private static Value Reversed(CallSite s, Value x) => x.Rank < 2 ? x : ShapeOps.Permute(s, x, Enumerable.Range(0, x.Rank).Select(i => (long)i).Reverse());

    private static Value Narrowed(CallSite s, Value x, long dim)
    {
        DimExpr start = s.Dim("start");
        start = start.Constant is < 0 ? s.Builder.TypeOf(x).Shape[ShapeOps.Axis(s, dim, x.Rank)] + start : start;
        return ShapeOps.Slice(s, x, dim, start, s.Dim("length"));
    }

    private static Value Expand(CallSite s, Value x, ImmutableArray<DimExpr> sizes)
    {
        ImmutableArray<DimExpr> own = s.Builder.TypeOf(x).Shape;
        int added = sizes.Length - own.Length;
        return s.Builder.Add(Op.Expand, Attributes.Of(("shape", sizes.Select((d, i) => d.Constant != -1 ? d : i >= added ? own[i - added] : throw s.Fail(Rules.AlwaysThrows, "expand by -1")).ToImmutableArray())), x);
    }

    private static AbstractValue Unbind(CallSite s)
    {
        TensorObject x = s.TensorObject(Self);
        long dim = s.Int("dim", s.Has("dimension") ? s.Int("dimension", 0) : 0);
        long count = s.Builder.TypeOf(x.Value).Shape[ShapeOps.Axis(s, dim, x.Value.Rank)].Constant ?? throw s.Fail(Rules.UnknownBranch, "the number of parts");
        return Interpreter.NewList(s.ReturnType, Enumerable.Range(0, (int)count).Select(i => s.NewTensor(ShapeOps.Select(s, x.Value, dim, AbstractValue.Of((long)i)), x)));
    }

    private static AbstractValue Split(CallSite s)
    {
        TensorObject x = s.TensorObject(Self);
        long dim = s.Int("dim", 0);
        DimExpr total = s.Builder.TypeOf(x.Value).Shape[ShapeOps.Axis(s, dim, x.Value.Rank)];
        AbstractValue sizes = s.Argument("sizes", "split_size_or_sections", "size");
        if (Interpreter.AsDim(sizes) is not { } size)
        {
            ImmutableArray<DimExpr> parts = s.Dims("sizes", "split_size_or_sections", "size");
            if (!s.Builder.Facts.TryEqual(total, parts.Aggregate(DimExpr.Zero, (a, b) => a + b)))
            {
                throw s.Fail(Rules.AlwaysThrows, "split: the sizes do not add up");
            }

            return ShapeOps.Split(s, x, dim, parts);
        }

        long count = DimExpr.CeilDiv(total, size).Constant ?? throw s.Fail(Rules.UnknownBranch, "the number of parts");
        return count is < 1 or > 1000 ? throw s.Unsupported($"{count} parts")
            : ShapeOps.Split(s, x, dim, Enumerable.Range(0, (int)count).Select(i => i < count - 1 ? size : total - (size * (count - 1))));
    }
}
