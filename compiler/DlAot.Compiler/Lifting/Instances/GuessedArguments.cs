using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>Arguments of a constructor that nobody has told: defaults, likely numbers, example objects. What follows from them is guarded.</summary>
/// <param name="assumptions">Is told what was guessed, in words.</param>
internal sealed class GuessedArguments(World world, Interpreter interpreter, SharedState shared, List<string> assumptions)
{
    // Members of an enum, or texts, that an argument is tried with.
    private const int MaxMembers = 4;

    private const int MaxDepth = 3;

    /// <summary>How many elements a list of which nothing is known may have: likeliest first, then where the constructor throws.</summary>
    public static readonly int[] Lengths = [2, 4, 3, 5, 1];

    public int Length { get; init; } = Lengths[0];

    /// <summary>A default of null only says that an argument may be missing.</summary>
    public bool DoubtsNulls { get; init; }

    /// <summary>Another length could be tried.</summary>
    public bool HasLists { get; private set; }

    /// <summary>An argument is null only because that is its default.</summary>
    public bool HasNulls { get; private set; }

    /// <summary>It is one that would be a value otherwise: who throws for it may not say why.</summary>
    public bool HasMissingValues { get; private set; }

    public AbstractValue Of(ParameterDefinition parameter) => Guess(parameter.ParameterType, parameter.Name, parameter, 0);

    /// <summary>One of an object that is described otherwise.</summary>
    public AbstractValue Inner(ParameterDefinition parameter) => Guess(parameter.ParameterType, parameter.Name, parameter, 1);

    public static bool IsCount(TypeReference type) => type.MetadataType is
        MetadataType.Int32 or MetadataType.Int64 or MetadataType.Int16 or MetadataType.Byte or MetadataType.UInt32 or MetadataType.UInt64;

    /// <summary>A class of settings: has a constructor that needs nothing that is unknown, and is no module or tensor.</summary>
    public static bool IsConfiguration(World world, TypeReference type) =>
        world.Resolve(type) is { IsClass: true, IsAbstract: false, HasGenericParameters: false } definition && world.IsUsers(definition.Module) && !definition.IsEnum && !world.IsModule(type) && !world.IsDelegate(type);

    private AbstractValue Guess(TypeReference type, string name, ParameterDefinition? parameter, int depth)
    {
        object? given = parameter is { HasDefault: true } ? parameter.Constant : null;
        if (given is not null)
        {
            assumptions.Add($"{name} = {given} (default)");
        }

        switch (type.MetadataType)
        {
            case MetadataType.Int32 or MetadataType.Int64 or MetadataType.Int16 or MetadataType.Byte or MetadataType.UInt32 or MetadataType.UInt64:
                return Integer(name, given);
            case MetadataType.Boolean:
                return new Constant(depth == 0 ? interpreter.Decisions.Choose(2, given is true ? 1 : 0) : given is true ? 1L : 0L, Assumed: true);
            case MetadataType.Single or MetadataType.Double:
                return new Constant(given is null ? ProbableValues.Real(name) : Convert.ToDouble(given, null), Assumed: true, IsSingle: type.MetadataType == MetadataType.Single);
            case MetadataType.String:
                return given is string text ? new Constant(depth == 0 ? Chosen(parameter!, text) : text, Assumed: true) : parameter is { HasDefault: true } ? new Constant(null, Assumed: true) : new Unknown(type, $"the argument {name}");
        }

        if (parameter is { HasDefault: true } && given is null)
        {
            bool isValue = World.IsNullable(type) && CanGuess(World.Content(type)), isSeen = isValue || IsConfiguration(world, type) || ElementOf(type) is not null;
            HasNulls |= isSeen;
            HasMissingValues |= isValue;
            if (!DoubtsNulls || !isSeen)
            {
                return new Constant(null, Assumed: true);
            }
        }

        if (World.IsNullable(type) && CanGuess(World.Content(type)))
        {
            return Guess(World.Content(type), name, null, depth);
        }

        if (world.Resolve(type) is { IsEnum: true })
        {
            long likely = given is null ? 0L : Convert.ToInt64(given, null);
            long[] members = [.. world.Resolve(type)!.Fields.Where(f => f.IsStatic).Select(f => Convert.ToInt64(f.Constant, null)).Where(m => m != likely).Distinct().Take(MaxMembers).Prepend(likely)];
            return new Constant(depth == 0 ? members[interpreter.Decisions.Choose(members.Length)] : likely, Assumed: true);
        }

        return depth >= MaxDepth ? new Unknown(type, $"the argument {name}")
            : ElementOf(type) is { } element ? List(type, element, name, depth)
            : type is GenericInstanceType tuple && ModelTable.ShortName(tuple) is "ValueTuple" or "Tuple" && type is GenericInstanceType parts && parts.GenericArguments.All(CanGuess) ? BclModels.NewTuple(parts, [.. parts.GenericArguments.Select((t, i) => Guess(t, $"{name}_{i}", null, depth + 1))])
            : IsConfiguration(world, type) ? Configuration(world.Resolve(type)!, name, depth)
            : Concrete(type) is not { } made ? new Unknown(type, $"the argument {name}")
            : world.IsModule(made) ? Module(made, type, name, depth)
            : IsConfiguration(world, made) ? Configuration(made, name, depth)
            : new Unknown(type, $"the argument {name}");
    }

    private AbstractValue Integer(string name, object? given)
    {
        if (given is not null && Convert.ToInt64(given, null) is < 0 and var negative)
        {
            return new Constant(negative, Assumed: true); // sizes are not negative
        }

        string symbol = $"arg_{name}";
        if (given is null)
        {
            shared.Improbable.Add(symbol);
        }

        shared.Guesses[symbol] = given is null ? ProbableValues.Integer(name) : Convert.ToInt64(given, null);
        return new Size(DimExpr.Symbol(symbol));
    }

    // Of an array or list whose elements can be guessed.
    private TypeReference? ElementOf(TypeReference type) => type switch
    {
        ArrayType { Rank: 1, ElementType: var element } => element,
        GenericInstanceType { GenericArguments: [var element] } when type.Namespace == "System.Collections.Generic" && ModelTable.ShortName(type) is "List" or "IList" or "IReadOnlyList" or "ICollection" or "IReadOnlyCollection" or "IEnumerable" => element,
        _ => null,
    } is { } found && CanGuess(found) ? found : null;

    private bool CanGuess(TypeReference type) => IsCount(type) || type.MetadataType is MetadataType.Boolean or MetadataType.Single or MetadataType.Double || IsConfiguration(world, type) || ElementOf(type) is not null || (Concrete(type) is { } made && world.IsUsers(made.Module))
        || (type is GenericInstanceType tuple && ModelTable.ShortName(type) is "ValueTuple" or "Tuple" && type is GenericInstanceType parts && parts.GenericArguments.All(CanGuess));

    private ObjectRef List(TypeReference type, TypeReference element, string name, int depth)
    {
        HasLists = true;
        TypeReference made = type is ArrayType || ModelTable.ShortName(type) == "List" ? type : new ArrayType(element); // behind an interface there is an array in all likelihood
        ObjectRef list = Interpreter.NewList(made, Enumerable.Range(0, Length).Select(i => Guess(element, $"{name}_{i}", null, depth + 1)));
        list.Instance.IsAssumed = true;
        return list;
    }

    // A default, or another text that the constructor compares texts with.
    private string Chosen(ParameterDefinition parameter, string likely)
    {
        string[] options = [.. Literals.ComparedIn((MethodDefinition)parameter.Method).Where(t => t != likely).Take(MaxMembers).Prepend(likely)];
        return options.Length > 1 ? options[interpreter.Decisions.Choose(options.Length)] : likely;
    }

    // The class of what a parameter takes: a module's own, or the only one that there is of the user's.
    private TypeDefinition? Concrete(TypeReference type) =>
        world.Resolve(type) is not { HasGenericParameters: false } definition ? null
        : definition is { IsAbstract: false, IsInterface: false } ? world.IsModule(definition) ? definition : null
        : world.IsUsers(definition.Module) ? world.OnlyClassOf(type) : null;

    // A module that somebody else makes: one of the user's as its constructor makes it, of a layer of the library only its class is known.
    private AbstractValue Module(TypeDefinition type, TypeReference declared, string name, int depth)
    {
        if (!world.IsUsers(type.Module))
        {
            return ModelTable.ShortName(type) is "Sequential" or "ModuleList" or "ModuleDict" ? new Unknown(declared, $"the argument {name}") : new ObjectRef(new Instance(declared) { IsOpaque = true, IsAssumed = true });
        }

        MethodDefinition? constructor = type.Methods.Where(m => m is { IsConstructor: true, IsStatic: false }).OrderBy(m => m.Parameters.Count).FirstOrDefault();
        if (constructor is null)
        {
            return new Unknown(declared, $"the argument {name}");
        }

        AbstractValue[] arguments = [.. constructor.Parameters.Select(p => Guess(p.ParameterType, $"{name}_{p.Name}", p, depth + 1))];
        try
        {
            AbstractValue made = interpreter.Construct(type, constructor, arguments);
            assumptions.Add($"{name} as new {type.Name}() makes it");
            return made;
        }
        catch (LiftException e) when (e.Rule != Rules.UnboundedLoop)
        {
            return new Unknown(declared, $"the argument {name}");
        }
    }

    private AbstractValue Configuration(TypeDefinition type, string name, int depth)
    {
        MethodDefinition? constructor = type.Methods.Where(m => m is { IsConstructor: true, IsStatic: false, IsPublic: true }).OrderBy(m => m.Parameters.Count).FirstOrDefault();
        if (constructor is null)
        {
            return new Unknown(type, $"the argument {name}");
        }

        AbstractValue[] arguments = [.. constructor.Parameters.Select(p => Guess(p.ParameterType, $"{name}_{p.Name}", p, depth + 1))];
        try
        {
            AbstractValue made = interpreter.Construct(type, constructor, arguments);
            if (made is ObjectRef { Instance: var instance })
            {
                assumptions.Add($"{name} as new {type.Name}() makes it");
                new Assumptions(shared).Assume(instance, name); // they are examples
            }

            return made;
        }
        catch (LiftException)
        {
            return new Unknown(type, $"the argument {name}");
        }
    }
}
