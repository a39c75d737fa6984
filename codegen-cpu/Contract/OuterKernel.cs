using DlAot.CodeGen.Cpu.Emission;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Contract;

/// <summary>
/// The register tile of the outer form. Naive reference:
/// <code>
/// for k: for r &lt; Rows: for v &lt; Vectors * Lanes: c[r, v] += a[r, k] * b[k, v]
/// </code>
/// Schedule: all c in registers, b[k] loaded once, a[r, k] broadcast. Tiles with few accumulators take several k at a time, so
/// that multiply-adds do not wait for each other.
/// </summary>
internal static class OuterKernel
{
    // Two multiply-adds a cycle, four cycles each.
    private const int IndependentChains = 8;

    /// <summary><c>void(a, i64 strideAm, i64 strideAk, b, i64 strideBk, i64 depth, c)</c>; strides in elements, c has rows of the panel's width.</summary>
    public static LLVMValueRef Get(LevelModule unit, TileShape shape, DType type, int rows, int vectors) =>
        unit.Shared($"dlaot_outer_{type.Name()}_{rows}x{vectors}_{shape.Width}", name => Define(unit, name, shape, type, rows, vectors));

    private static LLVMValueRef Define(LevelModule unit, string name, TileShape shape, DType type, int rows, int vectors)
    {
        LLVMTypeRef i64 = unit.I64, pointer = unit.Pointer;
        using Code code = new(unit, name, LLVMTypeRef.CreateFunction(unit.Context.VoidType, [pointer, i64, i64, pointer, i64, i64, pointer]));
        code.Function.AddFunctionAttribute("noinline");
        LLVMBuilderRef b = code.B;
        LLVMTypeRef element = unit.Computed(type), vector = LevelModule.Lanes(element, shape.Lanes);
        LLVMValueRef Parameter(uint i) => code.Function.GetParam(i);
        (LLVMValueRef a, LLVMValueRef strideAm, LLVMValueRef strideAk) = (Parameter(0), Parameter(1), Parameter(2));
        (LLVMValueRef panel, LLVMValueRef strideB, LLVMValueRef depth, LLVMValueRef c) = (Parameter(3), Parameter(4), Parameter(5), Parameter(6));
        int steps = PowerOfTwo(Math.Max(1, IndependentChains / (rows * vectors)));
        uint alignment = (uint)type.Size();

        LLVMValueRef[,,] sums = new LLVMValueRef[steps, rows, vectors];
        Each((s, r, v) =>
        {
            sums[s, r, v] = code.Local(vector);
            b.BuildStore(s == 0 ? b.BuildAlignedLoad(vector, AtC(r, v), alignment) : LLVMValueRef.CreateConstNull(vector), sums[s, r, v]);
        });
        LLVMValueRef[] rowOffsets = [.. Enumerable.Range(0, rows).Select(r => b.BuildMul(strideAm, code.I64(r)))];
        LLVMValueRef whole = b.BuildAnd(depth, code.I64(-steps));
        code.Loop(code.I64(0), whole, steps, k => Step(k, steps));
        if (steps > 1)
        {
            code.Loop(whole, depth, 1, k => Step(k, 1));
        }

        for (int r = 0; r < rows; r++)
        {
            for (int v = 0; v < vectors; v++)
            {
                LLVMValueRef sum = b.BuildLoad2(vector, sums[0, r, v]);
                for (int s = 1; s < steps; s++)
                {
                    LLVMValueRef other = b.BuildLoad2(vector, sums[s, r, v]);
                    sum = type.IsFloat() ? b.BuildFAdd(sum, other) : b.BuildAdd(sum, other);
                }

                b.BuildAlignedStore(sum, AtC(r, v), alignment);
            }
        }

        b.BuildRetVoid();
        return code.Function;

        void Step(LLVMValueRef k, int count)
        {
            for (int s = 0; s < count; s++)
            {
                LLVMValueRef at = s == 0 ? k : b.BuildAdd(k, code.I64(s));
                LLVMValueRef rowB = b.BuildGEP2(element, panel, [b.BuildMul(at, strideB)]);
                LLVMValueRef columnA = b.BuildGEP2(element, a, [b.BuildMul(at, strideAk)]);
                LLVMValueRef[] bs = [.. Enumerable.Range(0, vectors).Select(v => b.BuildAlignedLoad(vector, b.BuildGEP2(element, rowB, [code.I64(v * shape.Lanes)]), alignment))];
                for (int r = 0; r < rows; r++)
                {
                    LLVMValueRef one = b.BuildAlignedLoad(element, b.BuildGEP2(element, columnA, [rowOffsets[r]]), alignment);
                    LLVMValueRef splat = b.BuildSplat(one, (uint)shape.Lanes);
                    for (int v = 0; v < vectors; v++)
                    {
                        b.BuildStore(MultiplyAdd(b, type, splat, bs[v], b.BuildLoad2(vector, sums[s, r, v])), sums[s, r, v]);
                    }
                }
            }
        }

        LLVMValueRef AtC(int r, int v) => b.BuildGEP2(element, c, [code.I64((r * shape.Width) + (v * shape.Lanes))]);

        void Each(Action<int, int, int> action)
        {
            for (int s = 0; s < steps; s++)
            {
                for (int r = 0; r < rows; r++)
                {
                    for (int v = 0; v < vectors; v++)
                    {
                        action(s, r, v);
                    }
                }
            }
        }
    }

    /// <summary><c>x * y + z</c>, fused where the level can.</summary>
    public static LLVMValueRef MultiplyAdd(LLVMBuilderRef b, DType type, LLVMValueRef x, LLVMValueRef y, LLVMValueRef z) =>
        type.IsFloat() ? b.BuildFMulAdd(x, y, z) : b.BuildAdd(b.BuildMul(x, y), z);

    private static int PowerOfTwo(int n) => 1 << System.Numerics.BitOperations.Log2((uint)n);
}
