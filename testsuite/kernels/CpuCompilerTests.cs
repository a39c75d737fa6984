using System.Diagnostics;
using DlAot.CodeGen.Cpu;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using Xunit.Abstractions;

namespace DlAot.Tests.Kernels;

/// <summary>The library as a whole: bytes, dumps, time to make it, and where buffers of a plan lie.</summary>
public sealed class CpuCompilerTests(ITestOutputHelper output)
{
    private static readonly DimExpr N = DimExpr.Symbol("N");

    [Fact]
    public void The_same_regions_give_the_same_bytes()
    {
        (Plan, RegionStep)[] regions = [.. Network(4)];
        Assert.Equal(CpuCompiler.Compile(regions, CpuHarness.Target), CpuCompiler.Compile(regions, CpuHarness.Target));
    }

    [Fact]
    public void Sixty_kernels_compile_in_seconds()
    {
        (Plan, RegionStep)[] regions = [.. Network(60)];
        Stopwatch watch = Stopwatch.StartNew();
        byte[] library = CpuCompiler.Compile(regions, CpuHarness.Target);
        output.WriteLine($"60 kernels, {CpuHarness.Target.Levels.Length} levels: {watch.Elapsed.TotalSeconds:F2} s, {library.Length / 1024} KB");
        // Other work shares the machine; alone it is a few seconds.
        Assert.True(watch.Elapsed.TotalSeconds < 120, $"{watch.Elapsed}");
    }

    [Fact]
    public void Levels_differ_in_their_registers()
    {
        (Plan, RegionStep)[] regions = [.. Network(1)];
        Assert.Contains("xmm", CpuCompiler.EmitAssembly(regions, CpuHarness.Target, IsaLevel.X64V2));
        Assert.DoesNotContain("ymm", CpuCompiler.EmitAssembly(regions, CpuHarness.Target, IsaLevel.X64V2));
        Assert.Contains("ymm", CpuCompiler.EmitAssembly(regions, CpuHarness.Target, IsaLevel.X64V3));
        Assert.Contains("zmm", CpuCompiler.EmitAssembly(regions, CpuHarness.Target, IsaLevel.X64V4));
        Assert.Contains("define internal void @dlaot_v4_k0_", CpuCompiler.EmitIr(regions, CpuHarness.Target, IsaLevel.X64V4));
    }

    [Fact]
    public unsafe void Equal_kernels_are_one_function_whatever_their_sizes_are_called()
    {
        // y = (x * a) * b over N elements, and the same over M elements with the scalars exchanged.
        ExprPool p = new();
        Kernel Scale(DimExpr size, int scalar)
        {
            Expr i = p.Var("i0");
            Expr value = p.Mul(p.Load(0, DType.F32, i), p.Cast(p.Scalar(scalar, DType.F64), DType.F32));
            return new("scale" + scalar, [new("in", DType.F32, size, false), new("out", DType.F32, size, true)], [], [new LoopPhase([size], [], [new Store(1, i, value)])], [], new Schedule(), []);
        }

        (Plan, RegionStep) Make(string symbol, int first)
        {
            DimExpr size = DimExpr.Symbol(symbol);
            RegionStep step = new(0, [new KernelCall(Scale(size, first), [2, 0]), new KernelCall(Scale(size, 1 - first), [0, 1])]);
            TensorType type = TensorType.Of(DType.F32, size);
            return (new Plan("p", [symbol], [DType.F64, DType.F64], [new(0, "t", type, BufferKind.Input, 0), new(1, "y", type, BufferKind.Tensor), new(2, "x", type, BufferKind.Input, 1)], [step], [1], 0), step);
        }

        (Plan, RegionStep)[] regions = [Make("N", 0), Make("M", 1)];
        string text = CpuCompiler.EmitIr(regions, CpuHarness.Target, IsaLevel.X64V2);
        Assert.Contains("@dlaot_v2_k0_scale0(", text);
        Assert.DoesNotContain("k1_", text);
        using CpuLibrary library = new(regions);
        void** buffers = stackalloc void*[3];
        for (int region = 0; region < 2; region++)
        {
            float[] x = [1, 2, 3], t = new float[3], y = new float[3];
            long[] symbols = [3, BitConverter.DoubleToInt64Bits(2), BitConverter.DoubleToInt64Bits(5)];
            fixed (float* px = x, pt = t, py = y)
            fixed (long* ps = symbols)
            {
                buffers[0] = pt;
                buffers[1] = py;
                buffers[2] = px;
                CpuHarness.Frame frame = new() { Buffers = buffers, Symbols = ps, Threads = 1 };
                Assert.Equal(0, ((delegate* unmanaged[Cdecl]<CpuHarness.Frame*, int>)library.Region(IsaLevel.X64V2, region))(&frame));
            }

            float first = region == 0 ? 2 : 5;
            Assert.Equal([first, 2 * first, 3 * first], t);
            Assert.Equal([10f, 20, 30], y);
        }
    }

    [Fact]
    public unsafe void Kernels_of_a_region_meet_in_the_arena()
    {
        // y = -(x * x), the square in the arena at an offset that depends on N.
        ExprPool p = new();
        Expr i = p.Var("i0"), x = p.Load(0, DType.F32, i);
        Kernel Make(string name, Expr value) => new(name, [new("in", DType.F32, N, false), new("out", DType.F32, N, true)], [], [new LoopPhase([N], [], [new Store(1, i, value)])], [], new Schedule(), []);
        RegionStep step = new(0, [new KernelCall(Make("square", p.Mul(x, x)), [0, 1]), new KernelCall(Make("negate", p.Op(ScalarOp.Neg, DType.F32, x)), [1, 2])]);
        TensorType type = TensorType.Of(DType.F32, N);
        Plan plan = new(
            "arena", ["N"], [], [new(0, "x", type, BufferKind.Input, 0), new(1, "t", type, BufferKind.Arena, Offset: N * 64), new(2, "y", type, BufferKind.Tensor)],
            [step], [2], (N * 64) + (N * 4));
        using CpuLibrary library = new([(plan, step)]);
        float[] input = [1, 2, 3], result = new float[3];
        byte[] arena = new byte[(3 * 64) + 12 + 64];
        long n = 3;
        void** buffers = stackalloc void*[3];
        foreach (IsaLevel level in CpuHarness.Levels)
        {
            fixed (float* a = input, y = result)
            fixed (byte* memory = arena)
            {
                buffers[0] = a;
                buffers[1] = null;
                buffers[2] = y;
                CpuHarness.Frame frame = new() { Buffers = buffers, Symbols = &n, Arena = memory, Threads = 1 };
                Assert.Equal(0, ((delegate* unmanaged[Cdecl]<CpuHarness.Frame*, int>)library.Region(level, 0))(&frame));
                Assert.Equal(9f, *(float*)(memory + (3 * 64) + 8));
            }

            Assert.Equal([-1f, -4f, -9f], result);
        }
    }

    /// <summary>Linear layers, activations and normalisations in turn, each a region.</summary>
    private static IEnumerable<(Plan, RegionStep)> Network(int kernels)
    {
        for (int i = 0; i < kernels; i++)
        {
            ExprPool p = new();
            DimExpr C = 16 + i; // equal kernels would be compiled once
            Expr g = p.Var("g0"), c = p.Var("i0");
            Expr at = p.Add(p.Mul(g, p.Dim(C)), c), x = p.Load(0, DType.F32, at);
            Expr.Temp sum = p.Temp(0, DType.F32);
            KernelBuffer[] buffers = [new("x", DType.F32, N * C, false), new("w", DType.F32, C * C, false), new("y", DType.F32, N * C, true)];
            Phase[] phases = (i % 3) switch
            {
                0 => [new ContractPhase(N, C, C, p.Load(0, DType.F32, p.Add(p.Mul(p.Var("m"), p.Dim(C)), p.Var("k"))), p.Load(1, DType.F32, p.Add(p.Mul(p.Var("n"), p.Dim(C)), p.Var("k"))), sum,
                    [new Store(2, p.Add(p.Mul(p.Var("m"), p.Dim(C)), p.Var("n")), p.Op(ScalarOp.Tanh, DType.F32, sum))])],
                1 => [new LoopPhase([C], [new Reduction(ReduceKind.Sum, x, sum)], []), new LoopPhase([C], [], [new Store(2, at, p.Op(ScalarOp.Div, DType.F32, x, sum))])],
                _ => [new LoopPhase([C], [], [new Store(2, at, p.Op(ScalarOp.Mul, DType.F32, x, p.Op(ScalarOp.Erf, DType.F32, x)))])],
            };
            yield return CpuHarness.RegionOf(new($"layer{i}", [.. buffers], i % 3 == 0 ? [] : [N], [.. phases], [], new Schedule(), []));
        }
    }
}
