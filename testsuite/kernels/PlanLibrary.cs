using System.Collections.Immutable;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Kernels;

/// <summary>Plans whose regions are compiled into one loaded library: compiling takes longest, so many plans share one.</summary>
internal sealed class PlanLibrary : IDisposable
{
    private readonly IReadOnlyList<Plan> plans;
    private readonly int[] firstRegion;
    private readonly CpuLibrary library;

    public PlanLibrary(params IReadOnlyList<Plan> plans)
    {
        this.plans = plans;
        firstRegion = new int[plans.Count];
        List<(Plan, RegionStep)> regions = [];
        for (int i = 0; i < plans.Count; i++)
        {
            firstRegion[i] = regions.Count;
            regions.AddRange(plans[i].Steps.OfType<RegionStep>().Select(step => (plans[i], step)));
        }

        library = new CpuLibrary(regions);
    }

    /// <summary>Runs plan number <paramref name="index"/> on inputs in the order of the graph that it was made from.</summary>
    /// <exception cref="PlanCheckException">A region says that a check does not hold.</exception>
    public ImmutableArray<NdArray> Run(int index, Graph graph, IReadOnlyList<NdArray> inputs, IsaLevel level, int threads, ExternCall? callExtern = null)
    {
        Plan plan = plans[index];
        Func<string, long> valueOf = SymbolBinding.Lookup(SymbolBinding.Bind(graph.Inputs, inputs));
        IEnumerable<long> scalars = graph.Inputs.Zip(inputs).Where(p => p.First.Kind == InputKind.Scalar).Select(p => p.Second[0])
            .Select(s => s.Type.IsFloat() ? BitConverter.DoubleToInt64Bits(s.Float) : s.Integer);
        long[] symbols = [.. plan.Symbols.Select(valueOf), .. scalars];
        int next = firstRegion[index];
        using PlanRun run = new(plan, inputs, valueOf, symbols, threads, new Evaluator(callExtern));
        return run.Execute(_ => library.Region(level, next++));
    }

    public void Dispose() => library.Dispose();
}
