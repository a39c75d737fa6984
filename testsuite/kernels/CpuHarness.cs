using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlAot.CodeGen.Cpu;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Kernels;

/// <summary>A kernel, sizes to run it at, and how far floats may be from the interpreter's.</summary>
/// <param name="Sizes">One run for each: values of the symbols.</param>
/// <param name="Fill">Contents of a buffer: index, type, element count. Null fills with small numbers.</param>
public sealed record CpuCase(
    Kernel Kernel,
    ImmutableArray<(string Symbol, long Value)[]> Sizes,
    double Tolerance = 0,
    Func<int, DType, long, NdArray>? Fill = null,
    ImmutableArray<ScalarValue> Scalars = default,
    Func<Kernel, NdArray[], Func<string, long>, NdArray[]>? Reference = null);

/// <summary>Compiles kernels as regions of one library, runs them for every level of this machine and for 1 and 2 threads, and compares with the interpreter.</summary>
internal static unsafe class CpuHarness
{
    [StructLayout(LayoutKind.Sequential)]
    internal struct Frame
    {
        public void** Buffers;
        public long* Symbols;
        public void* Arena;
        public delegate* unmanaged[Cdecl]<Frame*, delegate* unmanaged[Cdecl]<Frame*, long, long, void>, long, long, void> ParallelFor;
        public void* Pool;
        public int Threads;
        public int Status;
    }

    private static int splits;

    public static IReadOnlyList<IsaLevel> Levels { get; } =
    [
        .. IsaLevel.All.Where(level => level == IsaLevel.X64V2 || (level == IsaLevel.X64V3 && System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            || (level == IsaLevel.X64V4 && System.Runtime.Intrinsics.X86.Avx512F.IsSupported)),
    ];

    /// <summary>How often a kernel was split over threads since the program started.</summary>
    public static int Splits => splits;

    public static CpuTarget Target { get; } = CpuTarget.For(RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win-x64" : "linux-x64", "cputest", 42);

    public static void Check(params IReadOnlyList<CpuCase> cases)
    {
        using CpuLibrary library = new([.. cases.Select(c => RegionOf(c.Kernel))]);
        for (int i = 0; i < cases.Count; i++)
        {
            foreach ((string, long)[] sizes in cases[i].Sizes)
            {
                Check(library, i, cases[i], sizes);
            }
        }
    }

    /// <summary>A plan whose only step is the kernel; all its buffers are passed.</summary>
    public static (Plan Plan, RegionStep Step) RegionOf(Kernel kernel)
    {
        string[] symbols = [.. SymbolsOf(kernel)];
        ImmutableArray<PlanBuffer> buffers =
            [.. kernel.Buffers.Select((b, i) => new PlanBuffer(i, b.Name, TensorType.Of(b.Type, b.Elements), BufferKind.Input, i))];
        RegionStep step = new(0, [new KernelCall(kernel, [.. buffers.Select(b => b.Id)])]);
        ImmutableArray<DType> scalars = [.. ScalarsOf(kernel)];
        return (new Plan(kernel.Name, [.. symbols], scalars, buffers, [step], [], 0), step);
    }

    /// <summary>Runs a region; buffers lie before unreadable pages and behind canaries.</summary>
    public static int Run(nint region, IReadOnlyList<NdArray> buffers, IReadOnlyList<long> symbols, int threads)
    {
        GuardedMemory[] memory = [.. buffers.Select(b => new GuardedMemory(b.Bytes.Span))];
        try
        {
            void** pointers = stackalloc void*[Math.Max(1, buffers.Count)];
            for (int i = 0; i < buffers.Count; i++)
            {
                pointers[i] = memory[i].Data;
            }

            long* values = stackalloc long[Math.Max(1, symbols.Count)];
            for (int i = 0; i < symbols.Count; i++)
            {
                values[i] = symbols[i];
            }

            Frame frame = new() { Buffers = pointers, Symbols = values, Threads = threads, ParallelFor = &ParallelFor };
            int status = ((delegate* unmanaged[Cdecl]<Frame*, int>)region)(&frame);
            for (int i = 0; i < buffers.Count; i++)
            {
                memory[i].ReadBack(buffers[i].Bytes.Span);
            }

            return status;
        }
        finally
        {
            foreach (GuardedMemory m in memory)
            {
                m.Dispose();
            }
        }
    }

    private static void Check(CpuLibrary library, int index, CpuCase test, (string Symbol, long Value)[] sizes)
    {
        long ValueOf(string symbol) => sizes.First(s => s.Symbol == symbol).Value;
        (Plan plan, _) = RegionOf(test.Kernel);
        Func<int, DType, long, NdArray> fill = test.Fill ?? Small;
        NdArray[] Fresh() => [.. test.Kernel.Buffers.Select((b, i) => fill(i, b.Type, Math.Max(0, b.Elements.Evaluate(ValueOf))))];
        ImmutableArray<ScalarValue> scalars = test.Scalars.IsDefault ? [] : test.Scalars;
        NdArray[] expected = Fresh();
        bool holds = true;
        if (test.Reference is not null)
        {
            expected = test.Reference(test.Kernel, expected, ValueOf);
        }
        else
        {
            holds = KernelInterpreter.Run(test.Kernel, expected, ValueOf, scalars);
        }

        long[] symbols = [.. plan.Symbols.Select(ValueOf), .. scalars.Select(s => s.Type.IsFloat() ? BitConverter.DoubleToInt64Bits(s.Float) : s.Integer)];
        foreach (IsaLevel level in Levels)
        {
            for (int threads = 1; threads <= 2; threads++)
            {
                NdArray[] actual = Fresh();
                int status = Run(library.Region(level, index), actual, symbols, threads);
                string where = $"{test.Kernel.Name} {string.Join(" ", sizes.Select(s => $"{s.Symbol}={s.Value}"))} {level.Name} threads={threads}";
                Assert.True((status == 0) == holds, $"{where}: status {status}");
                for (int b = 0; b < actual.Length; b++)
                {
                    Compare(expected[b], actual[b], test.Tolerance, $"{where}, buffer {test.Kernel.Buffers[b].Name}");
                }
            }
        }
    }

    private static void Compare(NdArray expected, NdArray actual, double tolerance, string where)
    {
        if (!expected.Type.IsFloat() || tolerance == 0)
        {
            for (long i = 0; i < expected.Count; i++)
            {
                (ScalarValue e, ScalarValue a) = (expected[i], actual[i]);
                bool same = e.Integer == a.Integer && (e.Float.Equals(a.Float) || e.Float == a.Float);
                Assert.True(same, $"{where}[{i}]: expected {e}, got {a}");
            }

            return;
        }

        double scale = 0;
        for (long i = 0; i < expected.Count; i++)
        {
            scale = double.IsFinite(expected[i].Float) ? Math.Max(scale, Math.Abs(expected[i].Float)) : scale;
        }

        for (long i = 0; i < expected.Count; i++)
        {
            (double e, double a) = (expected[i].Float, actual[i].Float);
            bool same = e.Equals(a) || e == a || Math.Abs(e - a) <= tolerance * Math.Max(scale * 0.1, Math.Abs(e));
            Assert.True(same, $"{where}[{i}]: expected {e:R}, got {a:R}");
        }
    }

    /// <summary>Small numbers of both signs that differ from element to element; the same in every run.</summary>
    public static NdArray Small(int buffer, DType type, long count)
    {
        NdArray array = new(type, [count]);
        uint state = (uint)(buffer + 1) * 2654435761u;
        for (long i = 0; i < count; i++)
        {
            state = (state * 1664525u) + 1013904223u;
            long n = (state >> 16) % 41;
            array[i] = type.IsFloat() ? ScalarValue.Of(type, (n - 20) / 8.0) : ScalarValue.Of(type, type == DType.Bool ? n & 1 : type == DType.U8 ? n : n - 20);
        }

        return array;
    }

    private static IEnumerable<string> SymbolsOf(Kernel kernel) =>
        kernel.Buffers.Select(b => b.Elements).Concat(kernel.Grid)
            .Concat(kernel.Phases.SelectMany(p => p is LoopPhase l ? l.Extents : [((ContractPhase)p).M, ((ContractPhase)p).N, ((ContractPhase)p).K]))
            .Concat(Nodes(kernel).OfType<Expr.Dim>().Select(d => d.Value))
            .SelectMany(d => d.Symbols).Distinct();

    private static IEnumerable<DType> ScalarsOf(Kernel kernel)
    {
        var scalars = Nodes(kernel).OfType<Expr.Scalar>().ToDictionary(s => s.Index, s => s.Type.IsFloat() ? DType.F64 : DType.I64);
        return Enumerable.Range(0, scalars.Count).Select(i => scalars[i]);
    }

    private static IEnumerable<Expr> Nodes(Kernel kernel)
    {
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Expr> left = new(kernel.Phases.SelectMany(p => p.Roots).Concat(kernel.Checks));
        while (left.TryPop(out Expr? e))
        {
            if (seen.Add(e))
            {
                yield return e;
                foreach (Expr operand in e.Operands)
                {
                    left.Push(operand);
                }
            }
        }
    }

    // Two threads take turns in claiming ranges of one grain.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ParallelFor(Frame* frame, delegate* unmanaged[Cdecl]<Frame*, long, long, void> body, long count, long grain)
    {
        Interlocked.Increment(ref splits);
        long next = 0;
        nint f = (nint)frame, run = (nint)body;
        void Work()
        {
            for (long begin = Interlocked.Add(ref next, grain) - grain; begin < count; begin = Interlocked.Add(ref next, grain) - grain)
            {
                ((delegate* unmanaged[Cdecl]<Frame*, long, long, void>)run)((Frame*)f, begin, Math.Min(count, begin + grain));
            }
        }

        Thread other = new(Work);
        other.Start();
        Work();
        other.Join();
    }
}
