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
    private static readonly DimExpr N = DimExpr.Symbol("N"), C = DimExpr.Symbol("C");

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
        Assert.Contains("define internal void @dlaot_r0_v4_k0_", CpuCompiler.EmitIr(regions, CpuHarness.Target, IsaLevel.X64V4));
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
