using System.Collections.Immutable;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Reference;
using DlAot.Ir.Verify;
using DlAot.Passes;
using DlAot.Tests.Kernels;

namespace DlAot.Tests.Fuzz;

/// <summary>Where a case goes wrong, and how.</summary>
/// <param name="Stage">reference, passes, interpreter, compile or native.</param>
internal sealed record Finding(string Stage, string Message);

/// <summary>What a batch of cases came to.</summary>
/// <param name="Findings">By case; null: all agree.</param>
/// <param name="Runs">Native runs that were compared.</param>
/// <param name="Tolerated">Outputs that were accepted only because the reference itself is uncertain there.</param>
/// <param name="Refused">Native runs that rightly refused their inputs.</param>
internal sealed record BatchResult(ImmutableArray<Finding?> Findings, int Runs, int Tolerated, int Refused);

/// <summary>
/// Graphs three ways: by the reference evaluator, as plans by the interpreter, and as native code for every level on one and two threads. What
/// one refuses all refuse. Results on two threads are those of one thread to the last bit.
/// </summary>
/// <param name="announce">Told what runs next, since native code that is wrong may end the process.</param>
/// <param name="planned">The graph that is compiled: another one than the case's is how this class is tested.</param>
internal sealed class Differential(Action<string>? announce = null, Func<Graph, Graph>? planned = null)
{
    /// <summary>Above it a plan is not interpreted, and runs on two threads only: each run has its extern steps evaluated.</summary>
    private const double MostWork = 2e6;

    private int runs;
    private int tolerated;
    private int refused;

    public BatchResult Run(params IReadOnlyList<FuzzCase> cases)
    {
        (runs, tolerated, refused) = (0, 0, 0);
        Finding?[] findings = new Finding?[cases.Count];
        Plan?[] plans = new Plan?[cases.Count];
        for (int i = 0; i < cases.Count; i++)
        {
            announce?.Invoke($"plan {cases[i].Graph.Name}");
            (plans[i], findings[i]) = TryPlan(cases[i]);
        }

        int[] planned = [.. Enumerable.Range(0, cases.Count).Where(i => plans[i] is not null)];
        using PlanLibrary? library = TryCompile([.. planned.Select(i => plans[i]!)]);
        for (int k = 0; k < planned.Length; k++)
        {
            int i = planned[k];
            try
            {
                using PlanLibrary? single = library is null ? new PlanLibrary(plans[i]!) : null;
                findings[i] = Check(cases[i], plans[i]!, library ?? single!, library is null ? 0 : k);
            }
            catch (Exception e) when (library is null)
            {
                findings[i] = new Finding("compile", e.ToString());
            }
        }

        return new BatchResult([.. findings], runs, tolerated, refused);
    }

    private (Plan?, Finding?) TryPlan(FuzzCase test)
    {
        try
        {
            GraphVerifier.Verify(test.Graph);
            Plan plan = Pipeline.Run(planned?.Invoke(test.Graph) ?? test.Graph, test.Options, report => GraphVerifier.Verify(report.State.Graph));
            PlanVerifier.Verify(plan);
            return (plan, null);
        }
        catch (Exception e)
        {
            return (null, new Finding("passes", e.ToString()));
        }
    }

    private static PlanLibrary? TryCompile(ImmutableArray<Plan> plans)
    {
        try
        {
            return new PlanLibrary(plans);
        }
        catch (Exception) when (plans.Length > 1)
        {
            return null; // one by one, to find out which
        }
    }

    private Finding? Check(FuzzCase test, Plan plan, PlanLibrary library, int index)
    {
        foreach (var sizes in test.Sizes)
        {
            string where = $"sizes {FuzzCase.SizesText(sizes)}";
            ImmutableArray<NdArray> inputs = FuzzInputs.Make(test.Graph, sizes, test.Seed);
            Outcome expected = Outcome.Of(() => new Evaluator(ProductRecipes.CallExtern).Run(test.Graph, inputs));
            bool isLarge = FuzzCase.Work(test.Graph, sizes) > MostWork;
            Outcome interpreted = isLarge ? expected : Outcome.Of(() => new PlanInterpreter(ProductRecipes.CallExtern).Run(plan, test.Graph, inputs));
            if (interpreted.Error is not null and not PlanCheckException and not EvaluationException)
            {
                return new Finding("interpreter", $"{where}: {interpreted.Error}");
            }

            // What nobody uses is not computed, so that a plan may accept inputs that the graph refuses; native code may not.
            if (expected.Error is not null && interpreted.Error is null)
            {
                expected = interpreted;
            }
            else if (Compare(test, inputs, expected, interpreted) is { } difference)
            {
                return new Finding("interpreter", $"{where}: {difference}");
            }

            foreach (IsaLevel level in CpuHarness.Levels)
            {
                Outcome two = Native(test, library, index, inputs, level, 2, where), one = isLarge ? two : Native(test, library, index, inputs, level, 1, where);
                if ((Compare(test, inputs, expected, one) ?? Identical(one, two)) is { } wrong)
                {
                    return new Finding("native", $"{where}, {level.Name}: {wrong}");
                }
            }
        }

        return test.Large is null ? null : CheckThreads(test, library, index, test.Large);
    }

    // The evaluator would take too long.
    private Finding? CheckThreads(FuzzCase test, PlanLibrary library, int index, ImmutableSortedDictionary<string, long> sizes)
    {
        string where = $"large {FuzzCase.SizesText(sizes)}";
        ImmutableArray<NdArray> inputs = FuzzInputs.Make(test.Graph, sizes, test.Seed);
        foreach (IsaLevel level in CpuHarness.Levels)
        {
            Outcome one = Native(test, library, index, inputs, level, 1, where), two = Native(test, library, index, inputs, level, 2, where);
            if (Identical(one, two) is { } wrong)
            {
                return new Finding("native", $"{where}, {level.Name}: {wrong}");
            }
        }

        return null;
    }

    private Outcome Native(FuzzCase test, PlanLibrary library, int index, ImmutableArray<NdArray> inputs, IsaLevel level, int threads, string where)
    {
        announce?.Invoke($"{test.Graph.Name} native {where} {level.Name} threads={threads}");
        runs++;
        return Outcome.Of(() => library.Run(index, test.Graph, inputs, level, threads, ProductRecipes.CallExtern));
    }

    private string? Compare(FuzzCase test, ImmutableArray<NdArray> inputs, Outcome expected, Outcome actual)
    {
        if (expected.Error is not null || actual.Error is not null)
        {
            refused++;
            return expected.Error is null || actual.Error is not (null or PlanCheckException or EvaluationException) ? $"refused: {actual.Error}"
                : actual.Error is null ? $"accepted, but the reference says: {expected.Error.Message}" : null;
        }

        double[] tolerances = Exactness.Tolerances(test.Graph);
        RoundingSpread? spread = null;
        for (int i = 0; i < expected.Results.Length; i++)
        {
            (NdArray want, NdArray got) = (expected.Results[i], actual.Results[i]);
            if (want.Type != got.Type || !want.Shape.SequenceEqual(got.Shape))
            {
                return $"output {i} is {got}, not {want}";
            }

            double scale = want.Type.IsFloat() && want.Count > 0 ? Enumerable.Range(0, (int)want.Count).Select(e => Math.Abs(want[e].Float)).Where(double.IsFinite).DefaultIfEmpty(0).Max() : 0;
            double allowed = tolerances[i] * scale;
            bool isTolerated = false;
            for (long e = 0; e < want.Count; e++)
            {
                (ScalarValue w, ScalarValue g) = (want[e], got[e]);
                bool isSame = w.Integer == g.Integer && (w.Float.Equals(g.Float) || w.Float == g.Float || Math.Abs(w.Float - g.Float) <= allowed);
                if (!isSame && (tolerances[i] == 0 || !(spread ??= new RoundingSpread(test.Graph, inputs)).Allows(i, e, w, g)))
                {
                    return $"output {i}[{e}] of {want} is {g}, not {w}";
                }

                isTolerated |= !isSame;
            }

            tolerated += isTolerated ? 1 : 0;
        }

        return null;
    }

    private static string? Identical(Outcome one, Outcome two)
    {
        if (one.Error is not null || two.Error is not null)
        {
            return (one.Error is null) == (two.Error is null) ? null : $"one thread: {one.Error}, two threads: {two.Error}";
        }

        int at = one.Results.Zip(two.Results).TakeWhile(p => p.First.Bytes.Span.SequenceEqual(p.Second.Bytes.Span)).Count();
        return at == one.Results.Length ? null : $"output {at} differs between one and two threads";
    }

    private sealed record Outcome(ImmutableArray<NdArray> Results, Exception? Error)
    {
        public static Outcome Of(Func<ImmutableArray<NdArray>> run)
        {
            try
            {
                return new(run(), null);
            }
            catch (Exception e)
            {
                return new([], e);
            }
        }
    }
}
