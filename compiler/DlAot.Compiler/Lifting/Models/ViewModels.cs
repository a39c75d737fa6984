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
        t["Tensor.reshape_as"] = s => View(s, x => ShapeOps.Reshape(s, x, s.Builder.TypeOf(s.Tensor("other")).Shape));
        Both(t, "permute", s => View(s, x => ShapeOps.Permute(s, x, s.Ints("permutation", "dims"))));
        Both(t, "moveaxis movedim", s => View(s, x => Moved(s, x, s.Ints("source"), s.Ints("destination"))));
        t.Add(s => View(s, x => ShapeOps.Transpose(s, x, -2, -1)), "Tensor.get_mT", "Tensor.get_mH", "Tensor.adjoint", "torch.adjoint");
        t.Add(s => View(s, x => Reversed(s, x)), "Tensor.get_T", "Tensor.get_H");
        Both(t, "ravel", s => View(s, x => ShapeOps.Reshape(s, x, [s.Builder.TypeOf(x).Numel])));
        Both(t, "flatten", s => s.Has("dims") ? throw s.Unsupported("named dimensions") : ShapeOps.Flatten(s, s.OperandObject, s.Int("start_dim", 0), s.Int("end_dim", -1)));
        Both(t, "unflatten", s => View(s, x => ShapeOps.Unflatten(s, x, s.Int("dim"), s.Dims("sizes"))));
        Both(t, "select", s => View(s, x => ShapeOps.Select(s, x, s.Int("dim"), s.Argument("index"))));
        Both(t, "narrow", s => View(s, x => Narrowed(s, x, s.Int("dim", "dimension"))));
        Both(t, "slice", s => View(s, x => ShapeOps.Between(s, x, s.Int("dim", "dimension"), s.Dim("start"), s.Dim("finish", "end"), s.Int("step"))));
        Both(t, "expand broadcast_to", s => View(s, x => Expand(s, x, s.Dims("sizes", "size", "shape"))));
        t["Tensor.expand_as"] = s => View(s, x => Expand(s, x, s.Builder.TypeOf(s.Tensor("other")).Shape));
        Both(t, "unbind", Unbind);
        Both(t, "diagonal", s => Related(s, DiagonalOps.Diagonal(s, s.Operand, s.Int("offset", 0), s.Int("dim1", 0), s.Int("dim2", 1))));
        Both(t, "unfold", s => Related(s, Windows(s, s.Operand, s.Int("dimension", "dim"), s.Int("size"), s.Int("step"))));
        t["Tensor.contiguous"] = s => View(s, x => s.Builder.Add(Op.Contiguous, x));
        t.Add(s => View(s, x => x), "Tensor.alias", "Tensor.detach", "Tensor.cpu");
        t["Tensor.clone"] = s => s.NewTensor(s.Builder.Add(Op.Clone, s.Operand));
        foreach (int rank in new[] { 1, 2, 3 })
        {
            Both(t, $"atleast_{rank}d", s => s.Arguments[0] is TensorRef ? View(s, x => AtLeast(s, x, rank)) : throw s.Unsupported("several tensors"));
        }

        foreach ((string names, Func<CallSite, Value, Value> apply) in new (string, Func<CallSite, Value, Value>)[]
        {
            ("transpose swapaxes swapdims", (s, x) => ShapeOps.Transpose(s, x, s.Int(s.Names[1]), s.Int(s.Names[2]))),
            ("t", (s, x) => x.Rank <= 2 ? Reversed(s, x) : throw s.Fail(Rules.AlwaysThrows, $"t() of rank {x.Rank}")),
            ("unsqueeze", (s, x) => ShapeOps.Unsqueeze(s, x, s.Int("dim"))),
            ("squeeze", (s, x) => ShapeOps.Squeeze(s, x, s.Optional("dim") is null ? null : s.Int("dim"))),
        })
        {
            foreach (string name in names.Split(' '))
            {
                Both(t, name, s => View(s, x => apply(s, x)));
                t[$"Tensor.{name}_"] = s => Become(s, apply(s, s.Operand));
            }
        }

        t.Add(s => new TensorRef(s.OperandObject), "Tensor.detach_");
    }

    /// <summary>A tensor object made from an existing one whose storage it may share.</summary>
    public static TensorRef View(CallSite s, Func<Value, Value> apply) => View(s, s.OperandObject, apply);

    public static TensorRef View(CallSite s, TensorObject x, Func<Value, Value> apply) => s.NewTensor(apply(x.Value), x);

    // The tensor itself changes its shape; its storage stays.
    private static TensorRef Become(CallSite s, Value view)
    {
        TensorObject x = s.OperandObject;
        return x.TryBecome(x.View(view, s.Interpreter.Layouts)) ? new TensorRef(x) : throw s.Fail(Rules.InPlaceOnShared, Interpreter.Describe(s.Method));
    }

    // A view that in-place writes cannot follow.
    private static TensorRef Related(CallSite s, Value value)
    {
        TensorRef made = s.NewTensor(value);
        made.Object.TryBecome(s.OperandObject.Sharing(value));
        return made;
    }

    // Unlike reshape, view throws where a copy would be needed.
    private static Value Viewed(CallSite s, Value x, ImmutableArray<DimExpr> shape)
    {
        Value y = ShapeOps.Reshape(s, x, shape);
        return s.Interpreter.IsConstructorPhase || s.Interpreter.Layouts.RequireView(x, s.Builder.TypeOf(y).Shape) ? y : throw s.Fail(Rules.UncertainLayout, "view");
    }

    private static Value Reversed(CallSite s, Value x) => x.Rank < 2 ? x : ShapeOps.Permute(s, x, Enumerable.Range(0, x.Rank).Select(i => (long)i).Reverse());

    // The named dimensions go to their places, the others keep their order in what is left.
    private static Value Moved(CallSite s, Value x, ImmutableArray<long> source, ImmutableArray<long> destination)
    {
        if (source.Length != destination.Length)
        {
            throw s.Fail(Rules.AlwaysThrows, "movedim of different numbers of dimensions");
        }

        int[] from = [.. source.Select(d => ShapeOps.Axis(s, d, x.Rank))], to = [.. destination.Select(d => ShapeOps.Axis(s, d, x.Rank))];
        var rest = new Queue<int>(Enumerable.Range(0, x.Rank).Except(from));
        return ShapeOps.Permute(s, x, Enumerable.Range(0, x.Rank).Select(d => (long)(Array.IndexOf(to, d) is >= 0 and var at ? from[at] : rest.Dequeue())).ToArray());
    }

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
        TensorObject x = s.OperandObject;
        long dim = s.Has("dimension") ? s.Int("dimension", 0) : s.Int("dim", 0);
        DimExpr size = s.Builder.Facts.Normalize(s.Builder.TypeOf(x.Value).Shape[ShapeOps.Axis(s, dim, x.Value.Rank)]);
        long count = size.Constant ?? (s.Interpreter.Guess(size) is null && !s.Interpreter.IsConstructorPhase ? s.Interpreter.PinTo(new Size(size), s.Interpreter.ChooseCount(null)) : s.Known(new Size(size), "dim"));
        return count is < 0 or > 1000 ? throw s.Unsupported($"{count} parts")
            : Interpreter.NewList(s.ReturnType, Enumerable.Range(0, (int)count).Select(i => s.NewTensor(ShapeOps.Select(s, x.Value, dim, AbstractValue.Of((long)i)), x)));
    }

    // Windows of a dimension: [.., L, ..] => [.., (L - size) / step + 1, .., size].
    private static Value Windows(CallSite s, Value x, long dim, long size, long step)
    {
        int axis = ShapeOps.Axis(s, dim, x.Rank);
        DimExpr length = s.Builder.TypeOf(x).Shape[axis];
        if (size < 1 || step < 1)
        {
            throw s.Fail(Rules.AlwaysThrows, $"windows of {size} by {step}");
        }

        s.Builder.Facts.RequireAtLeast(length, size);
        Value start = s.Builder.Add(Op.Mul, ShapeOps.Iota(s, DimExpr.FloorDiv(length - size, step) + 1), s.Builder.Constant(step, DType.I64));
        Value index = s.Builder.Add(Op.Add, ShapeOps.Unsqueeze(s, start, 1), ShapeOps.Iota(s, size));
        Value windows = s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)axis)), x, index);
        return ShapeOps.Permute(s, windows, [.. Enumerable.Range(0, windows.Rank).Where(d => d != axis + 1).Select(d => (long)d), axis + 1]);
    }

    private static Value AtLeast(CallSite s, Value x, int rank) => (rank, x.Rank) switch
    {
        (1, 0) => ShapeOps.Unsqueeze(s, x, 0),
        (2, 0) or (2, 1) => ShapeOps.Unsqueeze(s, AtLeast(s, x, 1), 0),
        (3, 0) or (3, 1) or (3, 2) => ShapeOps.Unsqueeze(s, AtLeast(s, x, 2), x.Rank == 2 ? 2 : -1),
        _ => x,
    };
}
