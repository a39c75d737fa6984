using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>
/// Makes the abstract receiver of a method by interpreting a constructor. Arguments come from dlaot.json, else from a profile, else
/// from places that construct the class; those that nobody knows are symbols, with a guess where a default or a configuration class suggests one.
/// All of them are guesses: they decide structure (loop counts, branches) and are guarded.
/// </summary>
internal sealed class Receivers
{
    // Elements of a list of sizes of which nothing is known.
    private const int UnknownSizes = 2;

    private const int MaxHeirs = 6;

    // Members of an enum, or texts, that an argument is tried with.
    private const int MaxMembers = 4;

    // Other ways through a constructor that are tried where the likeliest one throws.
    private const int MaxTurns = 16;

    private readonly World world;
    private readonly WrittenInstances written;
    private readonly CallerSites callers;

    public Receivers(World world, ConfigurationFile configuration, Profile profile)
    {
        this.world = world;
        Recorded = new Recordings(world, profile);
        written = new WrittenInstances(world, configuration);
        callers = new CallerSites(world, this);
    }

    /// <summary>What a profile says.</summary>
    public Recordings Recorded { get; }

    /// <summary>The ways in which the class is known to be made, likeliest first; empty when nothing is known.</summary>
    public IReadOnlyList<InstanceDescription> Of(TypeDefinition type)
    {
        if (written.Of(type) is { Count: > 0 } given)
        {
            return given;
        }

        if (Recorded.InstancesOf(type) is { Count: > 0 } recorded)
        {
            // What could not be recorded, a construction site may tell.
            bool isComplete = recorded.All(d => d.IsComplete);
            return [.. recorded, .. Sites(type).Select(d => d with { IsLast = isComplete })];
        }

        return Sites(type);
    }

    private IReadOnlyList<InstanceDescription> Sites(TypeDefinition type)
    {
        // A method that several classes inherit is lifted for each of them.
        TypeDefinition[] heirs = [.. Heirs(type)];
        return type.IsAbstract && heirs.Length > 1 ? [.. heirs.SelectMany(h => Seen(h) is { Count: > 0 } seen ? seen : [Plain(h)]).Take(MaxHeirs)] : Seen(Concrete(type));
    }

    // Whoever wrote defaults for all arguments meant them to be used, too.
    private IReadOnlyList<InstanceDescription> Seen(TypeDefinition type)
    {
        IReadOnlyList<InstanceDescription> seen = callers.Of(type);
        MethodDefinition? plain = seen.Count == 0 ? null : Constructors(type).FirstOrDefault(m => m.Parameters.All(p => p.HasDefault));
        return plain is null ? seen : [.. seen, Plain(plain)];
    }

    private InstanceDescription Plain(TypeDefinition type) => Plain(Constructors(type).OrderBy(Unknowns).ThenByDescending(m => m.Parameters.Count).First());

    private static InstanceDescription Plain(MethodDefinition constructor) => new("", constructor, ImmutableDictionary<int, GivenValue>.Empty, SourceLocation.None);

    private static IEnumerable<MethodDefinition> Constructors(TypeDefinition type) => type.Methods.Where(m => m is { IsConstructor: true, IsStatic: false });

    // Classes that can be made and run the forward of this one.
    private IEnumerable<TypeDefinition> Heirs(TypeDefinition type) => world.Module.GetTypes().Where(t => !t.IsAbstract && !t.HasGenericParameters && t != type
        && world.Hierarchy(t).Select(b => world.Resolve(b)).TakeWhile(b => b != type).All(b => b is not null && b.FullName != World.ModuleBase && !b.Methods.Any(m => m.Name == "forward"))
        && world.Hierarchy(t).Any(b => world.Resolve(b) == type));

    /// <param name="making">With one of <see cref="Of"/>, or without to guess all arguments.</param>
    /// <returns>The object, and what the constructor decided that no argument told.</returns>
    public (Instance Instance, ImmutableArray<(int Outcome, int Options)> Branches) Make(TypeDefinition type, Making making, SharedState shared, List<string> assumptions)
    {
        var decisions = new Decisions(making.Branches);
        return (Make(type, making.Description, decisions, shared, assumptions), [.. decisions.Outcomes]);
    }

    private Instance Make(TypeDefinition type, InstanceDescription? description, Decisions decisions, SharedState shared, List<string> assumptions)
    {
        // A class that only subclasses can make, or that needs what a subclass passes, is seen through the subclass.
        TypeDefinition concrete = description?.Constructor.DeclaringType ?? Concrete(type);
        MethodDefinition? constructor = description?.Constructor
            ?? concrete.Methods.Where(m => m is { IsConstructor: true, IsStatic: false }).OrderBy(Unknowns).ThenByDescending(m => m.Parameters.Count).FirstOrDefault();
        if (constructor is null)
        {
            return new Instance(concrete) { IsOpaque = true };
        }

        // Another subclass or constructor may do otherwise.
        shared.IsCertain &= concrete == type && type.Methods.Count(m => m is { IsConstructor: true, IsStatic: false }) == 1;
        if (description is { Arguments.Count: > 0 })
        {
            assumptions.Add(description.Origin);
        }

        bool doubtsTexts = false;
        for (int run = 0; ; run++)
        {
            var interpreter = new Interpreter(world, new GraphBuilder("constructor"), decisions, isConstructorPhase: true, shared) { DoubtsTexts = doubtsTexts };
            var self = new ObjectRef(new Instance(concrete));
            var made = new List<string>();
            AbstractValue[] arguments = [.. constructor.Parameters.Select(p => Given(description, p, interpreter, shared, made) ?? Guess(p.ParameterType, p.Name, p, interpreter, shared, made, 0))];
            try
            {
                interpreter.Invoke(constructor, concrete, null, [self, .. arguments]);
                assumptions.AddRange(made);
                return self.Instance;
            }
            catch (LiftException e) when (e.Rule == Rules.AlwaysThrows && run < MaxTurns && decisions.TryTurn())
            {
                // Arguments with which it throws make no object: with others it goes another way.
            }
            catch (LiftException e) when (e.Rule == Rules.AlwaysThrows && !doubtsTexts && run < MaxTurns)
            {
                doubtsTexts = true; // a default that nobody uses
            }
            catch (LiftException e)
            {
                // What was set so far may have been meant to be set again: nothing is certain.
                shared.IsCertain = false;
                string reason = $"the constructor of {concrete.Name} could not be followed: {e.Message}";
                assumptions.AddRange([.. made, reason]);
                return new Instance(concrete) { IsOpaque = true, Reason = reason, Fields = self.Instance.Fields };
            }
        }
    }

    private AbstractValue? Given(InstanceDescription? description, ParameterDefinition p, Interpreter interpreter, SharedState shared, List<string> assumptions)
    {
        AbstractValue value;
        switch (description?.Arguments.GetValueOrDefault(p.Index))
        {
            case GivenValue.Written w:
                try
                {
                    value = new WrittenArguments(world, interpreter, missing => Guess(missing.ParameterType, missing.Name, missing, interpreter, shared, assumptions, 1)).Make(w.Json, p.ParameterType);
                }
                catch (CompilationException e) when (description.IsRecorded)
                {
                    Recorded.Ignore(description, $"{p.Name}: {e.Diagnostic.Text}");
                    return null;
                }

                break;
            case GivenValue.Seen s:
                value = new Snapshot(world, shared, (p.Method as MethodReference)?.Module).Of(s.Value);
                break;
            default:
                return null;
        }

        return new Assumptions(shared).Assumed(value, $"arg_{p.Name}", IsCount(p.ParameterType) ? 0 : long.MaxValue);
    }

    private static bool IsCount(TypeReference type) => type.MetadataType is
        MetadataType.Int32 or MetadataType.Int64 or MetadataType.Int16 or MetadataType.Byte or MetadataType.UInt32 or MetadataType.UInt64;

    private TypeDefinition Concrete(TypeDefinition type)
    {
        bool canStandAlone = !type.IsAbstract && type.Methods.Any(m => m is { IsConstructor: true, IsStatic: false } && Unknowns(m) == 0);
        return canStandAlone ? type
            : world.Module.GetTypes().Where(t => !t.IsAbstract && !t.HasGenericParameters && t != type && world.Hierarchy(t).Any(b => world.Resolve(b) == type)).OrderBy(t => t.Methods.Where(m => m is { IsConstructor: true, IsStatic: false }).Min(Unknowns)).FirstOrDefault() ?? type;
    }

    // How many parameters of a constructor have neither a default nor a number's type.
    private int Unknowns(MethodDefinition constructor) => constructor.Parameters.Count(p => !p.HasDefault && !p.ParameterType.IsPrimitive && p.ParameterType.MetadataType != MetadataType.String && !IsConfiguration(p.ParameterType));

    // A class of settings: has a constructor that needs nothing that is unknown, and is no module or tensor.
    private bool IsConfiguration(TypeReference type) =>
        world.Resolve(type) is { IsClass: true, IsAbstract: false, HasGenericParameters: false } definition && world.IsUsers(definition.Module) && !definition.IsEnum && !world.IsModule(type) && !world.IsDelegate(type);

    private AbstractValue Guess(TypeReference type, string name, ParameterDefinition? parameter, Interpreter interpreter, SharedState shared, List<string> assumptions, int depth)
    {
        object? given = parameter is { HasDefault: true } ? parameter.Constant : null;
        if (given is not null)
        {
            assumptions.Add($"{name} = {given} (default)");
        }

        switch (type.MetadataType)
        {
            case MetadataType.Int32 or MetadataType.Int64 or MetadataType.Int16 or MetadataType.Byte or MetadataType.UInt32 or MetadataType.UInt64:
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
            case MetadataType.Boolean:
                return new Constant(depth == 0 ? interpreter.Decisions.Choose(2, given is true ? 1 : 0) : given is true ? 1L : 0L, Assumed: true);
            case MetadataType.Single or MetadataType.Double:
                return new Constant(given is null ? ProbableValues.Real(name) : Convert.ToDouble(given, null), Assumed: true, IsSingle: type.MetadataType == MetadataType.Single);
            case MetadataType.String:
                return given is string text ? new Constant(depth == 0 ? Chosen(interpreter, parameter!, text) : text, Assumed: true) : parameter is { HasDefault: true } ? new Constant(null, Assumed: true) : new Unknown(type, $"the argument {name}");
        }

        if (parameter is { HasDefault: true } && given is null)
        {
            return new Constant(null, Assumed: true);
        }

        if (world.Resolve(type) is { IsEnum: true })
        {
            long likely = given is null ? 0L : Convert.ToInt64(given, null);
            long[] members = [.. world.Resolve(type)!.Fields.Where(f => f.IsStatic).Select(f => Convert.ToInt64(f.Constant, null)).Where(m => m != likely).Distinct().Take(MaxMembers).Prepend(likely)];
            return new Constant(depth == 0 ? members[interpreter.Decisions.Choose(members.Length)] : likely, Assumed: true);
        }

        if (type is ArrayType { Rank: 1, ElementType: var element } && IsCount(element))
        {
            ObjectRef sizes = Interpreter.NewList(type, Enumerable.Range(0, UnknownSizes).Select(i => Guess(element, $"{name}_{i}", null, interpreter, shared, assumptions, depth)));
            sizes.Instance.IsAssumed = true;
            return sizes;
        }

        return IsConfiguration(type) && depth < 3 ? Configuration(world.Resolve(type)!, name, interpreter, shared, assumptions, depth) : new Unknown(type, $"the argument {name}");
    }

    // A default, or another text that the constructor compares texts with.
    private static string Chosen(Interpreter interpreter, ParameterDefinition parameter, string likely)
    {
        string[] options = [.. Literals.ComparedIn((MethodDefinition)parameter.Method).Where(t => t != likely).Take(MaxMembers).Prepend(likely)];
        return options.Length > 1 ? options[interpreter.Decisions.Choose(options.Length)] : likely;
    }

    private AbstractValue Configuration(TypeDefinition type, string name, Interpreter interpreter, SharedState shared, List<string> assumptions, int depth)
    {
        MethodDefinition? constructor = type.Methods.Where(m => m is { IsConstructor: true, IsStatic: false, IsPublic: true }).OrderBy(m => m.Parameters.Count).FirstOrDefault();
        if (constructor is null)
        {
            return new Unknown(type, $"the argument {name}");
        }

        AbstractValue[] arguments = [.. constructor.Parameters.Select(p => Guess(p.ParameterType, $"{name}_{p.Name}", p, interpreter, shared, assumptions, depth + 1))];
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
