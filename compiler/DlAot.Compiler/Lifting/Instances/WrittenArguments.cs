using System.Diagnostics.CodeAnalysis;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>
/// Values of dlaot.json and of profiles as arguments: numbers, strings, enum members by name, arrays, dictionaries, modules, and
/// objects that set the constructor parameters, properties and fields of a class of settings.
/// </summary>
/// <param name="guess">What a parameter gets of which nothing is written.</param>
internal sealed partial class WrittenArguments(World world, Interpreter interpreter, Func<ParameterDefinition, AbstractValue> guess)
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
            PositionedJson.Map m => Described(m, type) ?? Settings(m, type),
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
            return Member(s, definition);
        }

        if (definition is { IsEnum: true } && s.Value is long)
        {
            return Member(s, definition);
        }

        return s.Value is null && !type.IsValueType ? AbstractValue.Null : throw Misfit(s, type);
    }

    /// <summary>A member of an enum, by its name or number.</summary>
    /// <exception cref="CompilationException">DLAOT1022: there is no such member.</exception>
    public static Constant Member(PositionedJson.Scalar s, TypeDefinition type)
    {
        if (s.Value is long number)
        {
            return AbstractValue.Of(number);
        }

        FieldDefinition member = type.Fields.FirstOrDefault(f => f.HasConstant && f.Name.Equals(s.Value as string, StringComparison.OrdinalIgnoreCase))
            ?? throw PositionedJson.Problem(s.Location, $"{type.Name} has no member {s.Value}; there are {string.Join(", ", type.Fields.Where(f => f.HasConstant).Select(f => f.Name))}");
        return AbstractValue.Of(Convert.ToInt64(member.Constant, null));
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

    private ObjectRef List(PositionedJson.List json, TypeReference type, bool isList = false)
    {
        if (ElementOf(type) is { } element)
        {
            return Interpreter.NewList(ExactList(world, type, element, isList), json.Items.Select(i => Make(i, element)));
        }

        string name = type.GetElementType().FullName;
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

    /// <summary>The element type of an array, list or interface of one; null for other types.</summary>
    public static TypeReference? ElementOf(TypeReference type) => type switch
    {
        ArrayType { Rank: 1 } array => array.ElementType,
        GenericInstanceType { GenericArguments: [var element] } when Lists.ContainsKey(type.GetElementType().FullName) => element,
        _ => null,
    };

    /// <summary>What stands behind such a type: behind an interface an array, or a list where that is known.</summary>
    public static TypeReference ExactList(World world, TypeReference type, TypeReference element, bool isList)
    {
        if (!Lists.GetValueOrDefault(type.GetElementType().FullName) || type is ArrayType)
        {
            return type;
        }

        return isList ? new GenericInstanceType(world.Collection("List`1")) { GenericArguments = { element } } : new ArrayType(element);
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
        if (world.Resolve(type) is not { IsAbstract: false, IsEnum: false } definition || !world.CanName(definition.Module) || world.IsModule(type))
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
        TryFind(json, p.Name, out PositionedJson.Member? m) ? Make(m.Value, Generics.Fill(p.ParameterType, owner)) : DefaultOf(p);

    private AbstractValue DefaultOf(ParameterDefinition p) => p.Constant switch
    {
        null => interpreter.DefaultOf(p.ParameterType),
        string text => new Constant(text),
        float or double => new Constant(Convert.ToDouble(p.Constant, null), IsSingle: p.Constant is float),
        var number => AbstractValue.Of(Convert.ToInt64(number, null)),
    };

    private void Set(AbstractValue owner, TypeDefinition type, PositionedJson.Member member)
    {
        foreach (TypeDefinition t in world.Hierarchy(type).Select(t => world.Resolve(t)).OfType<TypeDefinition>().Where(t => world.CanName(t.Module)))
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
