using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Versions for certain sizes only: what <c>Dynamic = false</c> asks for.</summary>
public sealed partial class Lifter
{
    // A version for each set of sizes that is known.
    private LiftedMethod LiftForSizes(MethodDefinition method, Budget budget, PartContext context, ImmutableDictionary<string, WrittenType> written)
    {
        LiftedMethod? all = null;
        foreach (ImmutableDictionary<string, WrittenType> sizes in KnownSizes(method, written))
        {
            LiftedMethod lifted = Lift(method, budget, context, sizes);
            ImmutableArray<LiftedVersion> versions = [.. lifted.Versions.Where(v => v.Graph.Inputs.Zip(v.Inputs).Where(i => PlaceTypes.IsPassed(i.Second)).All(i => i.First.Value.Shape.All(d => d.Constant is not null)))];
            all = all is null || all.Versions.IsEmpty ? lifted with { Versions = versions } : all with { Versions = [.. all.Versions, .. versions] };
        }

        return all is null || (all.Versions.IsEmpty && all.Diagnostics.IsEmpty) ? new LiftedMethod(method, [], [Diagnostic.Of(Rules.SizesUnknown, Frame.StartOf(method), LiftedMethod.NameOf(method))]) : all;
    }

    private IEnumerable<ImmutableDictionary<string, WrittenType>> KnownSizes(MethodDefinition method, ImmutableDictionary<string, WrittenType> written)
    {
        string[] tensors = [.. method.Parameters.Where(p => World.IsTensor(p.ParameterType)).Select(p => p.Name)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ImmutableDictionary<string, WrittenType> known in Passed.Of(method).Select(OfCall).Concat(receivers.Recorded.CallsOf(method).Select(c => OfRecorded(method, c))).Prepend(written))
        {
            // What somebody wrote holds for all; an argument that may be missing is not in every call.
            ImmutableDictionary<string, WrittenType> sizes = known.Where(k => !written.ContainsKey(k.Key) || IsWithin(k.Value, written[k.Key])).ToImmutableDictionary();
            bool isComplete = tensors.Length > 0 && tensors.All(t => sizes.TryGetValue(t, out WrittenType? type) && type.Sizes.All(s => s is not null));
            if (isComplete && seen.Add(string.Join(";", tensors.Select(t => $"{sizes[t].DType}[{string.Join(",", sizes[t].Sizes)}]"))))
            {
                yield return sizes;
            }
        }
    }

    private static bool IsWithin(WrittenType known, WrittenType written) =>
        known.Sizes.Length == written.Sizes.Length && (written.DType ?? known.DType) == (known.DType ?? written.DType) && known.Sizes.Zip(written.Sizes).All(s => s.Second is null || s.First == s.Second);

    private static ImmutableDictionary<string, WrittenType> OfCall(SeenCall call) =>
        call.Tensors.ToImmutableDictionary(t => t.Parameter, t => new WrittenType(t.Type.DType, [.. t.Type.Shape.Select(d => d.Constant)], [.. t.Type.Shape.Select(_ => (string?)null)]));

    private static ImmutableDictionary<string, WrittenType> OfRecorded(MethodDefinition method, RecordedCall call)
    {
        var types = ImmutableDictionary.CreateBuilder<string, WrittenType>();
        foreach (ParameterDefinition p in method.Parameters)
        {
            string key = new Access.Argument(p.Index + 1, p.Name, p.ParameterType).Key;
            if (call.Tensors.TryGetValue(key, out PlaceType? type) && type.IsTensor)
            {
                types[p.Name] = new WrittenType(type.DType, [.. Enumerable.Range(0, type.Rank).Select(i => call.Sizes.TryGetValue(RecordedCall.SizeName(key, i), out long size) ? size : (long?)null)], [.. Enumerable.Repeat<string?>(null, type.Rank)]);
            }
        }

        return types.ToImmutable();
    }
}
