using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using LLVMSharp.Interop;
using static LLVMSharp.Interop.LLVMRealPredicate;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>How one reduction accumulates: where it starts and how two partial results become one.</summary>
internal sealed class Reducer
{
    private readonly Code code;
    private readonly Reduction reduction;
    private readonly bool exact;
    private readonly DType type;

    public Reducer(Code code, Reduction reduction, bool exact)
    {
        (this.code, this.reduction, this.exact) = (code, reduction, exact);
        type = reduction.Kind switch
        {
            ReduceKind.Any or ReduceKind.All => DType.Bool,
            ReduceKind.ArgMax or ReduceKind.ArgMin => reduction.Value.Type,
            _ => reduction.Result.Type,
        };
    }

    public Expr.Temp Result => reduction.Result;

    public bool KeepsPosition => reduction.Kind is ReduceKind.ArgMax or ReduceKind.ArgMin;

    /// <summary>Partial results of one lane count, in the function's frame.</summary>
    public sealed record Partial(int Lanes, LLVMValueRef Value, LLVMValueRef? Position);

    /// <summary>Reserves and resets partial results, here.</summary>
    public Partial Start(int lanes)
    {
        LLVMTypeRef value = LevelModule.Lanes(code.Unit.Computed(type), lanes), position = LevelModule.Lanes(code.Unit.I64, lanes);
        Partial partial = new(lanes, code.Local(value), KeepsPosition ? code.Local(position) : null);
        code.B.BuildStore(Identity(value), partial.Value);
        if (partial.Position is { } slot)
        {
            // Larger than any position: the first element replaces it whatever its value is.
            code.B.BuildStore(position.ConstInt(long.MaxValue), slot);
        }

        return partial;
    }

    /// <summary>Takes in one value for each lane; lanes outside the mask leave their partial result alone.</summary>
    public void Accumulate(Partial partial, LLVMValueRef value, LLVMValueRef? mask, LLVMValueRef position)
    {
        LLVMBuilderRef b = code.B;
        value = KeepsPosition ? value : Conversion.Emit(code, value, reduction.Value.Type, type);
        LLVMValueRef old = b.BuildLoad2(value.TypeOf, partial.Value);
        if (partial.Position is { } slot)
        {
            LLVMValueRef oldPosition = b.BuildLoad2(position.TypeOf, slot);
            LLVMValueRef better = Better(value, position, old, oldPosition);
            better = mask is { } m ? b.BuildAnd(better, m) : better;
            b.BuildStore(b.BuildSelect(better, value, old), partial.Value);
            b.BuildStore(b.BuildSelect(better, position, oldPosition), slot);
            return;
        }

        LLVMValueRef combined = Combine(old, value);
        b.BuildStore(mask is { } some ? b.BuildSelect(some, combined, old) : combined, partial.Value);
    }

    /// <summary>The lanes of a partial result as they are.</summary>
    public LLVMValueRef Lanes(Partial partial) => Finish(
        partial.Position is { } slot
            ? Found(code.B.BuildLoad2(LevelModule.Lanes(code.Unit.I64, partial.Lanes), slot))
            : code.B.BuildLoad2(LevelModule.Lanes(code.Unit.Computed(type), partial.Lanes), partial.Value));

    /// <summary>All lanes of all partial results as one value.</summary>
    public LLVMValueRef Fold(IReadOnlyList<Partial> partials)
    {
        LLVMBuilderRef b = code.B;
        LLVMTypeRef computed = code.Unit.Computed(type);
        if (!KeepsPosition)
        {
            // The widest first, folded until it meets the next: one chain of folds for all.
            LLVMValueRef? sum = null;
            foreach (Partial p in partials.OrderByDescending(p => p.Lanes))
            {
                LLVMValueRef next = b.BuildLoad2(LevelModule.Lanes(computed, p.Lanes), p.Value);
                sum = sum is { } wide ? Combine(Shuffles.Fold(code, wide, Combine, p.Lanes), next) : next;
            }

            return Finish(Shuffles.Fold(code, sum!.Value, Combine));
        }

        (LLVMValueRef Value, LLVMValueRef Position)? best = null;
        foreach (Partial p in partials)
        {
            LLVMValueRef values = b.BuildLoad2(LevelModule.Lanes(computed, p.Lanes), p.Value);
            LLVMValueRef positions = b.BuildLoad2(LevelModule.Lanes(code.Unit.I64, p.Lanes), p.Position!.Value);
            for (int lane = 0; lane < p.Lanes; lane++)
            {
                LLVMValueRef value = p.Lanes == 1 ? values : b.BuildExtractElement(values, code.I32(lane));
                LLVMValueRef position = p.Lanes == 1 ? positions : b.BuildExtractElement(positions, code.I32(lane));
                if (best is { } old)
                {
                    LLVMValueRef better = Better(value, position, old.Value, old.Position);
                    best = (b.BuildSelect(better, value, old.Value), b.BuildSelect(better, position, old.Position));
                }
                else
                {
                    best = (value, position);
                }
            }
        }

        return Finish(Found(best!.Value.Position));
    }

    private LLVMValueRef Identity(LLVMTypeRef lanes) => reduction.Kind switch
    {
        ReduceKind.Sum or ReduceKind.Any => LLVMValueRef.CreateConstNull(lanes),
        ReduceKind.Product => type.IsFloat() ? lanes.ConstReal(1) : lanes.ConstInt(1),
        ReduceKind.All => lanes.ConstInt(1),
        ReduceKind.Max or ReduceKind.ArgMax => Extreme(lanes, largest: false),
        _ => Extreme(lanes, largest: true),
    };

    private LLVMValueRef Extreme(LLVMTypeRef lanes, bool largest) => type.Category() switch
    {
        DTypeCategory.Float => lanes.ConstReal(largest ? double.PositiveInfinity : double.NegativeInfinity),
        DTypeCategory.Bool => lanes.ConstInt(largest ? 1 : 0),
        _ when type == DType.U8 => lanes.ConstInt(largest ? 255 : 0),
        _ => lanes.ConstInt(largest ? (1L << ((type.Size() * 8) - 1)) - 1 : -(1L << ((type.Size() * 8) - 1))),
    };

    private LLVMValueRef Combine(LLVMValueRef a, LLVMValueRef b)
    {
        // Partial sums of halves stay in f32 until the end.
        LaneCode lanes = new(code, type is DType.F16 or DType.BF16 ? DType.F32 : type, exact);
        return ScalarRows.Find(Operation(reduction.Kind), type.Category())!(lanes, [a, b]);
    }

    private static ScalarOp Operation(ReduceKind kind) => kind switch
    {
        ReduceKind.Sum => ScalarOp.Add,
        ReduceKind.Product => ScalarOp.Mul,
        ReduceKind.Max => ScalarOp.Max,
        ReduceKind.Min => ScalarOp.Min,
        ReduceKind.Any => ScalarOp.Or,
        ReduceKind.All => ScalarOp.And,
        _ => throw new InvalidOperationException($"{kind} does not combine values"),
    };

    // A NaN beats any number; equal values and NaNs go to the earlier position.
    private LLVMValueRef Better(LLVMValueRef value, LLVMValueRef position, LLVMValueRef old, LLVMValueRef oldPosition)
    {
        LLVMBuilderRef b = code.B;
        bool max = reduction.Kind == ReduceKind.ArgMax;
        LLVMValueRef earlier = b.BuildICmp(LLVMIntPredicate.LLVMIntSLT, position, oldPosition);
        if (!type.IsFloat())
        {
            bool signed = type is not (DType.U8 or DType.Bool);
            LLVMIntPredicate beats = (max, signed) switch
            {
                (true, true) => LLVMIntPredicate.LLVMIntSGT,
                (true, false) => LLVMIntPredicate.LLVMIntUGT,
                (false, true) => LLVMIntPredicate.LLVMIntSLT,
                _ => LLVMIntPredicate.LLVMIntULT,
            };
            return b.BuildOr(b.BuildICmp(beats, value, old), b.BuildAnd(b.BuildICmp(LLVMIntPredicate.LLVMIntEQ, value, old), earlier));
        }

        LLVMValueRef isNan = b.BuildFCmp(LLVMRealUNO, value, value), wasNan = b.BuildFCmp(LLVMRealUNO, old, old);
        LLVMValueRef wins = b.BuildOr(b.BuildFCmp(max ? LLVMRealOGT : LLVMRealOLT, value, old), b.BuildAnd(isNan, b.BuildNot(wasNan)));
        LLVMValueRef ties = b.BuildOr(b.BuildFCmp(LLVMRealOEQ, value, old), b.BuildAnd(isNan, wasNan));
        return b.BuildOr(wins, b.BuildAnd(ties, earlier));
    }

    // No element at all gives position 0.
    private LLVMValueRef Found(LLVMValueRef position) => code.B.BuildSelect(
        code.B.BuildICmp(LLVMIntPredicate.LLVMIntEQ, position, position.TypeOf.ConstInt(long.MaxValue)), position.TypeOf.ConstInt(0), position);

    private LLVMValueRef Finish(LLVMValueRef value) => Conversion.Round(
        code, reduction.Result.Type, KeepsPosition ? Conversion.Emit(code, value, DType.I64, reduction.Result.Type) : Conversion.Emit(code, value, type, reduction.Result.Type));
}
