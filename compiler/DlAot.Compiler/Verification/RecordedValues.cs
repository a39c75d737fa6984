using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Ir;

namespace DlAot.Compiler.Verification;

/// <summary>
/// Makes live values of what a profile says of arguments: numbers and texts as they were, tensors of the recorded types with random values, lists,
/// objects by their fields, modules by their constructors' arguments. Sizes and numbers that differed from call to call get small ones.
/// </summary>
/// <param name="assembly">Whose classes are meant.</param>
/// <param name="varying">The value of each letter; asked once for each.</param>
internal sealed class RecordedValues(Assembly assembly, TorchApi torch, Random random, Func<string, long> varying)
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <exception cref="NotSupportedException">The profile does not say enough to make it.</exception>
    public object? Make(PositionedJson json, Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return json switch
        {
            PositionedJson.Scalar { Value: null } when !type.IsValueType || plain != type => null,
            PositionedJson.Scalar { Value: { } value } => Number(value, plain),
            PositionedJson.List list => Items(list, plain),
            PositionedJson.Map map => Described(map, plain),
            _ => throw Unknown(json, type),
        };
    }

    /// <summary>For the report: <c>x: f32[2,784]</c>, <c>n = 3</c>.</summary>
    public static string Describe(object? value, string name, TorchApi torch) =>
        torch.IsTensor(value) && torch.Read(value!) is var (type, shape, _) ? $"{name}: {type.ToLowerInvariant()}[{string.Join(",", shape)}]"
            : $"{name} = {(value is IConvertible ? Convert.ToString(value, CultureInfo.InvariantCulture) : value is null ? "null" : value.GetType().Name)}";

    /// <summary>The constructor that has exactly these parameters, and its arguments.</summary>
    /// <exception cref="NotSupportedException">There is none, or the profile does not say enough.</exception>
    public object Construct(string typeName, PositionedJson.Map arguments)
    {
        ConstructorInfo constructor = Find(typeName)?.GetConstructors(Own).FirstOrDefault(c => c.GetParameters().Select(p => p.Name).SequenceEqual(arguments.Members.Select(m => m.Name)))
            ?? throw new NotSupportedException($"{typeName} has no constructor with the recorded parameters");
        return TorchApi.Invoke(constructor, null, [.. constructor.GetParameters().Zip(arguments.Members, (p, m) => Make(m.Value, p.ParameterType))])!;
    }

    private static object Number(object value, Type type) =>
        type.IsEnum ? (value is string member ? Enum.Parse(type, member) : Enum.ToObject(type, value))
        : type == typeof(char) && value is string { Length: 1 } c ? c[0]
        : type.IsInstanceOfType(value) ? value
        : Convert.ChangeType(value, type, CultureInfo.InvariantCulture);

    private object Items(PositionedJson.List json, Type type)
    {
        if (typeof(ITuple).IsAssignableFrom(type) && type.IsGenericType && type.GetGenericArguments() is var parts && parts.Length == json.Items.Length)
        {
            return Activator.CreateInstance(type, [.. json.Items.Zip(parts, Make)])!;
        }

        Type element = ElementOf(type) ?? throw Unknown(json, type);
        var array = Array.CreateInstance(element, json.Items.Length);
        for (int i = 0; i < array.Length; i++)
        {
            array.SetValue(Make(json.Items[i], element), i);
        }

        return type.IsInstanceOfType(array) ? array : Activator.CreateInstance(type, array)!;
    }

    private object Described(PositionedJson.Map json, Type type)
    {
        if (json.Find("tensor") is PositionedJson.Scalar { Value: string text } && WrittenType.TryParse(text) is { DType: { } dtype } written)
        {
            long[] shape = [.. written.Sizes.Zip(written.Names, (size, name) => size ?? varying(name ?? "?"))];
            return torch.Make(dtype, shape, ArgumentMaker.Values(dtype, shape, ValueKind.Plain, random));
        }

        if (json.Find("int") is PositionedJson.Scalar { Value: string letter })
        {
            return Number(varying(letter), type);
        }

        if (json.Find("float") is PositionedJson.Scalar)
        {
            return Number(0.5, type);
        }

        if (json.Find("items") is PositionedJson.List items && ElementOf(type) is { } element)
        {
            return Activator.CreateInstance(typeof(List<>).MakeGenericType(element), Items(items, element.MakeArrayType()))!;
        }

        if (json.Find("entries") is PositionedJson.List entries && type.IsGenericType && type.GetGenericArguments() is [var key, var value])
        {
            var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(key, value))!;
            foreach (PositionedJson.List pair in entries.Items.OfType<PositionedJson.List>())
            {
                dictionary.Add(Make(pair.Items[0], key)!, Make(pair.Items[1], value));
            }

            return dictionary;
        }

        if (json.Find("type") is PositionedJson.Scalar { Value: string name })
        {
            return json.Find("args") is PositionedJson.Map arguments ? Construct(name, arguments)
                : json.Find("fields") is PositionedJson.Map fields && Find(name) is { } known ? WithFields(known, fields) : throw Unknown(json, type);
        }

        throw Unknown(json, type);
    }

    // What is not written keeps its default: the constructor is not run.
    private object WithFields(Type type, PositionedJson.Map fields)
    {
        object made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (PositionedJson.Member member in fields.Members)
        {
            FieldInfo field = Hierarchy(type).SelectMany(t => t.GetFields(Own)).FirstOrDefault(f => f.Name == member.Name || f.Name == $"<{member.Name}>k__BackingField") ?? throw new NotSupportedException($"{type.Name} has no field {member.Name}");
            field.SetValue(made, Make(member.Value, field.FieldType));
        }

        return made;
    }

    // Nested classes are written with a dot.
    private Type? Find(string name) => assembly.GetTypes().FirstOrDefault(t => t.FullName?.Replace('+', '.') == name);

    private static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericArguments() is [var element] && type.IsAssignableFrom(typeof(List<>).MakeGenericType(element)) ? element : null;

    private static IEnumerable<Type> Hierarchy(Type type)
    {
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            yield return t;
        }
    }

    private static NotSupportedException Unknown(PositionedJson json, Type type) => new($"the profile does not say how to make {type.Name} ({json.Kind})");
}
