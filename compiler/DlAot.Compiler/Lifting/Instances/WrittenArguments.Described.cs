using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>Values that say what they are: modules and other objects with their type, dictionaries, tensors, methods.</summary>
internal sealed partial class WrittenArguments
{
    private static readonly HashSet<string> Contents = new(StringComparer.Ordinal) { "args", "fields", "items", "entries", "properties" };

    // Null for an object that is described by its members only.
    private AbstractValue? Described(PositionedJson.Map json, TypeReference type)
    {
        if (json.Members is [{ Name: "unknown" }])
        {
            return new Unknown(type, "the recorded value");
        }

        if (ModelTable.ShortName(type) == "Device" && json.Find("device") is PositionedJson.Scalar { Value: string device })
        {
            return device == "cpu" ? DeviceModels.Cpu(type) : new Unknown(type, $"the device {device}");
        }

        if (World.IsTensor(type) && json.Find("tensor") is PositionedJson.Scalar { Value: string text })
        {
            return WrittenType.TryParse(text) is { DType: { } dtype } given
                ? TorchModels.OfType(new TensorType(dtype, [.. given.Sizes.Select((n, i) => n is long known ? (DimExpr)known : DimExpr.Symbol($"dim_{i}"))]))
                : throw Misfit(json, type);
        }

        if (world.IsDelegate(type))
        {
            return json.Find("method") is PositionedJson.Scalar { Value: string method } ? DelegateTo(method, type) : throw Misfit(json, type);
        }

        bool isTyped = json.Find("type") is PositionedJson.Scalar { Value: string } && json.Members.All(m => m.Name == "type" || Contents.Contains(m.Name));
        if (isTyped && (json.Members.Length > 1 || !IsSettings(type)))
        {
            return Typed(json, type, (string)((PositionedJson.Scalar)json.Find("type")!).Value!);
        }

        return KeyOf(type) is { } key ? Dictionary(json, type, key) : null;
    }

    private bool IsSettings(TypeReference type) => world.Resolve(type) is { IsAbstract: false, IsInterface: false } && !world.IsModule(type);

    private AbstractValue Typed(PositionedJson.Map json, TypeReference type, string name)
    {
        if (json.Find("items") is PositionedJson.List items)
        {
            return world.IsModule(type) ? Container(items, type, name, json) : List(items, type, isList: true);
        }

        if (json.Find("entries") is PositionedJson.List entries && KeyOf(type) is { } key)
        {
            return Dictionary(type, key, entries.Items.OfType<PositionedJson.List>().Where(e => e.Items.Length == 2).Select(e => (Make(e.Items[0], key.Key), Make(e.Items[1], key.Value))));
        }

        TypeDefinition exact = FindType(world, name) ?? throw PositionedJson.Problem(json.Location, $"there is no class {name}");
        if (!world.IsAssignable(exact, type))
        {
            throw PositionedJson.Problem(json.Location, $"{name} is no {type.Name}");
        }

        if (json.Find("fields") is PositionedJson.Map fields)
        {
            var made = new Instance(exact) { IsStruct = exact.IsValueType };
            foreach ((FieldDefinition field, TypeReference held, PositionedJson value) in FieldsOf(world, exact, fields))
            {
                made.Fields[Interpreter.Key(field)] = Make(value, held);
            }

            return new ObjectRef(made);
        }

        if (World.IsTorchSharp(exact))
        {
            return Layer(json, exact, name);
        }

        ImmutableArray<PositionedJson.Member> given = (json.Find("args") as PositionedJson.Map)?.Members ?? [];
        MethodDefinition constructor = WrittenInstances.ConstructorOf(exact, name, given, json.Location);
        AbstractValue[] arguments = [.. constructor.Parameters.Select(p => given.FirstOrDefault(a => a.Name == p.Name) is { } argument ? Make(argument.Value, p.ParameterType) : p.HasDefault ? DefaultOf(p) : guess(p))];
        try
        {
            return interpreter.Construct(exact, constructor, arguments);
        }
        catch (LiftException)
        {
            return new ObjectRef(new Instance(exact) { IsOpaque = true, Reason = $"the constructor of {exact.Name} could not be followed" });
        }
    }

    // A layer of the library is what its factory makes of the arguments; a layer that was met tells some of them by its properties.
    private AbstractValue Layer(PositionedJson.Map json, TypeDefinition layer, string name)
    {
        (ImmutableArray<PositionedJson.Member> given, bool isMet) = json.Find("properties") is PositionedJson.Map met ? (met.Members, true) : ((json.Find("args") as PositionedJson.Map)?.Members ?? [], false);
        MethodDefinition[] factories = [.. layer.Module.GetType("TorchSharp.torch/nn")?.Methods.Where(m => m.Name == layer.Name) ?? []];
        if (!isMet && factories.Length > 0 && given.FirstOrDefault(a => !factories.Any(f => f.Parameters.Any(p => IsNamed(p.Name, a)))) is { } unknown)
        {
            throw PositionedJson.Problem(unknown.Location, $"{name} has no argument {unknown.Name}; there are {string.Join(", ", factories.SelectMany(f => f.Parameters).Select(p => p.Name).Distinct())}");
        }

        foreach (MethodDefinition factory in factories.OrderByDescending(f => f.Parameters.Count(p => given.Any(a => Names(p.Name, a.Name, isMet)))).ThenBy(f => f.Parameters.Count))
        {
            if (TryArguments(factory, given, isMet) is { } arguments && Made(factory, arguments) is { } made)
            {
                return made;
            }
        }

        return factories.Length == 0 ? new ObjectRef(new Instance(layer) { IsOpaque = true }) : throw PositionedJson.Problem(json.Location, $"{name} cannot be made of {string.Join(", ", given.Select(m => m.Name).DefaultIfEmpty("nothing"))}");
    }

    private AbstractValue? Made(MethodDefinition factory, AbstractValue[] arguments)
    {
        try
        {
            return interpreter.Call(factory, factory.DeclaringType, null, arguments, isVirtual: false);
        }
        catch (LiftException)
        {
            return null;
        }
    }

    private AbstractValue[]? TryArguments(MethodDefinition factory, ImmutableArray<PositionedJson.Member> given, bool isMet)
    {
        try
        {
            return [.. factory.Parameters.Select(p => given.FirstOrDefault(a => Names(p.Name, a.Name, isMet)) is { } a ? Make(isMet ? Single(a.Value, p.ParameterType) : a.Value, p.ParameterType) : p.HasDefault ? DefaultOf(p) : guess(p))];
        }
        catch (CompilationException)
        {
            return null; // an overload for other types
        }
    }

    // A property that has one number for each dimension, where the factory takes one for all.
    private static PositionedJson Single(PositionedJson json, TypeReference type) =>
        json is PositionedJson.List { Items: [var first, ..] } list && type.IsPrimitive && list.Items.All(i => i.ToString() == first.ToString()) ? first : json;

    // in_features is inputSize of the factory.
    private static readonly Dictionary<string, string> Properties = new(StringComparer.OrdinalIgnoreCase)
    {
        ["in_features"] = "inputSize", ["out_features"] = "outputSize", ["bias"] = "hasBias", ["embedding_dim"] = "embedding_dims", ["hidden_size"] = "hiddenSize", ["input_size"] = "inputSize", ["num_layers"] = "numLayers",
    };

    private static bool Names(string parameter, string given, bool isMet) =>
        parameter.Equals(given, StringComparison.OrdinalIgnoreCase) || (isMet && parameter.Equals(Properties.GetValueOrDefault(given), StringComparison.OrdinalIgnoreCase));

    private ObjectRef Container(PositionedJson.List items, TypeReference type, string name, PositionedJson.Map json)
    {
        TypeReference exact = type.GetElementType().FullName.Replace('/', '.') == name ? type : FindType(world, name) ?? throw PositionedJson.Problem(json.Location, $"there is no class {name}");
        TypeReference element = (exact as GenericInstanceType)?.GenericArguments.LastOrDefault() ?? world.Hierarchy(exact).First(t => t.FullName == World.ModuleBase);
        return Interpreter.NewList(exact, items.Items.Select(i => Make(i, element)));
    }

    private DelegateRef DelegateTo(string name, TypeReference type)
    {
        int at = name.LastIndexOf('.');
        MethodDefinition? method = at < 0 ? null : FindType(world, name[..at])?.Methods.FirstOrDefault(m => m.Name == name[(at + 1)..]);
        return method is { IsStatic: true } ? new DelegateRef(type, method, null)
            : method is { DeclaringType.Name: var owner } && owner.StartsWith("<>c", StringComparison.Ordinal) ? new DelegateRef(type, method, new ObjectRef(new Instance(method.DeclaringType)))
            : throw PositionedJson.Problem(SourceLocation.None, $"there is no method {name}");
    }

    private ObjectRef Dictionary(PositionedJson.Map json, TypeReference type, (TypeReference Key, TypeReference Value) types) =>
        Dictionary(type, types, json.Members.Select(m => (Make(Key(m, types.Key), types.Key), Make(m.Value, types.Value))));

    private ObjectRef Dictionary(TypeReference type, (TypeReference Key, TypeReference Value) types, IEnumerable<(AbstractValue Key, AbstractValue Value)> entries)
    {
        // Behind an interface there is a Dictionary.
        if (ModelTable.ShortName(type) != "Dictionary")
        {
            type = new GenericInstanceType(world.Collection("Dictionary`2")) { GenericArguments = { types.Key, types.Value } };
        }

        var made = new Instance(type) { Keys = [], Items = [] };
        foreach ((AbstractValue key, AbstractValue value) in entries)
        {
            made.Keys.Add(key);
            made.Items.Add(value);
        }

        return new ObjectRef(made);
    }

    // Names of members are strings; a key may be a number.
    private static PositionedJson.Scalar Key(PositionedJson.Member m, TypeReference type) =>
        Range(type) is not null && long.TryParse(m.Name, out long number) ? new PositionedJson.Scalar(number, m.Location) : new PositionedJson.Scalar(m.Name, m.Location);

    private static (TypeReference Key, TypeReference Value)? KeyOf(TypeReference type) =>
        type is GenericInstanceType { GenericArguments: [var key, var value] } && type.Namespace == "System.Collections.Generic" && ModelTable.ShortName(type) is "Dictionary" or "IDictionary" or "IReadOnlyDictionary" ? (key, value) : null;

    /// <summary>A class of the assembly, or of others whose code is followed, by its full name; or a layer of the library by its full or short name.</summary>
    public static TypeDefinition? FindType(World world, string name) =>
        world.Code.OrderByDescending(m => m == world.Module).SelectMany(m => m.GetTypes()).FirstOrDefault(t => t.FullName.Replace('/', '.') == name)
        ?? world.Torch?.Module.GetTypes().FirstOrDefault(t => t.FullName.Replace('/', '.') == name || (t.Namespace == "TorchSharp.Modules" && t.Name == name));

    /// <summary>Fields of a user's class and of its bases, with what is recorded of them.</summary>
    public static IEnumerable<(FieldDefinition Field, TypeReference Type, PositionedJson Value)> FieldsOf(World world, TypeReference type, PositionedJson.Map recorded)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (TypeReference t in world.Hierarchy(type))
        {
            TypeDefinition? definition = world.Resolve(t);
            world.Note(definition?.Module);
            foreach (FieldDefinition field in world.IsUsers(definition?.Module) ? definition!.Fields.Where(f => !f.IsStatic) : [])
            {
                string name = field.Name is ['<', ..] && field.Name.IndexOf('>') is > 1 and var end ? field.Name[1..end] : field.Name;
                if (recorded.Find(name) is { } value && seen.Add(name))
                {
                    yield return (field, Generics.Fill(field.FieldType, t), value);
                }
            }
        }
    }
}
