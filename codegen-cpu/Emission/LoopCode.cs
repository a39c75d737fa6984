using System.Collections.Immutable;
using DlAot.CodeGen.Cpu.Analysis;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Loops over lanes, and the phases that consist of loops.</summary>
internal sealed class LoopCode(Code code, Values values, Kernel kernel)
{
    /// <summary>
    /// Runs the body over [begin, end) of a variable in pieces of lanes, one after the other; <paramref name="body"/> gets the
    /// number of the piece and finds the lanes bound.
    /// </summary>
    public void OverLanes(string variable, LLVMValueRef begin, LLVMValueRef end, IReadOnlyList<LanePiece> pieces, Action<int> body)
    {
        LLVMValueRef from = begin;
        for (int i = 0; i < pieces.Count; i++)
        {
            (int lanes, bool masked) = pieces[i];
            int piece = i;
            LLVMValueRef to = masked || lanes == 1
                ? end
                : code.B.BuildAdd(from, code.B.BuildAnd(code.B.BuildSub(end, from), code.I64(-lanes)));
            code.Loop(from, to, lanes, position =>
            {
                LLVMValueRef? tail = masked ? Remaining(code.B.BuildSub(end, position), lanes) : null;
                values.BindLanes(variable, position, lanes, tail);
                body(piece);
            });
            from = to;
        }

        values.BindNoLanes();
    }

    /// <summary>One phase of loops. Without <paramref name="lanesOfGrid"/> its last extent is spread over lanes, otherwise a variable outside already is.</summary>
    public void Phase(LoopPhase phase, bool lanesOfGrid)
    {
        ImmutableArray<string> variables = [.. phase.Extents.Select((_, i) => $"i{i}")];
        Reducer[] reducers = [.. phase.Reductions.Select(r => new Reducer(code, r, kernel.Schedule.Exact))];
        IReadOnlyList<LanePiece> pieces = lanesOfGrid || phase.Extents.IsEmpty ? [new(values.Lanes, false)] : PiecesOf(phase, variables);
        // One set of partial results for each piece of the lane loop.
        Reducer.Partial[][] partials = [.. pieces.Select(p => reducers.Select(r => r.Start(p.Lanes)).ToArray())];
        Expr position = Position(phase, variables);
        Scope floor = values.Floor;
        code.If(NotEmpty(phase.Extents), () =>
        {
            if (!phase.Extents.IsEmpty)
            {
                values.Floor = code.Current;
            }

            Nest(0);
        });
        values.Floor = floor;
        for (int r = 0; r < reducers.Length; r++)
        {
            LLVMValueRef result = lanesOfGrid ? reducers[r].Lanes(partials[0][r]) : reducers[r].Fold([.. partials.Select(p => p[r])]);
            values.Bind(reducers[r].Result, result, varying: lanesOfGrid);
        }

        void Nest(int depth)
        {
            if (depth == variables.Length)
            {
                Point(0);
                return;
            }

            LLVMValueRef end = values.Dim(phase.Extents[depth]);
            if (!lanesOfGrid && depth == variables.Length - 1)
            {
                OverLanes(variables[depth], code.I64(0), end, pieces, Point);
                return;
            }

            code.Loop(code.I64(0), end, 1, i =>
            {
                values.Bind(variables[depth], i);
                Nest(depth + 1);
            });
        }

        void Point(int piece)
        {
            for (int r = 0; r < reducers.Length; r++)
            {
                Reducer.Partial partial = partials[piece][r];
                LLVMValueRef at = partial.Position is null ? default : values.Wide(position);
                reducers[r].Accumulate(partial, values.Wide(phase.Reductions[r].Value), values.Tail, at);
            }

            StoreCode.Emit(code, values, kernel.Buffers, phase.Stores);
        }
    }

    /// <summary>The condition that a loop nest has a point; null when that is known.</summary>
    public LLVMValueRef? NotEmpty(IEnumerable<DimExpr> extents)
    {
        LLVMValueRef? all = null;
        foreach (DimExpr extent in extents.Where(e => e.Constant is not > 0))
        {
            LLVMValueRef some = code.B.BuildICmp(LLVMIntPredicate.LLVMIntSGT, values.Dim(extent), code.I64(0));
            all = all is { } others ? code.B.BuildAnd(others, some) : some;
        }

        return all;
    }

    private IReadOnlyList<LanePiece> PiecesOf(LoopPhase phase, ImmutableArray<string> variables)
    {
        string lane = variables[^1];
        Expr[] roots = [.. ExprWalk.Roots(phase)];
        // All lanes of a store that does not move would write one element: keep the order.
        if (phase.Stores.Any(s => !s.Index.Mentions(lane)))
        {
            return LaneWidth.OneByOne;
        }

        int? maximum = phase.Reductions.Any(r => r.Kind is ReduceKind.ArgMax or ReduceKind.ArgMin) ? 1 : null;
        return LaneWidth.Pieces(code.Unit.Level, roots, kernel.Schedule, phase.Extents[^1].Constant, maximum);
    }

    private static Expr Position(LoopPhase phase, ImmutableArray<string> variables)
    {
        ExprPool pool = new();
        Expr position = pool.Int(0);
        for (int i = 0; i < variables.Length; i++)
        {
            position = pool.Add(pool.Mul(position, pool.Dim(phase.Extents[i])), pool.Var(variables[i]));
        }

        return position;
    }

    private LLVMValueRef Remaining(LLVMValueRef count, int lanes)
    {
        LLVMValueRef some = code.B.BuildTrunc(code.Min(count, code.I64(lanes)), code.Unit.I32);
        LLVMValueRef numbers = lanes == 1 ? code.I32(0) : LLVMValueRef.CreateConstVector([.. Enumerable.Range(0, lanes).Select(i => code.I32(i))]);
        return code.B.BuildICmp(LLVMIntPredicate.LLVMIntULT, numbers, code.B.BuildSplat(some, (uint)lanes));
    }
}
