using System.Collections.Immutable;
using DlAot.Ir.Kernels;

namespace DlAot.Ir.Reference;

/// <summary>
/// Runs a kernel on arrays, grid point by grid point, exactly as <see cref="Kernel"/> says. At one point of a phase all loads and
/// values are computed before anything is stored, and all operands are computed whether a Select needs them or not, as native code
/// does; so a load that is out of range without a false predicate is an error here.
/// </summary>
public static class KernelInterpreter
{
    /// <param name="buffers">Storage for each kernel buffer, at least as many elements as it says.</param>
    /// <param name="valueOf">Values of size symbols.</param>
    /// <param name="scalars">The plan's host scalars.</param>
    /// <returns>False when a check failed; nothing has been written then.</returns>
    /// <exception cref="EvaluationException">An access out of range, a store to a buffer that is not written, or a wrong binding.</exception>
    public static bool Run(Kernel kernel, IReadOnlyList<NdArray> buffers, Func<string, long> valueOf, IReadOnlyList<ScalarValue>? scalars = null)
    {
        if (buffers.Count != kernel.Buffers.Length)
        {
            throw new EvaluationException($"{kernel.Name} has {kernel.Buffers.Length} buffers, {buffers.Count} were given");
        }

        foreach ((KernelBuffer buffer, NdArray array) in kernel.Buffers.Zip(buffers))
        {
            if (array.Type != buffer.Type || array.Count < buffer.Elements.Evaluate(valueOf))
            {
                throw new EvaluationException($"{kernel.Name}: {array} cannot be {buffer.Name}, {buffer.Type.Name()} of {buffer.Elements} elements");
            }
        }

        var run = new KernelRun(kernel, buffers, valueOf, scalars ?? []);
        return run.ChecksHold() && run.Execute();
    }

    private sealed class KernelRun(Kernel kernel, IReadOnlyList<NdArray> buffers, Func<string, long> valueOf, IReadOnlyList<ScalarValue> scalars)
    {
        private readonly Dictionary<string, long> vars = new(StringComparer.Ordinal);
        private readonly Dictionary<int, ScalarValue> temps = [];
        private readonly Dictionary<DimExpr, ScalarValue> sizes = [];
        private readonly ImmutableArray<long> elements = [.. kernel.Buffers.Select(b => b.Elements.Evaluate(valueOf))];

        public bool ChecksHold()
        {
            return kernel.Checks.All(check =>
            {
                ExprProgram program = Program([check]);
                (string, long)[] loops = [.. kernel.CheckLoops.Select((e, i) => (Name: $"i{i}", Extent: e)).Where(l => kernel.Phases.Length == 1 || check.Mentions(l.Name)).Select(l => (l.Name, l.Extent.Evaluate(valueOf)))];
                return Points(kernel.Grid, "g").All(_ => Points(loops).All(_ => program.Run().All(v => v.IsTrue)));
            });
        }

        public bool Execute()
        {
            Action[] phases = [.. kernel.Phases.Select(p => p is LoopPhase loop ? Prepare(loop) : Prepare((ContractPhase)p))];
            foreach (object? _ in Points(kernel.Grid, "g"))
            {
                temps.Clear();
                foreach (Action phase in phases)
                {
                    phase();
                }
            }

            return true;
        }

        private Action Prepare(LoopPhase phase)
        {
            ExprProgram reduced = Program(phase.Reductions.Select(r => r.Value)), stored = Stored(phase.Stores);
            return () =>
            {
                Accumulator[] accumulators = [.. phase.Reductions.Select(r => new Accumulator(r.Kind, r.Result.Type))];
                foreach (object? _ in Points(phase.Extents, "i"))
                {
                    foreach ((Accumulator accumulator, ScalarValue value) in accumulators.Zip(reduced.Run()))
                    {
                        accumulator.Add(value);
                    }

                    Store(phase.Stores, stored);
                }

                foreach ((Reduction reduction, Accumulator accumulator) in phase.Reductions.Zip(accumulators))
                {
                    temps[reduction.Result.Id] = accumulator.Result();
                }
            };
        }

        private Action Prepare(ContractPhase phase)
        {
            ExprProgram a = Program([phase.A]), b = Program([phase.B]), stored = Stored(phase.Stores);
            return () =>
            {
                (long m, long n, long k) = (phase.M.Evaluate(valueOf), phase.N.Evaluate(valueOf), phase.K.Evaluate(valueOf));
                double[] left = [.. Points(("m", m), ("k", k)).Select(_ => a.Run()[0].ConvertTo(DType.F64).Float)];
                double[] right = [.. Points(("k", k), ("n", n)).Select(_ => b.Run()[0].ConvertTo(DType.F64).Float)];
                foreach (object? _ in Points(("m", m), ("n", n)))
                {
                    double sum = 0;
                    for (long i = 0; i < k; i++)
                    {
                        sum += left[(vars["m"] * k) + i] * right[(i * n) + vars["n"]];
                    }

                    temps[phase.Result.Id] = ScalarValue.Of(phase.Result.Type, sum);
                    Store(phase.Stores, stored);
                }

                temps.Remove(phase.Result.Id);
            };
        }

        private ExprProgram Program(IEnumerable<Expr> roots) => new([.. roots], Evaluate);

        // A store with a false predicate need not have a valid value, but it is computed all the same.
        private ExprProgram Stored(ImmutableArray<Store> stores) =>
            Program(stores.SelectMany(s => s.Roots));

        private void Store(ImmutableArray<Store> stores, ExprProgram program)
        {
            ReadOnlySpan<ScalarValue> values = program.Run();
            foreach (Store store in stores)
            {
                (ScalarValue index, ScalarValue value) = (values[0], values[1]);
                bool isActive = store.Predicate is null || values[2].IsTrue;
                values = values[(store.Predicate is null ? 2 : 3)..];
                if (isActive)
                {
                    NdArray target = Element(store.Buffer, index.Integer);
                    target[index.Integer] = kernel.Buffers[store.Buffer] is { IsWritten: true } b && b.Type == value.Type
                        ? value
                        : throw new EvaluationException($"{kernel.Name} stores {value.Type.Name()} to {kernel.Buffers[store.Buffer]}");
                }
            }
        }

        private ScalarValue Evaluate(Expr e, ReadOnlySpan<ScalarValue> x) => e switch
        {
            Expr.Const c => c.Type.IsFloat() ? ScalarValue.Of(c.Type, c.Float) : ScalarValue.Of(c.Type, c.Integer),
            Expr.Dim d => Size(d.Value),
            Expr.Scalar s => scalars[s.Index].Type == s.Type ? scalars[s.Index] : throw new EvaluationException($"{kernel.Name}: {s} is {scalars[s.Index]}"),
            Expr.Var v => ScalarValue.Of(DType.I64, vars.TryGetValue(v.Name, out long i) ? i : throw new EvaluationException($"{kernel.Name}: no loop has {v.Name}")),
            Expr.Temp t => temps.TryGetValue(t.Id, out ScalarValue value) ? value : throw new EvaluationException($"{kernel.Name}: {t} is not computed yet"),
            Expr.Load { Predicate: not null } when !x[1].IsTrue => ScalarValue.Of(e.Type, 0L),
            Expr.Load l => Element(l.Buffer, x[0].Integer)[x[0].Integer],
            Expr.Op o => ScalarSemantics.Apply(o.Code, o.Type, x),
            _ => throw new ArgumentException($"unknown expression {e}", nameof(e)),
        };

        private ScalarValue Size(DimExpr size) =>
            sizes.TryGetValue(size, out ScalarValue value) ? value : sizes[size] = ScalarValue.Of(DType.I64, size.Evaluate(valueOf));

        private NdArray Element(int buffer, long index) => index >= 0 && index < elements[buffer]
            ? buffers[buffer]
            : throw new EvaluationException($"{kernel.Name}: {kernel.Buffers[buffer].Name}[{index}] is out of range of {elements[buffer]} elements at {string.Join(", ", vars.Select(v => $"{v.Key}={v.Value}"))}");

        private IEnumerable<object?> Points(ImmutableArray<DimExpr> extents, string prefix) =>
            Points([.. extents.Select((e, i) => ($"{prefix}{i}", e.Evaluate(valueOf)))]);

        // Sets the loop variables to each point in turn.
        private IEnumerable<object?> Points(params (string Name, long Extent)[] loops)
        {
            foreach (long[] at in Indexing.Indices([.. loops.Select(l => l.Extent)]))
            {
                for (int i = 0; i < loops.Length; i++)
                {
                    vars[loops[i].Name] = at[i];
                }

                yield return null;
            }

            foreach ((string name, _) in loops)
            {
                vars.Remove(name);
            }
        }
    }

    private delegate ScalarValue EvaluateExpr(Expr e, ReadOnlySpan<ScalarValue> operands);

    /// <summary>Expressions in the order of evaluation, each once.</summary>
    private sealed class ExprProgram
    {
        private readonly List<(Expr Expr, int[] Operands)> steps = [];
        private readonly Dictionary<Expr, int> slots = new(ReferenceEqualityComparer.Instance);
        private readonly int[] roots;
        private readonly ScalarValue[] values, results, operands = new ScalarValue[4];
        private readonly EvaluateExpr evaluate;

        public ExprProgram(ImmutableArray<Expr> expressions, EvaluateExpr evaluate)
        {
            this.evaluate = evaluate;
            roots = [.. expressions.Select(Slot)];
            values = new ScalarValue[steps.Count];
            results = new ScalarValue[roots.Length];
        }

        /// <summary>Values of the root expressions; valid until the next run.</summary>
        public ScalarValue[] Run()
        {
            for (int i = 0; i < values.Length; i++)
            {
                (Expr e, int[] from) = steps[i];
                for (int j = 0; j < from.Length; j++)
                {
                    operands[j] = values[from[j]];
                }

                values[i] = evaluate(e, operands.AsSpan(0, from.Length));
            }

            for (int i = 0; i < roots.Length; i++)
            {
                results[i] = values[roots[i]];
            }

            return results;
        }

        private int Slot(Expr e)
        {
            if (!slots.TryGetValue(e, out int slot))
            {
                int[] from = [.. e.Operands.Select(Slot)];
                slots[e] = slot = steps.Count;
                steps.Add((e, from));
            }

            return slot;
        }
    }
}
