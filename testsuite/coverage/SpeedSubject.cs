using System.Reflection;
using System.Runtime.Loader;
using DlAot.Compiler.Analysis.Benefit;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Verification;
using DlAot.Tests.DropIn;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

/// <summary>A call to time: the same module with the same parameters and inputs, as written and as compiled.</summary>
/// <param name="Estimate">What the cost model says of the version that the call runs, or of the parts that are compiled; null when none of them takes the call.</param>
internal sealed record SpeedSubject(string Method, Action Original, Action DropIn, Estimate? Estimate)
{
    /// <summary>What tells it from other calls of the method.</summary>
    public string Call { get; init; } = "";

    /// <param name="application">Both assemblies, loaded.</param>
    /// <param name="pair">The module of each, in evaluation mode.</param>
    /// <param name="inputs">Arguments for each.</param>
    public static SpeedSubject? TryMake(DropInApplication application, (object Original, object DropIn) pair, (object?[] Original, object?[] DropIn) inputs, CostRates rates)
    {
        string method = NameOf(pair.Original);
        CompiledMethod? compiled = application.Methods.FirstOrDefault(m => m.Lifted.Name == method && application.Result.Methods.Contains(method)) ?? InParts(application, method);
        var (forward, other) = (ForwardOf(pair.Original), ForwardOf(pair.DropIn));
        var subject = new SpeedSubject(method, Action(forward, pair.Original, inputs.Original), Action(other, pair.DropIn, inputs.DropIn), compiled is null ? null : EstimateOf(compiled, pair.DropIn, inputs.DropIn, rates));
        try
        {
            subject.Original();
            var before = DropInApplication.Misses(method);
            subject.DropIn();
            return DropInApplication.Misses(method).All(m => m.Value == before.GetValueOrDefault(m.Key)) ? subject : subject with { Estimate = null };
        }
        catch (TargetInvocationException)
        {
            return null; // to throw is what this call is for
        }
    }

    // The method with its parts, whose calls are what is left of its body.
    private static CompiledMethod? InParts(DropInApplication application, string method)
    {
        CompiledMethod[] parts = [.. application.Methods.Where(m => m.Lifted.Name.StartsWith(method[..^"forward".Length] + "<forward>", StringComparison.Ordinal) && application.Result.Methods.Contains(m.Lifted.Name))];
        return parts.Length == 0 ? null : new CompiledMethod(new LiftedMethod(parts[0].Lifted.Method.DeclaringType.Methods.First(m => m.Name == "forward"), [], []), []) { Parts = [.. parts.Select(p => new CompiledPart(p, "", 0, 0))] };
    }

    private static Action Action(MethodInfo forward, object module, object?[] arguments) => () =>
    {
        using var scope = NewDisposeScope();
        forward.Invoke(module, arguments);
    };

    /// <summary>The forward that the module's class has or inherits from one of the same assembly, as reports name it.</summary>
    public static string NameOf(object module) => ForwardOf(module).DeclaringType!.FullName!.Split('[')[0].Replace('+', '/') + ".forward";

    private static MethodInfo ForwardOf(object module) => module.GetType().GetMethods().First(m => m is { Name: "forward", IsAbstract: false } && m.DeclaringType!.Assembly == module.GetType().Assembly);

    private static Estimate? EstimateOf(CompiledMethod method, object module, object?[] arguments, CostRates rates)
    {
        return method.Versions.Select(v => LiveSizes.Of(v.Lifted, Live(module, arguments), ShapeOf) is { } sizes ? Estimate.Of(v.Lifted, v.Plan, sizes, rates) : null).FirstOrDefault(e => e is not null)
        ?? (method.Parts.IsEmpty ? null : Estimate.InParts(method, p => LiveSizes.OfPart(p.Versions[0].Lifted, Live(module, Of(p)), ShapeOf, arguments.Select(ShapeOf).OfType<long[]>().FirstOrDefault([])), rates));

        // Parts call what they take from the method as the method does.
        object?[] Of(CompiledMethod part) => [.. part.Lifted.Method.Parameters.Select(p => method.Lifted.Method.Parameters.FirstOrDefault(o => o.Name == p.Name) is { } same ? arguments[same.Index] : null)];
    }

    private static LiveAccess Live(object module, object?[] arguments) => new(module, n => module.GetType().Assembly.GetType(n) ?? typeof(torch).Assembly.GetType(n), arguments);

    private static long[]? ShapeOf(object? value) => value is Tensor { IsInvalid: false } x ? x.shape : null;
}
