using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Joining, picking by index, triangles.</summary>
internal static class MovementModels
{
    public static void Register(ModelTable t)
    {
        t.Add(s => Concat(s, s.Tensors("tensors"), s.Int("dim", 0)), "torch.cat", "torch.concat", "torch.concatenate");
        t["torch.stack"] = Stack;
        Both(t, "index_select", IndexSelect);
        Both(t, "gather", s => s.NewTensor(s.Builder.Add(Op.Gather, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), s.Tensor(Self).Rank))), s.Tensor(Self), Index(s))));
        Both(t, "tril", s => s.NewTensor(Triangle(s, Op.Le)));
        Both(t, "triu", s => s.NewTensor(Triangle(s, Op.Ge)));
    }

    private static Value Index(CallSite s)
    {
        Value index = s.Tensor("index");
        s.RequireInteger(index);
        return index.DType is DType.I64 or DType.I32 ? index : throw s.Fail(Rules.AlwaysThrows, $"an index of {index.DType.Name()}");
    }

    private static AbstractValue IndexSelect(CallSite s)
    {
        Value x = s.Tensor(Self), index = Index(s);
        index = index.Rank switch
        {
            0 => ShapeOps.Unsqueeze(s, index, 0),
            1 => index,
            _ => throw s.Fail(Rules.AlwaysThrows, $"index_select by an index of rank {index.Rank}"),
        };
        return s.NewTensor(s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)ShapeOps.Axis(s, s.Int("dim"), x.Rank))), x, index));
    }

    private static AbstractValue Stack(CallSite s)
    {
        Value[] parts = s.Tensors("tensors");
        foreach (Value part in parts[1..])
        {
            // stack does not broadcast, and what cat takes along its own dimension must be equal here too.
            if (part.Rank != parts[0].Rank || s.Builder.TypeOf(part).Shape.Zip(s.Builder.TypeOf(parts[0]).Shape).Any(d => !s.Builder.Facts.TryEqual(d.First, d.Second)))
            {
                throw s.Fail(Rules.ShapeMismatch, "stack of different shapes");
            }
        }

        return Concat(s, [.. parts.Select(v => ShapeOps.Unsqueeze(s, v, s.Int("dim", 0)))], s.Int("dim", 0));
    }

    private static TensorRef Concat(CallSite s, Value[] parts, long dim)
    {
        if (parts.Length == 0)
        {
            throw s.Fail(Rules.AlwaysThrows, "cat of nothing");
        }

        DType type = parts.Select(p => p.DType).Aggregate(DTypes.Promote);
        return s.NewTensor(s.Builder.Add(Op.Concat, Attributes.Of(("dim", (long)ShapeOps.Axis(s, dim, parts[0].Rank))), [.. parts.Select(p => s.Interpreter.CastTo(p, type))]));
    }

    // Keeps what lies on one side of a diagonal: column - row compared with it.
    private static Value Triangle(CallSite s, OpDef keep)
    {
        Value x = s.Tensor(Self);
        if (x.Rank < 2)
        {
            throw s.Fail(Rules.AlwaysThrows, $"a triangle of rank {x.Rank}");
        }

        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        Value Iota(DimExpr n) => s.Builder.Add(Op.Iota, Attributes.Of(("length", n), ("dtype", DType.I64)));
        Value row = ShapeOps.Unsqueeze(s, Iota(shape[^2]), 1);
        Value edge = s.Builder.Add(Op.Add, row, s.Builder.Constant(s.Int("diagonal", 0), DType.I64));
        return s.Builder.Add(Op.Where, s.Builder.Add(keep, Iota(shape[^1]), edge), x, s.Builder.Constant(0, x.DType));
    }
}
