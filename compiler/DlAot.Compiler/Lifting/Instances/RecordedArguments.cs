using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>Reads a recorded call: tensors become hypotheses about places, the rest becomes what is likely of arguments.</summary>
internal sealed class RecordedArguments(World world)
{
    private readonly ImmutableSortedDictionary<string, PlaceType>.Builder tensors = ImmutableSortedDictionary.CreateBuilder<string, PlaceType>(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, long>.Builder sizes = ImmutableDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);

    public RecordedCall Read(MethodDefinition method, PositionedJson.Map call, int order)
    {
        var arguments = ImmutableDictionary.CreateBuilder<string, AbstractValue>(StringComparer.Ordinal);
        foreach (ParameterDefinition p in method.Parameters)
        {
            if (Likely(call.Members[p.Index].Value, p.ParameterType, new Access.Argument(p.Index + 1, p.Name, p.ParameterType)) is { } value)
            {
                arguments[p.Name] = value;
            }
        }

        return new RecordedCall(order, tensors.ToImmutable(), arguments.ToImmutable(), sizes.ToImmutable());
    }

    // What the place likely holds; null where nothing can be said, or a hypothesis says it.
    private AbstractValue? Likely(PositionedJson json, TypeReference type, Access place)
    {
        if (World.IsTensor(type))
        {
            AddTensor(json, place);
            return null;
        }

        if (json is PositionedJson.Scalar { Value: null })
        {
            return AbstractValue.Null;
        }

        if (type is GenericInstanceType { GenericArguments: [var content] } && World.IsNullable(type))
        {
            return Likely(json, content, place) switch
            {
                null => new Unknown(type, place.ToString()!) { Likely = 1 }, // it has a value
                Unknown u => u with { Type = type, Likely = u.Likely ?? 1 },
                var other => other,
            };
        }

        return json switch
        {
            PositionedJson.Scalar { Value: bool b } => new Unknown(type, place.ToString()!) { Likely = b ? 1 : 0 },
            PositionedJson.Scalar { Value: long n } when world.Resolve(type) is not { IsEnum: true } => new Unknown(type, place.ToString()!) { Likely = n },
            PositionedJson.Scalar { Value: string text } when type.MetadataType == MetadataType.String => new Constant(text, Assumed: true),
            PositionedJson.Scalar { Value: string or long } s when world.Resolve(type) is { IsEnum: true } definition => WrittenArguments.Member(s, definition) with { Assumed = true },
            PositionedJson.List list => (AbstractValue?)Items(list, type, place) ?? Present(type, place),
            PositionedJson.Map map => (AbstractValue?)Object(map, type, place) ?? Present(type, place),
            _ => null,
        };
    }

    // It is not null, and nothing else is known.
    private static Unknown? Present(TypeReference type, Access place) => type.IsValueType ? null : new Unknown(type, place.ToString()!);

    private void AddTensor(PositionedJson json, Access place)
    {
        if (json is PositionedJson.Scalar { Value: null })
        {
            tensors[place.Key] = PlaceType.Absent;
        }
        else if (json is PositionedJson.Map map && map.Members.FirstOrDefault(m => m.Name == "tensor")?.Value is PositionedJson.Scalar { Value: string text } && WrittenType.TryParse(text) is { DType: { } dtype } given)
        {
            tensors[place.Key] = new PlaceType(dtype, given.Sizes.Length);
            for (int i = 0; i < given.Sizes.Length; i++)
            {
                if (given.Sizes[i] is long size)
                {
                    sizes[RecordedCall.SizeName(place.Key, i)] = size;
                }
            }
        }
    }

    private ObjectRef? Items(PositionedJson.List json, TypeReference type, Access place, bool isList = false)
    {
        if (WrittenArguments.ElementOf(type) is not { } element)
        {
            return TupleOf(json, type, place);
        }

        TypeReference exact = WrittenArguments.ExactList(world, type, element, isList);
        Access typed = exact.FullName == type.FullName ? place : new Access.Cast(place, exact);
        return Interpreter.NewList(exact, json.Items.Select((item, i) => Likely(item, element, new Access.Element(typed, i, null, element)) ?? new Unknown(element, $"{place}[{i}]")));
    }

    private ObjectRef? TupleOf(PositionedJson.List json, TypeReference type, Access place)
    {
        string name = type.GetElementType().FullName;
        if (type is not GenericInstanceType { GenericArguments: var parts } || !name.StartsWith("System.ValueTuple`", StringComparison.Ordinal) || parts.Count != json.Items.Length || world.Resolve(type) is not { } definition)
        {
            return null;
        }

        var tuple = new Instance(type) { IsStruct = true, IsOpaque = true };
        for (int i = 0; i < parts.Count; i++)
        {
            FieldDefinition field = definition.Fields.First(f => f.Name == $"Item{i + 1}");
            Add(tuple, field, json.Items[i], parts[i], place);
        }

        return new ObjectRef(tuple);
    }

    private ObjectRef? Object(PositionedJson.Map json, TypeReference type, Access place)
    {
        if (json.Find("items") is PositionedJson.List items)
        {
            return Items(items, type, place, isList: true);
        }

        if (json.Find("type") is not PositionedJson.Scalar { Value: string name } || json.Find("fields") is not PositionedJson.Map fields
            || WrittenArguments.FindType(world, name) is not { } exact || exact.HasGenericParameters || !world.IsUsers(exact.Module) || !world.IsAssignable(exact, type))
        {
            return null;
        }

        var instance = new Instance(exact) { IsStruct = exact.IsValueType, IsOpaque = true };
        Access typed = exact.FullName == type.FullName ? place : new Access.Cast(place, exact);
        foreach ((FieldDefinition field, TypeReference held, PositionedJson value) in WrittenArguments.FieldsOf(world, exact, fields))
        {
            Add(instance, field, value, held, typed);
        }

        return new ObjectRef(instance);
    }

    private void Add(Instance instance, FieldDefinition field, PositionedJson json, TypeReference type, Access place)
    {
        FieldReference reference = instance.Type is GenericInstanceType closed ? new FieldReference(field.Name, field.FieldType, closed) : field;
        if (Likely(json, type, new Access.Field(place, reference, type)) is { } value)
        {
            instance.Fields[Interpreter.Key(field)] = value;
        }
    }
}
