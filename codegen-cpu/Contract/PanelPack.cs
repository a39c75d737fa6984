using DlAot.CodeGen.Cpu.Emission;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Contract;

/// <summary>
/// Copies a part of B into a panel: <c>panel[k, j] = b[k * strideK + j * strideN]</c> for k &lt; depth, j &lt; columns. Columns beyond
/// are unspecified: nothing that is kept comes from them.
/// </summary>
internal static class PanelPack
{
    /// <summary><c>void(b, i64 stride, i64 depth, i64 columns, panel)</c> for rows of B that are contiguous; the stride is that of k.</summary>
    public static LLVMValueRef GetRows(LevelModule unit, TileShape shape, DType type) =>
        unit.Shared($"dlaot_pack_{type.Name()}_{shape.Width}", name => DefineRows(unit, name, shape, type));

    /// <summary>As above for columns of B that are contiguous (W^T); the stride is that of n.</summary>
    public static LLVMValueRef GetColumns(LevelModule unit, TileShape shape, DType type) =>
        unit.Shared($"dlaot_packt_{type.Name()}_{shape.Width}", name => DefineColumns(unit, name, shape, type));

    private static LLVMTypeRef Signature(LevelModule unit) =>
        LLVMTypeRef.CreateFunction(unit.Context.VoidType, [unit.Pointer, unit.I64, unit.I64, unit.I64, unit.Pointer]);

    private static LLVMValueRef DefineRows(LevelModule unit, string name, TileShape shape, DType type)
    {
        using Code code = new(unit, name, Signature(unit));
        code.Function.AddFunctionAttribute("noinline");
        LLVMBuilderRef b = code.B;
        LLVMValueRef P(uint i) => code.Function.GetParam(i);
        LLVMTypeRef element = unit.Computed(type), vector = LevelModule.Lanes(element, shape.Lanes);
        uint alignment = (uint)type.Size();
        LLVMValueRef whole = b.BuildAnd(P(3), code.I64(-shape.Lanes));
        code.Loop(code.I64(0), P(2), 1, k =>
        {
            LLVMValueRef from = b.BuildGEP2(element, P(0), [b.BuildMul(k, P(1))]), to = b.BuildGEP2(element, P(4), [b.BuildMul(k, code.I64(shape.Width))]);
            code.Loop(code.I64(0), whole, shape.Lanes, j => Copy(vector, j));
            code.Loop(whole, P(3), 1, j => Copy(element, j));

            void Copy(LLVMTypeRef copied, LLVMValueRef j) =>
                b.BuildAlignedStore(b.BuildAlignedLoad(copied, b.BuildGEP2(element, from, [j]), alignment), b.BuildGEP2(element, to, [j]), alignment);
        });
        b.BuildRetVoid();
        return code.Function;
    }

    private static LLVMValueRef DefineColumns(LevelModule unit, string name, TileShape shape, DType type)
    {
        using Code code = new(unit, name, Signature(unit));
        code.Function.AddFunctionAttribute("noinline");
        LLVMBuilderRef b = code.B;
        LLVMValueRef P(uint i) => code.Function.GetParam(i);
        LLVMTypeRef element = unit.Computed(type), vector = LevelModule.Lanes(element, shape.Lanes);
        uint alignment = (uint)type.Size();
        LLVMValueRef whole = b.BuildAnd(P(2), code.I64(-shape.Lanes)), last = b.BuildSub(P(3), code.I64(1));
        // Squares of one register's lanes; a column that is not there is the last one again.
        code.Loop(code.I64(0), P(3), shape.Lanes, j =>
        {
            LLVMValueRef[] columns =
            [
                .. Enumerable.Range(0, shape.Lanes).Select(i =>
                    b.BuildGEP2(element, P(0), [b.BuildMul(code.Min(b.BuildAdd(j, code.I64(i)), last), P(1))])),
            ];
            LLVMValueRef to = b.BuildGEP2(element, P(4), [j]);
            code.Loop(code.I64(0), whole, shape.Lanes, k =>
            {
                LLVMValueRef[] square = [.. columns.Select(column => b.BuildAlignedLoad(vector, b.BuildGEP2(element, column, [k]), alignment))];
                Transpose(code, square);
                for (int i = 0; i < shape.Lanes; i++)
                {
                    b.BuildAlignedStore(square[i], Row(b.BuildAdd(k, code.I64(i))), alignment);
                }
            });
            code.Loop(whole, P(2), 1, k =>
            {
                LLVMValueRef row = vector.Poison;
                for (int i = 0; i < shape.Lanes; i++)
                {
                    row = b.BuildInsertElement(row, b.BuildAlignedLoad(element, b.BuildGEP2(element, columns[i], [k]), alignment), code.I32(i));
                }

                b.BuildAlignedStore(row, Row(k), alignment);
            });

            LLVMValueRef Row(LLVMValueRef k) => b.BuildGEP2(element, to, [b.BuildMul(k, code.I64(shape.Width))]);
        });
        b.BuildRetVoid();
        return code.Function;
    }

    // Swap the off-diagonal quarters, then the same inside the quarters.
    private static void Transpose(Code code, LLVMValueRef[] rows)
    {
        int n = rows.Length;
        for (int s = n / 2; s >= 1; s /= 2)
        {
            for (int i = 0; i < n; i++)
            {
                if ((i & s) != 0)
                {
                    continue;
                }

                (LLVMValueRef x, LLVMValueRef y) = (rows[i], rows[i + s]);
                rows[i] = Shuffles.Pick(code, x, y, Enumerable.Range(0, n).Select(lane => (lane & s) == 0 ? lane : n + lane - s));
                rows[i + s] = Shuffles.Pick(code, x, y, Enumerable.Range(0, n).Select(lane => (lane & s) == 0 ? lane + s : n + lane));
            }
        }
    }
}
