using DlAot.CodeGen.Cpu.Analysis;
using DlAot.CodeGen.Cpu.Emission;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Contract;

/// <summary>
/// A matrix product with computed operands and an epilogue. Naive reference:
/// <code>
/// for m: for n: c = 0; for k: c += A(m, k) * B(k, n);   Stores(m, n, c)
/// </code>
/// Schedule: blocks of rows by panels of columns. The results of a block stay in scratch memory while k advances by the depth of a
/// panel; then the stores run over it in vectors. Inside, by what the operands are and how many rows there are:
/// <list type="bullet">
/// <item>dot form: both contiguous along k and few rows, so that copying B does not pay;</item>
/// <item>outer form with B where it lies: its rows are contiguous and pass only once;</item>
/// <item>outer form with B copied (or computed, when it is any other expression) into a panel.</item>
/// </list>
/// </summary>
internal sealed class ContractCode
{
    private readonly Code code;
    private readonly Values values;
    private readonly LoopCode loops;
    private readonly KernelCall call;
    private readonly ContractPhase phase;
    private readonly TileShape shape;
    private readonly DType type;
    private readonly ProductOperand? a;
    private readonly ProductOperand? b;
    private readonly LLVMValueRef panel;
    private readonly LLVMValueRef results;
    private readonly LLVMValueRef rowsOfA;

    private ContractCode(Code code, Values values, LoopCode loops, KernelCall call, ContractPhase phase)
    {
        (this.code, this.values, this.loops, this.call, this.phase) = (code, values, loops, call, phase);
        type = phase.Result.Type is DType.F16 or DType.BF16 ? DType.F32 : phase.Result.Type;
        shape = TileShape.For(code.Unit.Level, type, call.Kernel.Schedule);
        a = ProductOperand.Match(phase.A, "m", type);
        b = ProductOperand.Match(phase.B, "n", type);
        int panelSize = TileShape.Depth * shape.Width, resultSize = BlockRows * shape.Width;
        int rowsSize = a is null ? BlockRows * TileShape.Depth : 0;
        LLVMTypeRef element = code.Unit.Computed(type);
        panel = code.Scratch(element, panelSize + resultSize + rowsSize, type.Size());
        results = code.At(code.Entry, () => code.B.BuildGEP2(element, panel, [code.I64(panelSize)]));
        rowsOfA = code.At(code.Entry, () => code.B.BuildGEP2(element, panel, [code.I64(panelSize + resultSize)]));
    }

    private LLVMBuilderRef B => code.B;

    private LLVMTypeRef Element => code.Unit.Computed(type);

    private int BlockRows => a is null ? TileShape.ComputedRows : TileShape.BlockRows;

    /// <summary>The whole product at the current grid point.</summary>
    public static void Whole(Code code, Values values, LoopCode loops, KernelCall call, ContractPhase phase)
    {
        ContractCode contract = new(code, values, loops, call, phase);
        LLVMValueRef m = values.Dim(phase.M), n = values.Dim(phase.N);
        code.Loop(code.I64(0), m, contract.BlockRows, row => code.Loop(code.I64(0), n, contract.shape.Width, column => contract.Tile(row, column)));
    }

    /// <summary>A kernel that is one product: the parallel index counts tiles, columns first, then rows, then the grid.</summary>
    public static Work Tiles(Code code, Frame frame, KernelCall call, KernelSpace space, LLVMValueRef begin, LLVMValueRef end)
    {
        var phase = (ContractPhase)space.Phases[0];
        Values values = new(code, frame, call);
        LoopCode loops = new(code, values, call.Kernel);
        ContractCode contract = new(code, values, loops, call, phase);
        DimExpr blocks = DimExpr.CeilDiv(phase.M, contract.BlockRows), panels = DimExpr.CeilDiv(phase.N, contract.shape.Width);
        code.If(code.B.BuildICmp(LLVMIntPredicate.LLVMIntSLT, begin, end), () =>
        {
            LLVMValueRef perRow = values.Dim(panels), perPoint = values.Dim(panels * blocks);
            code.Loop(begin, end, 1, tile =>
            {
                LLVMBuilderRef b = code.B;
                LLVMValueRef point = b.BuildUDiv(tile, perPoint), inside = b.BuildSub(tile, b.BuildMul(point, perPoint));
                LLVMValueRef block = b.BuildUDiv(inside, perRow), column = b.BuildSub(inside, b.BuildMul(block, perRow));
                space.BindCoordinates(code, values, point, space.Dims.Length);
                values.Floor = code.Current;
                contract.Tile(b.BuildMul(block, code.I64(contract.BlockRows)), b.BuildMul(column, code.I64(contract.shape.Width)));
            });
        });
        DimExpr rows = DimExpr.Min(phase.M, contract.BlockRows);
        IsaLevel level = code.Unit.Level;
        DimExpr cost = ((phase.K * ((rows * PhaseCost.MultiplyAdd(level)) + 100)) + (rows * PhaseCost.OfStores(phase, level))) * contract.shape.Width;
        return new(code.Function, call.Kernel, f => f.Dims.Emit(space.Points * blocks * panels), f => f.Dims.Emit(cost), Multiple: 1);
    }

    /// <summary>One block of rows by one panel of columns, from a row and a column on.</summary>
    private void Tile(LLVMValueRef row, LLVMValueRef column)
    {
        LLVMValueRef rows = code.Min(B.BuildSub(values.Dim(phase.M), row), code.I64(BlockRows));
        LLVMValueRef columns = code.Min(B.BuildSub(values.Dim(phase.N), column), code.I64(shape.Width));
        LLVMValueRef depth = code.Max(values.Dim(phase.K), code.I64(0));
        if (a is { Along.IsOne: true } && b is { Along.IsOne: true })
        {
            // Copying costs about as much for each element of B as eight rows of products save.
            LLVMValueRef few = B.BuildICmp(LLVMIntPredicate.LLVMIntSLE, B.BuildMul(values.Dim(phase.M), code.I64(8)), depth);
            code.If(few, () => Dot(row, rows, column, columns, depth), () => Outer(row, rows, column, columns, depth));
        }
        else
        {
            Outer(row, rows, column, columns, depth);
        }

        Stores(row, rows, column, columns);
    }

    private void Dot(LLVMValueRef row, LLVMValueRef rows, LLVMValueRef column, LLVMValueRef columns, LLVMValueRef depth)
    {
        code.If(B.BuildICmp(LLVMIntPredicate.LLVMIntSGT, depth, code.I64(0)), () =>
        {
            LLVMValueRef strideA = values.Dim(a!.Across), strideB = values.Dim(b!.Across);
            LLVMValueRef startA = Start(a, "m", row, code.I64(0)), startB = Start(b, "n", column, code.I64(0));
            Pieces(columns, shape.DotColumns, (j, width) => Pieces(rows, shape.DotRows, (i, height) =>
            {
                LLVMValueRef kernel = DotKernel.Get(code.Unit, shape, type, height, width);
                code.Call(kernel, Offset(startA, B.BuildMul(i, strideA)), strideA, Offset(startB, B.BuildMul(j, strideB)), strideB, depth, Result(i, j));
            }));
        }, () => Clear(rows));
    }

    private void Outer(LLVMValueRef row, LLVMValueRef rows, LLVMValueRef column, LLVMValueRef columns, LLVMValueRef depth)
    {
        Clear(rows);
        code.Loop(code.I64(0), depth, TileShape.Depth, k =>
        {
            LLVMValueRef left = code.Min(B.BuildSub(depth, k), code.I64(TileShape.Depth));
            (LLVMValueRef startA, LLVMValueRef strideAm, LLVMValueRef strideAk) = OperandA(row, rows, k, left);
            if (b is { Across.IsOne: true })
            {
                // A panel whose rows pass once is read where it lies, unless that would read beyond its columns.
                LLVMValueRef direct = B.BuildAnd(
                    B.BuildICmp(LLVMIntPredicate.LLVMIntSLE, rows, code.I64(shape.Rows)),
                    B.BuildICmp(LLVMIntPredicate.LLVMIntEQ, columns, code.I64(shape.Width)));
                LLVMValueRef strideB = values.Dim(b.Along), startB = Start(b, "n", column, k);
                LLVMValueRef copied = B.BuildNot(direct);
                code.If(copied, () => code.Call(PanelPack.GetRows(code.Unit, shape, type), startB, strideB, left, columns, panel));
                Tiles(B.BuildSelect(direct, startB, panel), B.BuildSelect(direct, strideB, code.I64(shape.Width)));
            }
            else
            {
                PackB(column, columns, k, left);
                Tiles(panel, code.I64(shape.Width));
            }

            void Tiles(LLVMValueRef panelB, LLVMValueRef strideB) => ByVectors(columns, vectors => Pieces(rows, shape.Rows, (i, height) =>
            {
                LLVMValueRef kernel = OuterKernel.Get(code.Unit, shape, type, height, vectors);
                code.Call(kernel, Offset(startA, B.BuildMul(i, strideAm)), strideAm, strideAk, panelB, strideB, left, Result(i, code.I64(0)));
            }));
        });
    }

    private void PackB(LLVMValueRef column, LLVMValueRef columns, LLVMValueRef k, LLVMValueRef depth)
    {
        if (b is { Along.IsOne: true })
        {
            code.Call(PanelPack.GetColumns(code.Unit, shape, type), Start(b, "n", column, k), values.Dim(b.Across), depth, columns, panel);
            return;
        }

        Compute(phase.B, "k", k, depth, "n", column, columns, (along, across) => Offset(panel, B.BuildAdd(B.BuildMul(along, code.I64(shape.Width)), across)));
    }

    private (LLVMValueRef Start, LLVMValueRef StrideM, LLVMValueRef StrideK) OperandA(LLVMValueRef row, LLVMValueRef rows, LLVMValueRef k, LLVMValueRef depth)
    {
        if (a is not null)
        {
            return (Start(a, "m", row, k), values.Dim(a.Across), values.Dim(a.Along));
        }

        Compute(phase.A, "m", row, rows, "k", k, depth, (across, along) => Offset(rowsOfA, B.BuildAdd(B.BuildMul(across, code.I64(TileShape.Depth)), along)));
        return (rowsOfA, code.I64(TileShape.Depth), code.I64(1));
    }

    /// <summary>Evaluates an operand over a rectangle into scratch memory, in vectors along the inner variable.</summary>
    private void Compute(
        Expr operand, string outer, LLVMValueRef outerStart, LLVMValueRef outerCount, string inner, LLVMValueRef innerStart, LLVMValueRef innerCount,
        Func<LLVMValueRef, LLVMValueRef, LLVMValueRef> target)
    {
        IReadOnlyList<LanePiece> pieces = LaneWidth.Pieces(code.Unit.Level, [operand], call.Kernel.Schedule, null, 1);
        code.Loop(outerStart, B.BuildAdd(outerStart, outerCount), 1, o =>
        {
            values.Bind(outer, o);
            Scope floor = values.Floor;
            values.Floor = code.Current;
            loops.OverLanes(inner, innerStart, B.BuildAdd(innerStart, innerCount), pieces, _ =>
            {
                LLVMValueRef value = Conversion.Emit(code, values.Wide(operand), operand.Type, type);
                LLVMValueRef address = target(B.BuildSub(o, outerStart), B.BuildSub(values.Position(inner), innerStart));
                if (values.Tail is { } tail)
                {
                    B.BuildMaskedStore(value, address, (uint)type.Size(), tail);
                }
                else
                {
                    B.BuildAlignedStore(value, address, (uint)type.Size());
                }
            });
            values.Floor = floor;
        });
    }

    private void Stores(LLVMValueRef row, LLVMValueRef rows, LLVMValueRef column, LLVMValueRef columns)
    {
        Expr[] roots = [.. ExprWalk.Roots(phase.Stores), phase.Result];
        bool ordered = phase.Stores.Any(s => !s.Index.Mentions("n"));
        IReadOnlyList<LanePiece> pieces = ordered ? LaneWidth.OneByOne : LaneWidth.Pieces(code.Unit.Level, roots, call.Kernel.Schedule, null, shape.Vectors >= 2 ? 2 : 1);
        LLVMValueRef lastColumn = B.BuildAdd(column, columns);
        code.Loop(row, B.BuildAdd(row, rows), 1, m =>
        {
            values.Bind("m", m);
            Scope floor = values.Floor;
            values.Floor = code.Current;
            loops.OverLanes("n", column, lastColumn, pieces, _ =>
            {
                LLVMValueRef address = Result(B.BuildSub(m, row), B.BuildSub(values.Position("n"), column));
                LLVMValueRef sum = B.BuildAlignedLoad(LevelModule.Lanes(Element, values.Lanes), address, (uint)type.Size());
                values.Bind(phase.Result, Conversion.Round(code, phase.Result.Type, sum), varying: true);
                StoreCode.Emit(code, values, call.Kernel.Buffers, phase.Stores);
            });
            values.Floor = floor;
        });
    }

    /// <summary>Zeroes the block's results.</summary>
    private void Clear(LLVMValueRef rows)
    {
        LLVMTypeRef vector = LevelModule.Lanes(Element, shape.Lanes);
        code.Loop(code.I64(0), B.BuildMul(rows, code.I64(shape.Width)), shape.Lanes, i =>
            B.BuildAlignedStore(LLVMValueRef.CreateConstNull(vector), Offset(results, i), (uint)type.Size()));
    }

    /// <summary>Cuts [0, count) into pieces of a size, and what is left by halves (or one by one when the size is odd).</summary>
    private void Pieces(LLVMValueRef count, int size, Action<LLVMValueRef, int> body)
    {
        LLVMValueRef from = code.I64(0);
        for (int piece = size; ; piece = piece == 6 ? 2 : piece % 2 == 0 ? piece / 2 : 1)
        {
            int current = piece;
            LLVMValueRef to = current == 1 ? count : B.BuildAdd(from, B.BuildMul(B.BuildUDiv(B.BuildSub(count, from), code.I64(current)), code.I64(current)));
            code.Loop(from, to, current, i => body(i, current));
            from = to;
            if (current == 1)
            {
                return;
            }
        }
    }

    private void ByVectors(LLVMValueRef columns, Action<int> body)
    {
        Choose(1);

        void Choose(int vectors)
        {
            if (vectors == shape.Vectors)
            {
                body(vectors);
                return;
            }

            LLVMValueRef fits = B.BuildICmp(LLVMIntPredicate.LLVMIntSLE, columns, code.I64(vectors * shape.Lanes));
            code.If(fits, () => body(vectors), () => Choose(vectors + 1));
        }
    }

    /// <summary>The address of an operand's element at a position.</summary>
    private LLVMValueRef Start(ProductOperand operand, string across, LLVMValueRef at, LLVMValueRef k)
    {
        values.Bind(across, at);
        values.Bind("k", k);
        return values.Address(operand.Load.Buffer, operand.Load.Type, values.Scalar(operand.Load.Index));
    }

    private LLVMValueRef Result(LLVMValueRef row, LLVMValueRef column) => Offset(results, B.BuildAdd(B.BuildMul(row, code.I64(shape.Width)), column));

    private LLVMValueRef Offset(LLVMValueRef pointer, LLVMValueRef elements) => B.BuildGEP2(Element, pointer, [elements]);
}
