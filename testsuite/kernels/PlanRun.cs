using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Kernels;

/// <summary>
/// One native run of a plan. Each tensor ends where its last readable page ends and is aligned to its element only; empty tensors
/// are null, as a tensor library's are; the arena is aligned to 64 bytes and, as every new tensor, full of garbage.
/// </summary>
internal sealed unsafe class PlanRun(Plan plan, IReadOnlyList<NdArray> inputs, Func<string, long> valueOf, long[] symbols, int threads, Evaluator evaluator) : IDisposable
{
    private const int ArenaAlignment = 64;
    private readonly Dictionary<int, GuardedMemory> memory = [];

    /// <param name="nextRegion">The native function of a region step; steps come in order.</param>
    public ImmutableArray<NdArray> Execute(Func<RegionStep, nint> nextRegion)
    {
        long arenaBytes = (plan.ArenaBytes.Evaluate(valueOf) + ArenaAlignment - 1) / ArenaAlignment * ArenaAlignment;
        using GuardedMemory arena = new(Garbage(arenaBytes));
        foreach (PlanBuffer buffer in plan.Buffers.Where(b => b.Kind == BufferKind.Input))
        {
            memory[buffer.Id] = new GuardedMemory(inputs[buffer.Input].Bytes.Span);
        }

        foreach (PlanStep step in plan.Steps)
        {
            switch (step)
            {
                case RegionStep region:
                    RunRegion(region, nextRegion(region), arenaBytes == 0 ? null : arena.Data);
                    break;
                case ExternStep call:
                    RunExtern(call);
                    break;
                case FreeStep free:
                    memory[free.Buffer].ReadBack(new byte[Bytes(plan.Buffers[free.Buffer])]);
                    memory.Remove(free.Buffer, out GuardedMemory? freed);
                    freed!.Dispose();
                    break;
                default:
                    throw new ArgumentException($"unknown step {step}");
            }
        }

        arena.ReadBack(new byte[arenaBytes]);
        foreach (PlanBuffer buffer in plan.Buffers.Where(b => b.Kind == BufferKind.Input))
        {
            Assert.True(Stored(buffer).AsSpan().SequenceEqual(inputs[buffer.Input].Bytes.Span), $"input {buffer.Name} was written");
        }

        return [.. plan.Outputs.Select(Read)];
    }

    public void Dispose()
    {
        foreach (GuardedMemory m in memory.Values)
        {
            m.Dispose();
        }
    }

    private void RunRegion(RegionStep step, nint function, byte* arena)
    {
        foreach (int id in step.Kernels.SelectMany(k => k.Buffers).Distinct().Where(id => plan.Buffers[id].Kind != BufferKind.Arena && !memory.ContainsKey(id)))
        {
            Assert.Equal(BufferKind.Tensor, plan.Buffers[id].Kind);
            memory[id] = new GuardedMemory(Garbage(Bytes(plan.Buffers[id])));
        }

        void** pointers = stackalloc void*[Math.Max(1, plan.Buffers.Length)];
        for (int i = 0; i < plan.Buffers.Length; i++)
        {
            pointers[i] = memory.TryGetValue(i, out GuardedMemory? m) && Bytes(plan.Buffers[i]) > 0 ? m.Data : null;
        }

        if (PlanCall.Run(function, pointers, symbols, arena, threads) is not 0 and int status)
        {
            throw new PlanCheckException($"a region of {plan.Name} returned {status}");
        }
    }

    private void RunExtern(ExternStep step)
    {
        ImmutableArray<NdArray> operands = [.. step.Operands.Where(id => id >= 0).Select(Read)];
        ImmutableArray<NdArray> results = evaluator.Apply(step.Node.Op, step.Node.Attributes.MapDims(d => d.Evaluate(valueOf)), operands);
        foreach ((int id, NdArray result) in step.Results.Zip(results).Where(r => r.First >= 0))
        {
            PlanBuffer buffer = plan.Buffers[id];
            int size = result.Type.Size();
            byte[] stored = Garbage(Bytes(buffer));
            long from = 0;
            foreach (long to in Positions(buffer))
            {
                result.Bytes.Span.Slice((int)(from++ * size), size).CopyTo(stored.AsSpan((int)to * size));
            }

            memory[id] = new GuardedMemory(stored);
        }
    }

    private NdArray Read(int id)
    {
        PlanBuffer buffer = plan.Buffers[id];
        NdArray dense = new(buffer.Type.DType, Shape(buffer));
        byte[] stored = Stored(buffer);
        int size = dense.Type.Size();
        long to = 0;
        foreach (long from in Positions(buffer))
        {
            stored.AsSpan((int)from * size, size).CopyTo(dense.Bytes.Span[((int)to++ * size)..]);
        }

        return dense;
    }

    private byte[] Stored(PlanBuffer buffer)
    {
        byte[] bytes = new byte[Bytes(buffer)];
        memory[buffer.Id].ReadBack(bytes);
        return bytes;
    }

    private ImmutableArray<long> Shape(PlanBuffer buffer) => [.. buffer.Type.Shape.Select(d => d.Evaluate(valueOf))];

    private long[] Strides(PlanBuffer buffer, ImmutableArray<long> shape)
    {
        if (!buffer.Strides.IsDefaultOrEmpty)
        {
            return [.. buffer.Strides.Select(s => s.Evaluate(valueOf))];
        }

        long[] strides = new long[shape.Length];
        long next = 1;
        for (int i = shape.Length - 1; i >= 0; next *= shape[i--])
        {
            strides[i] = next;
        }

        return strides;
    }

    private int Bytes(PlanBuffer buffer)
    {
        ImmutableArray<long> shape = Shape(buffer);
        return shape.Contains(0) ? 0 : checked((int)(shape.Zip(Strides(buffer, shape), (d, s) => (d - 1) * s).Sum() + 1) * buffer.Type.DType.Size());
    }

    // Where the elements lie in storage, in row-major order.
    private IEnumerable<long> Positions(PlanBuffer buffer)
    {
        ImmutableArray<long> shape = Shape(buffer);
        long[] strides = Strides(buffer, shape);
        long count = shape.Aggregate(1L, (x, y) => x * y);
        for (long flat = 0; flat < count; flat++)
        {
            long rest = flat, position = 0;
            for (int i = shape.Length - 1; i >= 0; i--)
            {
                position += rest % shape[i] * strides[i];
                rest /= shape[i];
            }

            yield return position;
        }
    }

    // A NaN of every float type and an absurd integer.
    private static byte[] Garbage(long bytes)
    {
        byte[] garbage = new byte[bytes];
        garbage.AsSpan().Fill(0xFF);
        return garbage;
    }
}
