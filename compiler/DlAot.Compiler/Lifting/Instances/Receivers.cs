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
    private const int MaxHeirs = 6;

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
        return type.IsAbstract && heirs.Length > 1 ? [.. heirs.SelectMany(Known).Take(MaxHeirs)]
            : type.IsAbstract || heirs.Length == 0 ? Seen(Concrete(type))
            : [.. Known(Concrete(type)), .. heirs.SelectMany(h => Known(h).Take(1)).Take(MaxHeirs / 2)];
    }

    private IReadOnlyList<InstanceDescription> Known(TypeDefinition type) => Seen(type) is { Count: > 0 } seen ? seen : [Plain(type)];

    // Whoever wrote defaults for all arguments meant them to be used, too; and what a library makes in one way, others make otherwise with it.
    private IReadOnlyList<InstanceDescription> Seen(TypeDefinition type)
    {
        IReadOnlyList<InstanceDescription> seen = callers.Of(type);
        MethodDefinition? plain = seen.Count == 0 ? null : Constructors(type).FirstOrDefault(m => m.Parameters.All(p => p.HasDefault))
            ?? (IsLibrary ? Plain(type).Constructor : null);
        return plain is null ? seen : [.. seen, Plain(plain)];
    }

    // No program is known that makes all that is made of its classes.
    private bool IsLibrary => world.Assembly.EntryPoint is null && world.Applications.All(a => a.Assembly.EntryPoint is null);

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

        bool doubtsTexts = false, doubtsNulls = false, hasTurned = false;
        int length = 0;
        LiftException? failure = null;
        for (int run = 0; ; run++)
        {
            var interpreter = new Interpreter(world, new GraphBuilder("constructor"), decisions, isConstructorPhase: true, shared) { DoubtsTexts = doubtsTexts, SkipsStatements = failure is not null };
            var self = new ObjectRef(new Instance(concrete));
            var made = new List<string>();
            var guessed = new GuessedArguments(world, interpreter, shared, made) { Length = GuessedArguments.Lengths[length], DoubtsNulls = doubtsNulls };
            AbstractValue[] arguments = [.. constructor.Parameters.Select(p => Given(description, p, interpreter, guessed, shared) ?? guessed.Of(p))];
            try
            {
                interpreter.Invoke(constructor, concrete, null, [self, .. arguments]);
                assumptions.AddRange(failure is null ? made : [.. made, Unfollowed(concrete, failure)]);
                return self.Instance;
            }
            catch (LiftException e) when (e.Rule == Rules.AlwaysThrows && failure is null && !doubtsNulls && ((guessed.HasNulls && e.Message.Contains("Null", StringComparison.Ordinal)) || guessed.HasMissingValues))
            {
                doubtsNulls = true; // the default only says that the argument may be missing
                decisions.Restart();
            }
            catch (LiftException e) when (e.Rule == Rules.AlwaysThrows && failure is null && !hasTurned && guessed.HasLists && length + 1 < GuessedArguments.Lengths.Length)
            {
                length++;
                decisions.Restart();
            }
            catch (LiftException e) when (e.Rule == Rules.AlwaysThrows && failure is null && run < MaxTurns && decisions.TryTurn())
            {
                // Arguments with which it throws make no object: with others it goes another way.
                (hasTurned, length) = (true, 0);
            }
            catch (LiftException e) when (e.Rule == Rules.AlwaysThrows && failure is null && !doubtsTexts && run < MaxTurns)
            {
                doubtsTexts = true; // a default that nobody uses
            }
            catch (LiftException e) when (failure is null && e.Rule != Rules.UnboundedLoop)
            {
                // Once more without what cannot be followed.
                (failure, length) = (e, 0);
                decisions.Restart();
            }
            catch (LiftException e)
            {
                // What was set so far may have been meant to be set again: nothing is certain.
                shared.IsCertain = false;
                string reason = Unfollowed(concrete, e);
                assumptions.AddRange([.. made, reason]);
                return new Instance(concrete) { IsOpaque = true, Reason = reason, Fields = self.Instance.Fields };
            }
        }
    }

    private static string Unfollowed(TypeDefinition type, LiftException e) => $"the constructor of {type.Name} could not be followed: {e.Message}";

    private AbstractValue? Given(InstanceDescription? description, ParameterDefinition p, Interpreter interpreter, GuessedArguments guessed, SharedState shared)
    {
        AbstractValue value;
        switch (description?.Arguments.GetValueOrDefault(p.Index))
        {
            case GivenValue.Written w:
                try
                {
                    value = new WrittenArguments(world, interpreter, guessed.Inner).Make(w.Json, p.ParameterType);
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

        return new Assumptions(shared).Assumed(value, $"arg_{p.Name}", GuessedArguments.IsCount(World.Content(p.ParameterType)) ? 0 : long.MaxValue);
    }

    private TypeDefinition Concrete(TypeDefinition type)
    {
        bool canStandAlone = !type.IsAbstract && type.Methods.Any(m => m is { IsConstructor: true, IsStatic: false } && Unknowns(m) == 0);
        return canStandAlone ? type
            : world.Module.GetTypes().Where(t => !t.IsAbstract && !t.HasGenericParameters && t != type && world.Hierarchy(t).Any(b => world.Resolve(b) == type)).OrderBy(t => t.Methods.Where(m => m is { IsConstructor: true, IsStatic: false }).Min(Unknowns)).FirstOrDefault() ?? type;
    }

    // How many parameters of a constructor have neither a default nor a number's type.
    private int Unknowns(MethodDefinition constructor) => constructor.Parameters.Count(p => !p.HasDefault && !p.ParameterType.IsPrimitive && p.ParameterType.MetadataType != MetadataType.String && !GuessedArguments.IsConfiguration(world, p.ParameterType));
}
