using System.Diagnostics.CodeAnalysis;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>
/// Values of dlaot.json as arguments: numbers, strings, enum members by name, arrays, and objects that set the constructor parameters,
/// properties and fields of a class of settings.
/// </summary>
internal sealed class WrittenArguments(World world, Interpreter interpreter)
{
    /// <exception cref="CompilationException">DLAOT1022: the value does not fit the type.</exception>
    public AbstractValue Make(PositionedJson json, TypeReference type)
    {
        if (type is GenericInstanceType { GenericArguments: [var content] } && World.IsNullable(type))
        {
            return json is PositionedJson.Scalar { Value: null } ? AbstractValue.Null : Make(json, content);
        }

        return json switch
        {
            PositionedJson.Scalar s => Scalar(s, type),
            PositionedJson.List l => List(l, type),
            PositionedJson.Map m => Settings(m, type),
            _ => throw Misfit(json, type),
        };
    }

    private AbstractValue Scalar(PositionedJson.Scalar s, TypeReference type)
    {
        switch (type.MetadataType, s.Value)
        {
            case (MetadataType.Boolean, bool b):
                return AbstractValue.Of(b);
            case (MetadataType.Single, long or double):
                return new Constant((double)Convert.ToSingle(s.Value, null), IsSingle: true);
            case (MetadataType.Double, long or double):
                return AbstractValue.Of(Convert.ToDouble(s.Value, null));
            case (MetadataType.Char, string { Length: 1 } c):
                return AbstractValue.Of((long)c[0]);
            case (MetadataType.String or MetadataType.Object, string text):
                return new Constant(text);
            case (_, long n) when Range(type) is var (least, most) && n >= least && n <= most:
                return AbstractValue.Of(n);
        }

        TypeDefinition? definition = world.Resolve(type);
        if (definition is { IsEnum: true } && s.Value is string name)
        {
            FieldDefinition member = definition.Fields.FirstOrDefault(f => f.HasConstant && f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw PositionedJson.Problem(s.Location, $"{type.Name} has no member {name}; there are {string.Join(", ", definition.Fields.Where(f => f.HasConstant).Select(f => f.Name))}");
            return AbstractValue.Of(Convert.ToInt64(member.Constant, null));
        }

        return s.Value is null && !type.IsValueType ? AbstractValue.Null : throw Misfit(s, type);
    }

    private static (long Least, long Most)? Range(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Byte => (0, byte.MaxValue),
        MetadataType.SByte => (sbyte.MinValue, sbyte.MaxValue),
        MetadataType.Int16 => (short.MinValue, short.MaxValue),
        MetadataType.UInt16 => (0, ushort.MaxValue),
        MetadataType.Int32 => (int.MinValue, int.MaxValue),
        MetadataType.UInt32 => (0, uint.MaxValue),
        MetadataType.Int64 => (long.MinValue, long.MaxValue),
        MetadataType.UInt64 => (0, long.MaxValue),
        _ => null,
    };

    private ObjectRef List(PositionedJson.List json, TypeReference type)
    {
        if (type is ArrayType { Rank: 1 } array)
        {
            return Interpreter.NewList(type, json.Items.Select(i => Make(i, array.ElementType)));
        }

        string name = type.GetElementType().FullName;
        if (type is GenericInstanceType { GenericArguments: [var element] } && Lists.TryGetValue(name, out bool isInterface))
        {
            return Interpreter.NewList(isInterface ? new ArrayType(element) : type, json.Items.Select(i => Make(i, element)));
        }

        if (type is GenericInstanceType { GenericArguments: var parts } && name.StartsWith("System.ValueTuple`", StringComparison.Ordinal) && parts.Count == json.Items.Length)
        {
            var tuple = new Instance(type) { IsStruct = true };
            for (int i = 0; i < parts.Count; i++)
            {
                tuple.Fields[$"{name}::Item{i + 1}"] = Make(json.Items[i], parts[i]);
            }

            return new ObjectRef(tuple);
        }

        throw Misfit(json, type);
    }

    // Collections that an array stands for, and whether by an interface.
    private static readonly Dictionary<string, bool> Lists = new(StringComparer.Ordinal)
    {
        ["System.Collections.Generic.List`1"] = false,
        ["System.Collections.Generic.IList`1"] = true,
        ["System.Collections.Generic.IReadOnlyList`1"] = true,
        ["System.Collections.Generic.ICollection`1"] = true,
        ["System.Collections.Generic.IReadOnlyCollection`1"] = true,
        ["System.Collections.Generic.IEnumerable`1"] = true,
    };

    private AbstractValue Settings(PositionedJson.Map json, TypeReference type)
    {
        if (world.Resolve(type) is not { IsAbstract: false, IsEnum: false } definition || definition.Module != world.Module || world.IsModule(type))
        {
            throw Misfit(json, type);
        }

        // The constructor that takes most of what is written and needs nothing else.
        MethodDefinition? constructor = definition.Methods.Where(m => m is { IsConstructor: true, IsStatic: false, IsPublic: true } && m.Parameters.All(p => p.HasDefault || TryFind(json, p.Name, out _)))
            .OrderByDescending(m => m.Parameters.Count(p => TryFind(json, p.Name, out _))).ThenBy(m => m.Parameters.Count).FirstOrDefault();
        if (constructor is null && !definition.IsValueType)
        {
            throw PositionedJson.Problem(json.Location, $"{type.Name} cannot be made of {string.Join(", ", json.Members.Select(m => m.Name).DefaultIfEmpty("nothing"))}: every constructor needs more");
        }

        AbstractValue made = constructor is null ? interpreter.DefaultOf(type) : interpreter.Construct(type, constructor, [.. constructor.Parameters.Select(p => Argument(json, p, type))]);
        foreach (PositionedJson.Member member in json.Members.Where(m => constructor?.Parameters.Any(p => IsNamed(p.Name!, m)) != true))
        {
            Set(made, definition, member);
        }

        return made;
    }

    private AbstractValue Argument(PositionedJson.Map json, ParameterDefinition p, TypeReference owner) =>
        TryFind(json, p.Name, out PositionedJson.Member? m) ? Make(m.Value, Generics.Fill(p.ParameterType, owner))
        : p.Constant switch
        {
            null => interpreter.DefaultOf(p.ParameterType),
            string text => new Constant(text),
            float or double => new Constant(Convert.ToDouble(p.Constant, null), IsSingle: p.Constant is float),
            var number => AbstractValue.Of(Convert.ToInt64(number, null)),
        };

    private void Set(AbstractValue owner, TypeDefinition type, PositionedJson.Member member)
    {
        foreach (TypeDefinition t in world.Hierarchy(type).Select(t => world.Resolve(t)).OfType<TypeDefinition>().Where(t => t.Module == world.Module))
        {
            if (t.Properties.FirstOrDefault(p => IsNamed(p.Name, member) && p.SetMethod is { IsPublic: true, IsStatic: false }) is { } property)
            {
                interpreter.Call(property.SetMethod, t, null, [owner, Make(member.Value, property.PropertyType)], isVirtual: false);
                return;
            }

            if (t.Fields.FirstOrDefault(f => IsNamed(f.Name, member) && f is { IsPublic: true, IsStatic: false, IsInitOnly: false }) is { } field && owner is ObjectRef o)
            {
                o.Instance.Fields[Interpreter.Key(field)] = Make(member.Value, field.FieldType);
                return;
            }
        }

        throw PositionedJson.Problem(member.Location, $"{type.Name} has no public property or field {member.Name} that can be set");
    }

    private static bool TryFind(PositionedJson.Map json, string name, [NotNullWhen(true)] out PositionedJson.Member? member) => (member = json.Members.FirstOrDefault(m => IsNamed(name, m))) is not null;

    private static bool IsNamed(string name, PositionedJson.Member member) => name.Equals(member.Name, StringComparison.OrdinalIgnoreCase);

    private static CompilationException Misfit(PositionedJson json, TypeReference type) => PositionedJson.Problem(json.Location, $"{json} is no {type.Name}");
}
