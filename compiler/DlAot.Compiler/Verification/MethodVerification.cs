using System.Reflection;
using DlAot.Compiler.Configuration;

namespace DlAot.Compiler.Verification;

/// <summary>Compares a target with what it must do, called with the same arguments on objects made alike.</summary>
internal sealed class MethodVerification(VerificationTarget target, VerificationCases inputs, Profile profile, TorchApi torch, CallCounts counts)
{
    private const int Seed = 20;

    /// <summary>A row for each input, of the first object that can be made and accepts one.</summary>
    public IReadOnlyList<VerificationRow> Run()
    {
        if (target.Expected is not { } expected || target.Actual is not { } actual)
        {
            return target.IsPart ? [Row("", VerificationOutcome.NotConstructible, "the drop-in has no compiled code for it")]
                : [Row("", VerificationOutcome.Differs, $"the drop-in has no method {target.Name}", double.PositiveInfinity)];
        }

        if (target.IsStatic)
        {
            using IDisposable scope = torch.NewScope();
            return Run(expected, actual, null, () => null);
        }

        string reason = "no constructor has only arguments with defaults, numbers, texts or configuration classes";
        foreach ((string what, Func<Assembly, object> make) in Objects())
        {
            using IDisposable scope = torch.NewScope();
            try
            {
                IReadOnlyList<VerificationRow> rows = Run(expected, actual, Seeded(() => make(target.Reference)), () => Seeded(() => make(target.Sides.DropIn)));
                if (rows.Any(r => r.Outcome != VerificationOutcome.NotConstructible))
                {
                    return rows;
                }

                reason = rows[0].Detail;
            }
            catch (Exception e) when (e is not (OutOfMemoryException or VerificationStopException))
            {
                reason = $"constructing {what} throws {e.GetType().Name}: {e.Message}";
            }
            catch (VerificationStopException e)
            {
                return [Row("", VerificationOutcome.Differs, e.Message, double.PositiveInfinity)];
            }
        }

        return [Row("", VerificationOutcome.NotConstructible, reason)];
    }

    // As a profile saw them made, then as they can be guessed.
    private IEnumerable<(string What, Func<Assembly, object> Make)> Objects()
    {
        Type type = target.Reference.GetType(target.TypeName, throwOnError: true)!;
        foreach (Profile.MadeInstance made in profile.Instances.OrderByDescending(i => i.Called).Where(i => target.Reference.GetTypes().Any(t => type.IsAssignableFrom(t) && t.FullName?.Replace('+', '.') == i.Type)))
        {
            yield return ($"{made.Type} as recorded", assembly => new RecordedValues(assembly, torch, new Random(Seed), _ => 2).Construct(made.Type, made.Arguments));
        }

        var maker = new ModuleMaker(torch.Module);
        foreach (ModuleRecipe recipe in maker.Recipes(target.Reference, target.TypeName))
        {
            yield return (recipe.Type, assembly => maker.Make(assembly, recipe));
        }
    }

    private IReadOnlyList<VerificationRow> Run(MethodInfo expected, MethodInfo actual, object? original, Func<object?> makeDropIn)
    {
        object? dropIn = MakeDropIn(makeDropIn);
        var state = new ObjectState(torch);
        if (original is not null && dropIn is not null)
        {
            state.RequireEqual(original, dropIn, "after construction");
            state.Roughen(original, dropIn, Seed);
            state.SetTraining(original, inputs.IsTraining);
            state.SetTraining(dropIn, inputs.IsTraining);
        }

        var live = new LiveAccess(original, name => target.Reference.GetType(name) ?? torch.Assembly.GetType(name));
        (IReadOnlyList<VerificationCase> cases, string reason) = inputs.For(live);
        if (cases.Count == 0)
        {
            return [Row("", VerificationOutcome.NotConstructible, reason)];
        }

        (VerificationRow Row, bool Returned)[] results = [.. cases.Select((c, i) => Compare(c, (expected, original), (actual, dropIn), Seed + i))];
        if (original is not null && dropIn is not null)
        {
            state.RequireEqual(original, dropIn, "after the calls");
        }

        bool isAccepted = results.Any(r => r.Returned || r.Row.Outcome == VerificationOutcome.Differs);
        return isAccepted ? [.. results.Select(r => r.Row)]
            : [Row("", VerificationOutcome.NotConstructible, $"no generated input is accepted: {results[0].Row.Inputs}: {results[0].Row.Detail}")];
    }

    private (VerificationRow Row, bool Returned) Compare(VerificationCase arguments, (MethodInfo, object?) original, (MethodInfo, object?) dropIn, int seed)
    {
        using IDisposable scope = torch.NewScope();
        string inputs = arguments.Inputs;
        Outcome expected = Call(original, arguments, seed);
        counts.Start();
        Outcome actual = Call(dropIn, arguments, seed);
        string? whyOriginalRan = counts.WhyOriginalRan();
        if (expected.Failure is not null || actual.Failure is not null)
        {
            return expected.Failure == actual.Failure
                ? (Row(inputs, VerificationOutcome.Equal, $"both throw {expected.Failure}"), false)
                : (Row(inputs, VerificationOutcome.Differs, $"the original {Ends(expected)}, the drop-in {Ends(actual)}", double.PositiveInfinity), true);
        }

        var comparison = new ResultComparison(torch);
        string? difference = comparison.Compare(expected.Result, actual.Result)
            ?? comparison.Compare(expected.Arguments, actual.Arguments, "after the call, the argument")
            ?? (expected.NextRandom.Equals(actual.NextRandom) ? null : "the random stream is at another place after the call");
        return difference is not null ? (Row(inputs, VerificationOutcome.Differs, difference, comparison.MaxRelError), true)
            : whyOriginalRan is not null ? (Row(inputs, VerificationOutcome.OriginalRan, whyOriginalRan, comparison.MaxRelError), true)
            : (Row(inputs, VerificationOutcome.Equal, "", comparison.MaxRelError), true);
    }

    private Outcome Call((MethodInfo Method, object? On) target, VerificationCase arguments, int seed)
    {
        object?[] values = arguments.Make(target.Method, seed);
        torch.Seed(seed);
        try
        {
            object? result = TorchApi.Invoke(target.Method, target.On, values);
            return new Outcome(result, null, values, torch.Draw());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new Outcome(null, e.GetType().FullName, values, 0);
        }
    }

    private static object? MakeDropIn(Func<object?> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is not (OutOfMemoryException or VerificationStopException))
        {
            throw new VerificationStopException($"the drop-in's constructor throws {e.GetType().Name}: {e.Message}");
        }
    }

    private object Seeded(Func<object> make)
    {
        torch.Seed(Seed);
        return make();
    }

    private VerificationRow Row(string inputs, VerificationOutcome outcome, string detail, double error = 0) => new(target.Name, inputs, outcome, error, detail);

    private static string Ends(Outcome outcome) => outcome.Failure is { } failure ? $"throws {failure}" : "returns";

    /// <param name="Failure">The full name of the exception's type.</param>
    /// <param name="Arguments">As they are after the call.</param>
    /// <param name="NextRandom">The next number of the random stream after the call.</param>
    private sealed record Outcome(object? Result, string? Failure, object?[] Arguments, double NextRandom);
}

/// <summary>The two sides differ before anything can be compared.</summary>
internal sealed class VerificationStopException(string message) : Exception(message);
