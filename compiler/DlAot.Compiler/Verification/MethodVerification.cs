using System.Reflection;
using DlAot.Compiler.Lifting;
using Mono.Cecil;

namespace DlAot.Compiler.Verification;

/// <summary>Compares one compiled version of a method on both sides.</summary>
internal sealed class MethodVerification(LiftedMethod method, LiftedVersion version, Sides sides, TorchApi torch, CallCounts counts)
{
    private const int Seed = 20;
    private const int MostInputs = 5;
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private readonly ArgumentMaker arguments = new(version, torch);

    /// <summary>A row for each input, of the first module that can be made and accepts one.</summary>
    public IReadOnlyList<VerificationRow> Run()
    {
        string reason = "no constructor has only arguments with defaults, numbers, texts or configuration classes";
        var maker = new ModuleMaker(torch.Module);
        string type = LiveAccess.ReflectionName(method.Method.DeclaringType);
        foreach (ModuleRecipe recipe in maker.Recipes(sides.Original, type))
        {
            using IDisposable scope = torch.NewScope();
            try
            {
                object original = Seeded(() => maker.Make(sides.Original, recipe));
                IReadOnlyList<VerificationRow> rows = Run(original, () => Seeded(() => maker.Make(sides.DropIn, recipe)));
                if (rows.Any(r => r.Outcome != VerificationOutcome.NotConstructible))
                {
                    return rows;
                }

                reason = rows[0].Detail;
            }
            catch (Exception e) when (e is not (OutOfMemoryException or VerificationStopException))
            {
                reason = $"constructing {recipe.Type} throws {e.GetType().Name}: {e.Message}";
            }
            catch (VerificationStopException e)
            {
                return [Row("", VerificationOutcome.Differs, e.Message, double.PositiveInfinity)];
            }
        }

        return [Row("", VerificationOutcome.NotConstructible, reason)];
    }

    private IReadOnlyList<VerificationRow> Run(object original, Func<object> makeDropIn)
    {
        object dropIn = MakeDropIn(makeDropIn);
        RequireEqualState(original, dropIn, "after construction");
        Roughen(original, dropIn);
        bool training = version.Guards.OfType<Guard.Training>().Any(g => g.Value);
        torch.SetTraining(original, training);
        torch.SetTraining(dropIn, training);

        var live = new LiveAccess(original, name => sides.Original.GetType(name) ?? torch.Assembly.GetType(name));
        var sizes = new InputSizes(version, live, value => torch.IsTensor(value) ? torch.Shape(value!) : null).Find(MostInputs);
        if (sizes.Count == 0)
        {
            return [Row("", VerificationOutcome.NotConstructible, $"no sizes were found with {string.Join(", ", version.Graph.Constraints)}")];
        }

        var cases = sizes.Select(s => (Sizes: s, Kind: ValueKind.Plain)).ToList();
        if (arguments.HasFloats)
        {
            cases.Add((sizes.MaxBy(arguments.Rows)!, ValueKind.Special));
        }

        (VerificationRow Row, bool Returned)[] results = [.. cases.Select((c, i) => Compare(original, dropIn, c.Sizes, c.Kind, Seed + i))];
        RequireEqualState(original, dropIn, "after the calls");
        bool isAccepted = results.Any(r => r.Returned || r.Row.Outcome == VerificationOutcome.Differs);
        return isAccepted ? [.. results.Select(r => r.Row)]
            : [Row("", VerificationOutcome.NotConstructible, $"no generated input is accepted: {results[0].Row.Inputs}: {results[0].Row.Detail}")];
    }

    private (VerificationRow Row, bool Returned) Compare(object original, object dropIn, IReadOnlyDictionary<string, long> sizes, ValueKind kind, int seed)
    {
        using IDisposable scope = torch.NewScope();
        string inputs = arguments.Describe(sizes, kind);
        Outcome expected = Call(original, sizes, kind, seed);
        counts.Start();
        Outcome actual = Call(dropIn, sizes, kind, seed);
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

    private Outcome Call(object module, IReadOnlyDictionary<string, long> sizes, ValueKind kind, int seed)
    {
        MethodInfo target = Find(module.GetType());
        object?[] values = arguments.Make(target, sizes, kind, seed);
        torch.Seed(seed);
        try
        {
            object? result = TorchApi.Invoke(target, module, values);
            return new Outcome(result, null, values, torch.Draw());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new Outcome(null, e.GetType().FullName, values, 0);
        }
    }

    // The same name and parameters as the candidate, in its class.
    private MethodInfo Find(Type type)
    {
        MethodDefinition candidate = method.Method;
        string declaring = LiveAccess.ReflectionName(candidate.DeclaringType);
        Type? owner = type;
        while (owner is not null && owner.FullName != declaring)
        {
            owner = owner.BaseType;
        }

        return owner?.GetMethods(Own).FirstOrDefault(m => m.Name == candidate.Name && m.GetParameters().Select(p => p.ParameterType.Name).SequenceEqual(candidate.Parameters.Select(p => p.ParameterType.Name)))
            ?? throw new VerificationStopException($"the drop-in has no method {method.Name}");
    }

    private static object MakeDropIn(Func<object> make)
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

    private void RequireEqualState(object original, object dropIn, string when)
    {
        SortedDictionary<string, object> a = torch.State(original), b = torch.State(dropIn);
        if (!a.Keys.SequenceEqual(b.Keys))
        {
            throw new VerificationStopException($"{when}, the state has the names {string.Join(", ", a.Keys.Except(b.Keys))} in the original only and {string.Join(", ", b.Keys.Except(a.Keys))} in the drop-in only");
        }

        foreach ((string name, object value) in a)
        {
            if (new ResultComparison(torch).Compare(value, b[name], $"{when}, the state {name}") is { } difference)
            {
                throw new VerificationStopException(difference);
            }
        }
    }

    // A fresh norm has weight 1, bias 0, mean 0, variance 1: forgetting one of them would not show.
    private void Roughen(object original, object dropIn)
    {
        var random = new Random(Seed);
        SortedDictionary<string, object> other = torch.State(dropIn);
        foreach ((string name, object value) in torch.State(original))
        {
            (_, long[] shape, Array values) = torch.Read(value);
            if (values is double[] numbers)
            {
                double[] rough = [.. numbers.Select(x => (x * (1 + (0.1 * random.NextDouble()))) + (0.02 * random.NextDouble()))];
                torch.Copy(value, torch.Make(Ir.DType.F64, shape, rough));
                torch.Copy(other[name], value);
            }
        }
    }

    private VerificationRow Row(string inputs, VerificationOutcome outcome, string detail, double error = 0) => new(method.Name, inputs, outcome, error, detail);

    private static string Ends(Outcome outcome) => outcome.Failure is { } failure ? $"throws {failure}" : "returns";

    /// <param name="Failure">The full name of the exception's type.</param>
    /// <param name="Arguments">As they are after the call.</param>
    /// <param name="NextRandom">The next number of the random stream after the call.</param>
    private sealed record Outcome(object? Result, string? Failure, object?[] Arguments, double NextRandom);

    private sealed class VerificationStopException(string message) : Exception(message);
}
