using System.Collections.Immutable;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>What callers pass says more about arguments than any guess.</summary>
public sealed partial class Lifter
{
    // Different arguments of one method that are heeded.
    private const int MaxSeen = 6;

    private readonly Dictionary<MethodDefinition, List<SeenCall>> seen = [];

    private PassedTensors? others;

    private PassedTensors Passed => others ??= new PassedTensors(world, []);

    // Those of other methods that were lifted before, then those of code that is not.
    private ImmutableArray<IReadOnlyDictionary<string, PlaceType>> SeenBy(MethodDefinition method) =>
        [.. seen.GetValueOrDefault(method, []).Concat(Passed.Of(method)).Select(c => Given(method, c)).DistinctBy(g => string.Join(';', g)).Take(MaxSeen)];

    private static ImmutableSortedDictionary<string, PlaceType> Given(MethodDefinition method, SeenCall call)
    {
        var given = ImmutableSortedDictionary.CreateBuilder<string, PlaceType>(StringComparer.Ordinal);
        foreach ((string parameter, TensorType type) in call.Tensors)
        {
            ParameterDefinition p = method.Parameters.First(p => p.Name == parameter);
            var place = new Access.Argument(p.Index + 1, p.Name, p.ParameterType);
            given[place.Key] = PlaceTypes.Given(place, type);
        }

        return given.ToImmutable();
    }

    private void Remember(LiftedMethod caller)
    {
        foreach (SeenCall call in caller.Versions.SelectMany(v => v.Calls).Where(c => c.Method != caller.Method))
        {
            if (!seen.TryGetValue(call.Method, out List<SeenCall>? calls))
            {
                seen[call.Method] = calls = [];
            }

            calls.Add(call);
        }
    }
}
