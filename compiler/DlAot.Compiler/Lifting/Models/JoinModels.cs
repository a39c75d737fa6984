using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Several tensors joined to one, and grids made of vectors.</summary>
internal static class JoinModels
{
    public static void Register(ModelTable t)
    {
        t.Add(s => Joined(s, Parts(s), s.Int("dim", 0)), "torch.cat", "torch.concat", "torch.concatenate");
        t["torch.stack"] = s => Stacked(s, s.Tensors("tensors"), s.Int("dim", 0));
        t["torch.hstack"] = s => AtLeast(s, 1) is var parts && parts[0].Rank == 1 ? Joined(s, parts, 0) : Joined(s, parts, 1);
        t.Add(s => Joined(s, AtLeast(s, 2), 0), "torch.vstack", "torch.row_stack");
        t["torch.dstack"] = s => Joined(s, AtLeast(s, 3), 2);
        t["torch.column_stack"] = s => Joined(s, [.. s.Tensors("tensors").Select(x => x.Rank == 1 ? ShapeOps.Unsqueeze(s, x, 1) : x)], 1);
        t["torch.meshgrid"] = s => MeshGrid(s, s.Tensors("tensors"), s.Find("indexing") is Constant { Value: "xy" });
        t["torch.cartesian_prod"] = CartesianProduct;
        t["torch.broadcast_tensors"] = s => Broadcast(s, s.Tensors("tensors"));
        t["torch.block_diag"] = BlockDiagonal;
    }

    private static Value[] Parts(CallSite s) => s.Tensors("tensors");

    public static TensorRef Joined(CallSite s, Value[] parts, long dim)
    {
        if (parts.Length == 0)
        {
            throw s.Fail(Rules.AlwaysThrows, "cat of nothing");
        }

        // Empty vectors are let through, whatever the rank of the others.
        if (parts.Any(p => p.Rank != 1))
        {
            parts = [.. parts.Where(p => p.Rank != 1 || s.Builder.TypeOf(p).Shape[0].Constant != 0)];
        }

        DType type = parts.Select(p => p.DType).Aggregate(DTypes.Promote);
        return s.NewTensor(s.Builder.Add(Op.Concat, Attributes.Of(("dim", (long)ShapeOps.Axis(s, dim, parts[0].Rank))), [.. parts.Select(p => s.Interpreter.CastTo(p, type))]));
    }

    public static TensorRef Stacked(CallSite s, Value[] parts, long dim)
    {
        if (parts.Length == 0)
        {
            throw s.Fail(Rules.AlwaysThrows, "stack of nothing");
        }

        foreach (Value part in parts[1..])
        {
            // stack does not broadcast, and what cat takes along its own dimension must be equal here too.
            if (part.Rank != parts[0].Rank || s.Builder.TypeOf(part).Shape.Zip(s.Builder.TypeOf(parts[0]).Shape).Any(d => !s.Builder.Facts.TryEqual(d.First, d.Second)))
            {
                throw s.Fail(Rules.ShapeMismatch, "stack of different shapes");
            }
        }

        return Joined(s, [.. parts.Select(v => ShapeOps.Unsqueeze(s, v, dim))], dim);
    }

    private static Value[] AtLeast(CallSite s, int rank) => [.. s.Tensors("tensors").Select(x => (rank, x.Rank) switch
    {
        (_, 0) => ProductModels.Reshaped(s, x, [.. Enumerable.Repeat(DimExpr.One, rank)]),
        (2, 1) => ShapeOps.Unsqueeze(s, x, 0),
        (3, 1) => ShapeOps.Unsqueeze(s, ShapeOps.Unsqueeze(s, x, 0), 2),
        (3, 2) => ShapeOps.Unsqueeze(s, x, 2),
        _ => x,
    })];

    private static Value[] Grids(CallSite s, Value[] axes)
    {
        if (axes.Any(a => a.Rank > 1) || axes.Select(a => a.DType).Distinct().Count() != 1)
        {
            throw s.Fail(Rules.AlwaysThrows, "meshgrid of other than vectors of one dtype");
        }

        ImmutableArray<DimExpr> shape = [.. axes.Select(a => s.Builder.TypeOf(a).Numel)];
        return
        [
            .. axes.Select((a, i) => s.Builder.Add(Op.Expand, Attributes.Of(("shape", shape)),
                ProductModels.Reshaped(s, a, [.. shape.Select((d, k) => k == i ? d : DimExpr.One)]))),
        ];
    }

    // Views in the library, but of the vectors alone.
    private static AbstractValue MeshGrid(CallSite s, Value[] axes, bool isCartesian)
    {
        bool swap = isCartesian && axes.Length >= 2;
        Value[] grids = Grids(s, swap ? [axes[1], axes[0], .. axes[2..]] : axes);
        grids = swap ? [grids[1], grids[0], .. grids[2..]] : grids;
        return Interpreter.NewList(s.ReturnType, grids.Select(g => s.NewTensor(g)));
    }

    private static TensorRef CartesianProduct(CallSite s)
    {
        Value[] axes = s.Tensors("tensors");
        return axes.Length == 1 ? s.NewTensor(s.Builder.Add(Op.Clone, axes[0]))
            : Stacked(s, [.. Grids(s, axes).Select(g => ProductModels.Reshaped(s, g, [s.Builder.TypeOf(g).Numel]))], 1);
    }

    private static AbstractValue Broadcast(CallSite s, Value[] tensors)
    {
        // The shape of their sum.
        Value all = tensors.Select(x => s.Builder.Add(Op.Full, Attributes.Of(("shape", s.Builder.TypeOf(x).Shape), ("value", 0.0), ("dtype", DType.Bool)))).Aggregate((a, b) => s.Builder.Add(Op.Or, a, b));
        return Interpreter.NewList(s.ReturnType, tensors.Select(x => s.NewTensor(s.Builder.Add(Op.Expand, Attributes.Of(("shape", s.Builder.TypeOf(all).Shape)), x))));
    }

    private static TensorRef BlockDiagonal(CallSite s)
    {
        Value[] blocks = [.. s.Tensors("tensors").Select(x => x.Rank switch { 2 => x, 1 => ShapeOps.Unsqueeze(s, x, 0), 0 => ProductModels.Reshaped(s, x, [1, 1]), _ => throw s.Fail(Rules.AlwaysThrows, "block_diag of rank 3") })];
        DimExpr columns = blocks.Aggregate(DimExpr.Zero, (sum, b) => sum + s.Builder.TypeOf(b).Shape[1]), before = 0;
        DType type = blocks.Select(b => b.DType).Aggregate(DTypes.Promote);
        var rows = new List<Value>();
        foreach (Value block in blocks)
        {
            DimExpr own = s.Builder.TypeOf(block).Shape[1];
            rows.Add(s.Builder.Add(Op.Pad, Attributes.Of(("low", ImmutableArray.Create(DimExpr.Zero, before)), ("high", ImmutableArray.Create(DimExpr.Zero, columns - before - own)), ("value", 0.0)), s.Interpreter.CastTo(block, type)));
            before += own;
        }

        return Joined(s, [.. rows], 0);
    }
}
