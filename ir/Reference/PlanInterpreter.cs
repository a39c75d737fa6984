using System.Collections.Immutable;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.Ir.Reference;

/// <summary>A kernel's check does not hold for these inputs: the compiled method would run the original body.</summary>
public sealed class PlanCheckException(string message) : Exception(message);

/// <summary>
/// Runs a plan step by step on concrete inputs: kernels by <see cref="KernelInterpreter"/>, extern steps by the evaluator's rule of
/// their op. The arena is real memory at the plan's offsets, and fresh memory is filled with garbage, so that a wrong memory plan
/// gives wrong results or an error here too.
/// </summary>
public sealed class PlanInterpreter(ExternCall? callExtern = null)
{
    /// <summary>The plan's outputs; symbols and scalars come from the inputs of the graph that it was made from.</summary>
    /// <param name="inputs">In the order of the graph's inputs. Scalar inputs are rank 0; in their order they are the plan's scalars.</param>
    /// <exception cref="PlanCheckException">A kernel's check does not hold.</exception>
    /// <exception cref="EvaluationException">An input does not fit, or the plan is wrong.</exception>
    public ImmutableArray<NdArray> Run(Plan plan, Graph graph, params IReadOnlyList<NdArray> inputs)
    {
        ImmutableArray<ScalarValue> scalars = [.. graph.Inputs.Zip(inputs).Where(p => p.First.Kind == InputKind.Scalar).Select(p => p.Second[0])];
        return Run(plan, inputs, SymbolBinding.Lookup(SymbolBinding.Bind(graph.Inputs, inputs)), scalars);
    }

    /// <summary>The plan's outputs for given values of its symbols and scalars.</summary>
    /// <param name="inputs">By graph input number, <see cref="PlanBuffer.Input"/>.</param>
    public ImmutableArray<NdArray> Run(Plan plan, IReadOnlyList<NdArray> inputs, Func<string, long> valueOf, IReadOnlyList<ScalarValue> scalars)
    {
        if (!plan.Scalars.SequenceEqual(scalars.Select(s => s.Type)))
        {
            throw new EvaluationException($"{plan.Name} needs scalars [{string.Join(",", plan.Scalars.Select(s => s.Name()))}], got [{string.Join(",", scalars)}]");
        }

        return new PlanRun(plan, inputs, valueOf, scalars, new Evaluator(callExtern)).Execute();
    }

    private sealed class PlanRun(Plan plan, IReadOnlyList<NdArray> inputs, Func<string, long> valueOf, IReadOnlyList<ScalarValue> scalars, Evaluator evaluator)
    {
        // Flat storage of the buffers that exist now; strided ones have holes.
        private readonly Dictionary<int, NdArray> storage = [];
        private readonly HashSet<int> freed = [];
        private readonly Memory<byte> arena = Garbage(plan.ArenaBytes.Evaluate(valueOf));

        public ImmutableArray<NdArray> Execute()
        {
            foreach (PlanStep step in plan.Steps)
            {
                switch (step)
                {
                    case RegionStep region:
                        foreach (KernelCall call in region.Kernels)
                        {
                            RunKernel(call);
                        }

                        break;
                    case ExternStep call:
                        RunExtern(call);
                        break;
                    case FreeStep free:
                        Storage(free.Buffer);
                        storage.Remove(free.Buffer);
                        freed.Add(free.Buffer);
                        break;
                    default:
                        throw new ArgumentException($"unknown step {step}");
                }
            }

            return [.. plan.Outputs.Select(Read)];
        }

        private void RunKernel(KernelCall call)
        {
            ImmutableArray<NdArray> bound = [.. call.Buffers.Select((id, i) => call.Kernel.Buffers[i].IsWritten ? StorageToWrite(id) : Storage(id))];
            if (!KernelInterpreter.Run(call.Kernel, bound, valueOf, scalars))
            {
                throw new PlanCheckException($"a check of {call.Kernel.Name} does not hold");
            }
        }

        private void RunExtern(ExternStep step)
        {
            ImmutableArray<NdArray> operands = [.. step.Operands.Where(id => id >= 0).Select(Read)];
            ImmutableArray<NdArray> results = evaluator.Apply(step.Node.Op, step.Node.Attributes.MapDims(d => d.Evaluate(valueOf)), operands);
            foreach ((int id, NdArray result) in step.Results.Zip(results))
            {
                if (id >= 0)
                {
                    Write(id, result);
                }
            }
        }

        private NdArray Storage(int id)
        {
            PlanBuffer buffer = plan.Buffers[id];
            if (storage.TryGetValue(id, out NdArray? array))
            {
                return array;
            }

            if (buffer.Kind != BufferKind.Input || freed.Contains(id))
            {
                throw new EvaluationException($"{plan.Name}: buffer {id} {buffer.Name} is used {(freed.Contains(id) ? "after it was freed" : "before it was made")}");
            }

            NdArray input = inputs[buffer.Input];
            if (input.Type != buffer.Type.DType || !input.Shape.SequenceEqual(buffer.Type.Shape.Evaluate(valueOf)))
            {
                throw new EvaluationException($"{plan.Name}: input {buffer.Name} is {input}, not {buffer.Type}");
            }

            return storage[id] = input;
        }

        // Written for the first time: it comes into being.
        private NdArray StorageToWrite(int id)
        {
            PlanBuffer buffer = plan.Buffers[id];
            if (buffer.Kind == BufferKind.Input)
            {
                throw new EvaluationException($"{plan.Name}: input {buffer.Name} is written");
            }

            if (storage.ContainsKey(id) || freed.Contains(id))
            {
                return Storage(id);
            }

            long count = StoredElements(buffer), bytes = count * buffer.Type.DType.Size();
            Memory<byte> memory = Garbage(buffer.Kind == BufferKind.Arena ? 0 : bytes);
            if (buffer.Kind == BufferKind.Arena)
            {
                long offset = buffer.Offset!.Evaluate(valueOf);
                memory = offset >= 0 && offset % 64 == 0 && offset + bytes <= arena.Length
                    ? arena.Slice((int)offset, (int)bytes)
                    : throw new EvaluationException($"{plan.Name}: buffer {id} at {offset} with {bytes} bytes does not fit the arena of {arena.Length}");
            }

            return storage[id] = new NdArray(buffer.Type.DType, [count], memory);
        }

        private NdArray Read(int id)
        {
            PlanBuffer buffer = plan.Buffers[id];
            NdArray flat = Storage(id);
            var dense = new NdArray(flat.Type, buffer.Type.Shape.Evaluate(valueOf));
            long to = 0;
            foreach (long from in Positions(buffer))
            {
                dense[to++] = flat[from];
            }

            return dense;
        }

        private void Write(int id, NdArray dense)
        {
            PlanBuffer buffer = plan.Buffers[id];
            if (dense.Type != buffer.Type.DType || !dense.Shape.SequenceEqual(buffer.Type.Shape.Evaluate(valueOf)))
            {
                throw new EvaluationException($"{plan.Name}: {dense} is stored in buffer {id} {buffer.Name} of {buffer.Type}");
            }

            NdArray flat = StorageToWrite(id);
            long from = 0;
            foreach (long to in Positions(buffer))
            {
                flat[to] = dense[from++];
            }
        }

        // Where the elements lie in storage, in row-major order.
        private IEnumerable<long> Positions(PlanBuffer buffer)
        {
            ImmutableArray<long> shape = buffer.Type.Shape.Evaluate(valueOf);
            ImmutableArray<long> strides = Strides(buffer, shape);
            return Indexing.Indices(shape).Select(at => at.Zip(strides, (i, s) => i * s).Sum());
        }

        private long StoredElements(PlanBuffer buffer)
        {
            ImmutableArray<long> shape = buffer.Type.Shape.Evaluate(valueOf);
            return shape.Contains(0) ? 0 : shape.Zip(Strides(buffer, shape), (d, s) => (d - 1) * s).Sum() + 1;
        }

        private ImmutableArray<long> Strides(PlanBuffer buffer, ImmutableArray<long> shape)
        {
            if (!buffer.Strides.IsDefaultOrEmpty)
            {
                return buffer.Strides.Evaluate(valueOf);
            }

            long[] strides = new long[shape.Length];
            long next = 1;
            for (int i = shape.Length - 1; i >= 0; i--)
            {
                strides[i] = next;
                next *= shape[i];
            }

            return [.. strides];
        }

        // Bytes that make a NaN of every float dtype and an absurd integer.
        private static Memory<byte> Garbage(long bytes)
        {
            byte[] memory = new byte[bytes];
            memory.AsSpan().Fill(0xFF);
            return memory;
        }
    }
}
