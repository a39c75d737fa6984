using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Borders: constant, mirrored, repeated, wrapped around.</summary>
internal static class PadModels
{
    // TorchSharp.PaddingModes
    private const long Zeros = 0, Reflect = 1, Replicate = 2, Circular = 3, Constant = 4;

    public static void Register(ModelTable t)
    {
        t["functional.pad"] = s => s.NewTensor(Padded(s, s.Operand, s.Dims("pad") is [_] ? throw s.Unsupported("one width") : s.Dims("pad"), s.Int("mode", Constant), s.Argument("value")));

        // The layers' base class; their names say the mode and the number of dimensions.
        t["PadBase.forward"] = s =>
        {
            string name = LayerModels.Self(s).Instance.Type.Name;
            int dims = name[^2] - '0';
            long mode = name.StartsWith("Reflection", StringComparison.Ordinal) ? Reflect : name.StartsWith("Replication", StringComparison.Ordinal) ? Replicate : Constant;
            ImmutableArray<DimExpr> widths = [.. s.FactInts("padding", 2 * dims).Select(w => (DimExpr)w)];
            return s.NewTensor(Padded(s, LayerModels.Input(s), widths, mode, AbstractValue.Of(name.StartsWith("Constant", StringComparison.Ordinal) ? s.FactNumber("value", 0) : 0.0)));
        };
    }

    /// <summary>The borders of the last dimensions, last one first: before and after each. Negative constant widths cut.</summary>
    public static Value Padded(CallSite s, Value x, ImmutableArray<DimExpr> widths, long mode, AbstractValue value)
    {
        int count = widths.Length / 2;
        if (widths.Length % 2 != 0 || count > x.Rank)
        {
            throw s.Fail(Rules.AlwaysThrows, $"a border of {widths.Length} widths for rank {x.Rank}");
        }

        if (mode is Zeros or Constant)
        {
            return Filled(s, x, widths, value);
        }

        for (int i = 0; i < count; i++)
        {
            x = Continued(s, x, x.Rank - 1 - i, widths[2 * i], widths[(2 * i) + 1], mode);
        }

        return x;
    }

    private static Value Filled(CallSite s, Value x, ImmutableArray<DimExpr> widths, AbstractValue value)
    {
        DimExpr[] low = [.. Enumerable.Repeat(DimExpr.Zero, x.Rank)], high = [.. low];
        for (int i = 0; i < widths.Length / 2; i++)
        {
            int dim = x.Rank - 1 - i;
            (DimExpr before, DimExpr after) = (widths[2 * i], widths[(2 * i) + 1]);
            DimExpr from = before.Constant is < 0 ? before * -1 : 0, cut = after.Constant is < 0 ? after * -1 : 0;
            if (!from.IsZero || !cut.IsZero)
            {
                x = ShapeOps.Slice(s, x, dim, from, s.Builder.TypeOf(x).Shape[dim] - from - cut);
            }

            (low[dim], high[dim]) = (before.Constant is < 0 ? 0 : before, after.Constant is < 0 ? 0 : after);
        }

        if (low.Concat(high).All(w => w.IsZero))
        {
            return s.Builder.Add(Op.Clone, x);
        }

        Value Bordered(Value v, double number) => s.Builder.Add(Op.Pad, Attributes.Of(("low", low.ToImmutableArray()), ("high", high.ToImmutableArray()), ("value", number)), v);
        switch (BclModels.Unwrapped(value))
        {
            case Compiler.Lifting.Constant { Value: double d }:
                return Bordered(x, d);
            case Compiler.Lifting.Constant { Value: long n }:
                return Bordered(x, n);
            case Compiler.Lifting.Constant { IsNull: true }:
                return Bordered(x, 0);
            case var computed:
                // A border of false around true says where the number goes.
                Value inside = s.Builder.Add(Op.Full, Attributes.Of(("shape", s.Builder.TypeOf(x).Shape), ("value", 1.0), ("dtype", DType.Bool)));
                return s.Builder.Add(Op.Where, Bordered(inside, 0), Bordered(x, 0), TorchModels.AsOperand(s, computed, x.DType));
        }
    }

    private static Value Continued(CallSite s, Value x, int dim, DimExpr before, DimExpr after, long mode)
    {
        DimExpr size = s.Builder.TypeOf(x).Shape[dim];
        if (before.Constant is not >= 0 || after.Constant is not >= 0)
        {
            throw s.Unsupported("widths that are negative or unknown");
        }

        Value Edge(DimExpr at, DimExpr width) => mode switch
        {
            Reflect => s.Builder.Add(Op.Flip, Attributes.Of(("dims", ImmutableArray.Create((long)dim))), ShapeOps.Slice(s, x, dim, at.IsZero ? 1 : size - 1 - width, width)),
            Replicate => s.Builder.Add(Op.Expand, Attributes.Of(("shape", s.Builder.TypeOf(x).Shape.SetItem(dim, width))), ShapeOps.Slice(s, x, dim, at.IsZero ? 0 : size - 1, 1)),
            Circular => ShapeOps.Slice(s, x, dim, at.IsZero ? size - width : 0, width),
            _ => throw s.Unsupported($"the mode {mode}"),
        };
        Value[] parts = [.. before.IsZero ? Array.Empty<Value>() : [Edge(0, before)], x, .. after.IsZero ? Array.Empty<Value>() : [Edge(1, after)]];
        return parts.Length == 1 ? x : s.Builder.Add(Op.Concat, Attributes.Of(("dim", (long)dim)), parts);
    }
}
