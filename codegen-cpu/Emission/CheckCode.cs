using DlAot.CodeGen.Cpu.Analysis;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// A kernel's conditions, before its first store:
/// <code>for each condition: for all values of the variables it mentions: bad |= !condition;   return bad</code>
/// </summary>
internal static class CheckCode
{
    /// <summary><c>i32 check(RegionFrame*)</c>: 0 when every condition holds at every point.</summary>
    public static LLVMValueRef Define(LevelModule unit, string name, Ir.Plans.Plan plan, Ir.Plans.KernelCall call)
    {
        using Code code = new(unit, name, unit.Region);
        Frame frame = new(code, code.Function.GetParam(0), plan);
        LLVMValueRef status = code.Local(unit.I32);
        code.B.BuildStore(code.I32(0), status);
        Values values = new(code, frame, call);
        LoopCode loops = new(code, values, call.Kernel);
        Scope floor = values.Floor;
        foreach (Expr check in call.Kernel.Checks)
        {
            // Where there is one phase, nothing happens without all of its loops.
            (string Variable, DimExpr Extent)[] inner = [.. Named("i", call.Kernel.CheckLoops).Where(d => call.Kernel.Phases.Length == 1 || check.Mentions(d.Variable))];
            code.If(loops.NotEmpty(call.Kernel.Grid.Concat(inner.Select(d => d.Extent))), () =>
            {
                values.Floor = code.Current;
                One(code, values, loops, check, [.. Named("g", call.Kernel.Grid).Concat(inner).Where(d => check.Mentions(d.Variable))], status);
            });
            values.Floor = floor;
        }

        code.B.BuildRet(code.B.BuildLoad2(unit.I32, status));
        return code.Function;
    }

    private static void One(Code code, Values values, LoopCode loops, Expr check, (string Variable, DimExpr Extent)[] dims, LLVMValueRef status)
    {
        LLVMBuilderRef b = code.B;
        ExprPool pool = new();
        IReadOnlyList<LanePiece> pieces = dims.Length == 0
            ? LaneWidth.OneByOne
            : LaneWidth.Pieces(code.Unit.Level, [check], new Schedule(UnrollVectors: 1), dims[^1].Extent.Constant);
        Reduction any = new(ReduceKind.All, check, pool.Temp(0, DType.Bool));
        Reducer reducer = new(code, any, exact: false);
        Reducer.Partial[] partials = [.. pieces.Select(p => reducer.Start(p.Lanes))];
        Nest(0);
        LLVMValueRef bad = b.BuildZExt(b.BuildNot(reducer.Fold(partials)), code.Unit.I32);
        b.BuildStore(b.BuildOr(b.BuildLoad2(code.Unit.I32, status), bad), status);

        void Nest(int depth)
        {
            if (dims.Length == 0)
            {
                Point(0);
            }
            else if (depth == dims.Length - 1)
            {
                loops.OverLanes(dims[depth].Variable, code.I64(0), values.Dim(dims[depth].Extent), pieces, Point);
            }
            else
            {
                code.Loop(code.I64(0), values.Dim(dims[depth].Extent), 1, i =>
                {
                    values.Bind(dims[depth].Variable, i);
                    Nest(depth + 1);
                });
            }
        }

        void Point(int piece) => reducer.Accumulate(partials[piece], values.Wide(check), values.Tail, default);
    }

    private static IEnumerable<(string Variable, DimExpr Extent)> Named(string prefix, IEnumerable<DimExpr> extents) => extents.Select((e, i) => ($"{prefix}{i}", e));
}
