using DlAot.Compiler.Lifting;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Outlining;

/// <summary>What is known so far of the tensors that locals and arguments hold: what the parts before were given and gave.</summary>
internal sealed class KnownTypes
{
    private readonly Dictionary<object, PlaceType> types = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, PlaceType> fields = new(StringComparer.Ordinal);

    private readonly Dictionary<object, Access> origins = new(ReferenceEqualityComparer.Instance);

    public KnownTypes(LiftedMethod host)
    {
        if (host.Refusal is { Path: [.., { Method: var outer }], Held: var held } && outer == host.Method)
        {
            Learn(held, local => host.Method.Body.Variables[local]);
        }

        // What was recorded is tried first: the first guess for the parts, too.
        PlaceTypes? tried = host.Reached ?? host.Versions.FirstOrDefault()?.Places;
        IsRecorded = tried?.IsRecorded == true;
        foreach (ParameterDefinition p in host.Method.Parameters)
        {
            if (tried?.TypeOf(Key(p)) is { } type)
            {
                types[p] = type;
            }
        }
    }

    /// <summary>A profile says what the method is given.</summary>
    public bool IsRecorded { get; }

    /// <summary>For the part's arguments and for fields, by <see cref="Access.Key"/>.</summary>
    public Dictionary<string, PlaceType> Of(PartMethod part) => part.Inputs.Select((slot, i) => (Slot: slot, Key: Key(part.Method.Parameters[i])))
        .Where(x => types.ContainsKey(x.Slot)).Select(x => KeyValuePair.Create(x.Key, types[x.Slot])).Concat(fields).ToDictionary(StringComparer.Ordinal);

    /// <summary>Where objects come from that the part's parameters hold, by the parameters' names.</summary>
    public Dictionary<string, Access> OriginsOf(PartMethod part) => part.Inputs.Select((slot, i) => (Slot: slot, part.Method.Parameters[i].Name))
        .Where(x => origins.ContainsKey(x.Slot)).ToDictionary(x => x.Name, x => origins[x.Slot], StringComparer.Ordinal);

    /// <summary>A local or argument holds what is there.</summary>
    public void Learn(object slot, Access origin)
    {
        if (PartContext.IsFromReceiver(origin))
        {
            origins.TryAdd(slot, origin);
        }
    }

    /// <summary>Another local takes the place of one.</summary>
    public void Copy(object from, object to)
    {
        if (origins.TryGetValue(from, out Access? origin))
        {
            origins[to] = origin;
        }
    }

    /// <summary>What locals held where the part was refused.</summary>
    public void Learn(PartMethod part, LiftException refusal)
    {
        if (refusal.Path is [.., { Method: var outer }] && outer == part.Method)
        {
            Learn(refusal.Held, part.SlotOf);
        }
    }

    private void Learn(IReadOnlyList<AbstractValue?> held, Func<int, object> slotOf)
    {
        for (int i = 0; i < held.Count; i++)
        {
            if (held[i] is ObjectRef { Access: { } origin, Instance.IsStruct: false })
            {
                Learn(slotOf(i), origin);
            }
        }
    }

    public void Learn(PartMethod part, LiftedVersion version)
    {
        for (int i = 0; i < part.Inputs.Count; i++)
        {
            if (version.Places.TypeOf(Key(part.Method.Parameters[i])) is { } type)
            {
                types[part.Inputs[i]] = type;
            }
        }

        IReadOnlyList<OutputTree> results = part.Results.Count == 1 ? [version.Result] : version.Result is OutputTree.Made made ? made.Items : [];
        foreach ((object slot, OutputTree result) in part.Results.Zip(results))
        {
            if (result is OutputTree.Same { Access: var origin })
            {
                Learn(slot, origin);
            }

            PlaceType? type = TypeOf(result, version);
            if (type is not null)
            {
                types[slot] = type;
            }
            else
            {
                types.Remove(slot);
            }
        }

        foreach (Effect.StoreField store in version.Effects.OfType<Effect.StoreField>())
        {
            if (TypeOf(store.Value, version) is { } type)
            {
                fields[new Access.Field(store.Owner, store.Field, store.Type).Key] = type;
            }
        }
    }

    private static PlaceType? TypeOf(OutputTree value, LiftedVersion version) => value switch
    {
        OutputTree.Tensor t when version.Graph.Outputs[t.Index].Type is var output => new PlaceType(output.DType, output.Shape.Length),
        OutputTree.Same { Access: Access.Argument a } => version.Places.TypeOf(a.Key),
        _ => null,
    };

    private static string Key(ParameterDefinition p) => new Access.Argument(p.Index + 1, p.Name, p.ParameterType).Key;
}
