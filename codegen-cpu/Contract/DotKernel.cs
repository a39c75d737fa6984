using DlAot.CodeGen.Cpu.Emission;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Contract;

/// <summary>
/// The register tile of the dot form, for operands that are both contiguous along k (x W^T). Naive reference:
/// <code>
/// for r &lt; Rows: for j &lt; Columns: c[r, j] = sum over k of a[r, k] * b[j, k]
/// </code>
/// Schedule: lanes along k, one accumulator for each result, lanes folded at the end for several columns at once.
/// </summary>
internal static class DotKernel
{
    /// <summary><c>void(a, i64 strideAm, b, i64 strideBn, i64 depth, c)</c>; strides in elements, c has rows of the panel's width.</summary>
    public static LLVMValueRef Get(LevelModule unit, TileShape shape, DType type, int rows, int columns) =>
        unit.Shared($"dlaot_dot_{type.Name()}_{rows}x{columns}_{shape.Width}", name => Define(unit, name, shape, type, rows, columns));

    private static LLVMValueRef Define(LevelModule unit, string name, TileShape shape, DType type, int rows, int columns)
    {
        LLVMTypeRef i64 = unit.I64, pointer = unit.Pointer;
        using Code code = new(unit, name, LLVMTypeRef.CreateFunction(unit.Context.VoidType, [pointer, i64, pointer, i64, i64, pointer]));
        code.Function.AddFunctionAttribute("noinline");
        LLVMBuilderRef b = code.B;
        LLVMTypeRef element = unit.Computed(type), vector = LevelModule.Lanes(element, shape.Lanes);
        LLVMValueRef Parameter(uint i) => code.Function.GetParam(i);
        (LLVMValueRef a, LLVMValueRef strideA, LLVMValueRef rowsB) = (Parameter(0), Parameter(1), Parameter(2));
        (LLVMValueRef strideB, LLVMValueRef depth, LLVMValueRef c) = (Parameter(3), Parameter(4), Parameter(5));
        uint alignment = (uint)type.Size();
        // One row alone is a stream from memory: two vectors at a time keep enough loads in flight.
        int steps = rows * columns <= 8 ? 2 : 1;
        LLVMValueRef[,,] sums = new LLVMValueRef[steps, rows, columns];
        LLVMValueRef[,] rest = new LLVMValueRef[rows, columns];
        for (int r = 0; r < rows; r++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int s = 0; s < steps; s++)
                {
                    sums[s, r, j] = code.Local(vector);
                    b.BuildStore(LLVMValueRef.CreateConstNull(vector), sums[s, r, j]);
                }

                rest[r, j] = code.Local(element);
                b.BuildStore(LLVMValueRef.CreateConstNull(element), rest[r, j]);
            }
        }

        LLVMValueRef[] offsetsA = [.. Enumerable.Range(0, rows).Select(r => b.BuildMul(strideA, code.I64(r)))];
        LLVMValueRef[] offsetsB = [.. Enumerable.Range(0, columns).Select(j => b.BuildMul(strideB, code.I64(j)))];
        int lanes = shape.Lanes;
        LLVMValueRef wide = b.BuildAnd(depth, code.I64(-lanes * steps)), whole = b.BuildAnd(depth, code.I64(-lanes));
        code.Loop(code.I64(0), wide, lanes * steps, k =>
        {
            for (int s = 0; s < steps; s++)
            {
                Accumulate(s == 0 ? k : b.BuildAdd(k, code.I64(s * lanes)), vector, (r, j) => sums[s, r, j], null);
            }
        });
        if (steps > 1)
        {
            code.Loop(wide, whole, lanes, k => Accumulate(k, vector, (r, j) => sums[0, r, j], null));
        }

        if (unit.Level.Math.Avx512)
        {
            code.If(b.BuildICmp(LLVMIntPredicate.LLVMIntSLT, whole, depth), () =>
            {
                LLVMValueRef numbers = LLVMValueRef.CreateConstVector([.. Enumerable.Range(0, lanes).Select(i => code.I32(i))]);
                LLVMValueRef left = b.BuildSplat(b.BuildTrunc(b.BuildSub(depth, whole), unit.I32), (uint)lanes);
                LLVMValueRef mask = b.BuildICmp(LLVMIntPredicate.LLVMIntULT, numbers, left);
                Accumulate(whole, vector, (r, j) => sums[0, r, j], mask);
            });
        }
        else
        {
            code.Loop(whole, depth, 1, k => Accumulate(k, element, (r, j) => rest[r, j], null));
        }

        for (int r = 0; r < rows; r++)
        {
            LLVMValueRef[] vectors = new LLVMValueRef[columns];
            for (int j = 0; j < columns; j++)
            {
                vectors[j] = b.BuildLoad2(vector, sums[0, r, j]);
                for (int s = 1; s < steps; s++)
                {
                    vectors[j] = Add(b, type, vectors[j], b.BuildLoad2(vector, sums[s, r, j]));
                }
            }

            LLVMValueRef folded = FoldAll(code, type, vectors);
            LLVMValueRef target = b.BuildGEP2(element, c, [code.I64(r * shape.Width)]);
            if (unit.Level.Math.Avx512)
            {
                b.BuildAlignedStore(folded, target, alignment);
                continue;
            }

            LLVMValueRef tail = columns == 1 ? b.BuildLoad2(element, rest[r, 0]) : folded.TypeOf.Poison;
            for (int j = 0; j < columns && columns > 1; j++)
            {
                tail = b.BuildInsertElement(tail, b.BuildLoad2(element, rest[r, j]), code.I32(j));
            }

            b.BuildAlignedStore(Add(b, type, folded, tail), target, alignment);
        }

        b.BuildRetVoid();
        return code.Function;

        void Accumulate(LLVMValueRef k, LLVMTypeRef loaded, Func<int, int, LLVMValueRef> sum, LLVMValueRef? mask)
        {
            LLVMValueRef atA = b.BuildGEP2(element, a, [k]), atB = b.BuildGEP2(element, rowsB, [k]);
            LLVMValueRef[] x = [.. offsetsA.Select(offset => Load(b.BuildGEP2(element, atA, [offset])))];
            for (int j = 0; j < columns; j++)
            {
                LLVMValueRef y = Load(b.BuildGEP2(element, atB, [offsetsB[j]]));
                for (int r = 0; r < rows; r++)
                {
                    b.BuildStore(OuterKernel.MultiplyAdd(b, type, x[r], y, b.BuildLoad2(loaded, sum(r, j))), sum(r, j));
                }
            }

            LLVMValueRef Load(LLVMValueRef address) => mask is { } m
                ? b.BuildMaskedLoad(address, alignment, m, LLVMValueRef.CreateConstNull(loaded))
                : b.BuildAlignedLoad(loaded, address, alignment);
        }
    }

    /// <summary>The sum of the lanes of each vector, as one vector (or scalar): two vectors become one as long as there are two.</summary>
    private static LLVMValueRef FoldAll(Code code, DType type, IReadOnlyList<LLVMValueRef> vectors)
    {
        int lanes = (int)vectors[0].TypeOf.LaneCount();
        int group = lanes;
        while (vectors.Count > 1 && group > 1)
        {
            // [a b] and [c d] of halves => [a+b c+d], within each group of lanes.
            group /= 2;
            List<int> low = [], high = [];
            for (int source = 0; source < 2; source++)
            {
                for (int start = 0; start < lanes; start += 2 * group)
                {
                    low.AddRange(Enumerable.Range((source * lanes) + start, group));
                    high.AddRange(Enumerable.Range((source * lanes) + start + group, group));
                }
            }

            vectors =
            [
                .. Enumerable.Range(0, vectors.Count / 2).Select(i =>
                    Add(code.B, type, Shuffles.Pick(code, vectors[2 * i], vectors[(2 * i) + 1], low), Shuffles.Pick(code, vectors[2 * i], vectors[(2 * i) + 1], high))),
            ];
        }

        return FoldGroups(code, type, vectors, lanes, group);
    }

    // One vector left whose groups of lanes each belong to one result.
    private static LLVMValueRef FoldGroups(Code code, DType type, IReadOnlyList<LLVMValueRef> vectors, int lanes, int group)
    {
        if (vectors.Count > 1)
        {
            return Shuffles.Concat(code, vectors);
        }

        LLVMValueRef x = vectors[0];
        for (; group > 1; group /= 2, lanes /= 2)
        {
            IEnumerable<int> Half(int which) => Enumerable.Range(0, lanes / group).SelectMany(g => Enumerable.Range((g * group) + (which * group / 2), group / 2));
            x = Add(code.B, type, Shuffles.Pick(code, x, x, Half(0)), Shuffles.Pick(code, x, x, Half(1)));
        }

        return lanes == 1 ? code.B.BuildExtractElement(x, code.I32(0)) : x;
    }

    private static LLVMValueRef Add(LLVMBuilderRef b, DType type, LLVMValueRef x, LLVMValueRef y) => type.IsFloat() ? b.BuildFAdd(x, y) : b.BuildAdd(x, y);
}
