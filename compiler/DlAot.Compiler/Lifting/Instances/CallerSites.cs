using System.Globalization;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>
/// Finds <c>new Net(4, config)</c> in the assembly and in those that use it, and interprets the methods around it to see what is
/// passed. A caller that is itself a module's constructor is interpreted with the arguments that it is given in turn.
/// </summary>
internal sealed class CallerSites(World world, Receivers receivers)
{
    private const int MaxDescriptions = 4, MaxCallers = 24, MaxRuns = 6, InstructionsPerCaller = 60_000;

    private readonly Dictionary<TypeDefinition, IReadOnlyList<InstanceDescription>> found = [];
    private readonly Dictionary<MethodDefinition, List<InstanceDescription>> seen = [];
    private readonly HashSet<TypeDefinition> inProgress = [];
    private HashSet<string>? names; // of the assemblies that are searched
    private readonly Budget budget = new();
    private Dictionary<TypeDefinition, List<MethodDefinition>>? index;

    /// <summary>What objects of exactly this class are made with, each way once.</summary>
    public IReadOnlyList<InstanceDescription> Of(TypeDefinition type)
    {
        if (found.TryGetValue(type, out IReadOnlyList<InstanceDescription>? known))
        {
            return known;
        }

        if (!inProgress.Add(type))
        {
            return []; // it makes itself
        }

        index ??= MakeIndex();
        var descriptions = new List<InstanceDescription>();
        foreach (MethodDefinition caller in index.GetValueOrDefault(type, []).Take(MaxCallers))
        {
            descriptions.AddRange(Seen(caller).Where(d => d.Constructor.DeclaringType == type && d.Constructor.Parameters.Count > 0));
        }

        inProgress.Remove(type);

        // Those of which most is known come first; which of them is met more often cannot be told.
        return found[type] = [.. descriptions.DistinctBy(Key).OrderByDescending(d => d.Arguments.Count).Take(MaxDescriptions)];
    }

    private Dictionary<TypeDefinition, List<MethodDefinition>> MakeIndex()
    {
        var sites = new Dictionary<TypeDefinition, List<MethodDefinition>>();
        foreach (MethodDefinition method in world.Applications.Append(world.Module).SelectMany(m => m.GetTypes()).Where(t => !t.HasGenericParameters).SelectMany(t => t.Methods).Where(m => m is { HasBody: true, HasGenericParameters: false } && m.HasCode()))
        {
            foreach (TypeDefinition made in method.Code().Select(Made).OfType<TypeDefinition>().Distinct())
            {
                if (!sites.TryGetValue(made, out List<MethodDefinition>? callers))
                {
                    sites[made] = callers = [];
                }

                callers.Add(method);
            }
        }

        return sites;
    }

    // The module class of this assembly, or of one that uses it and may pass on what it was made with, that the instruction makes.
    private TypeDefinition? Made(Instruction i) =>
        i.OpCode.Code == Code.Newobj && i.Operand is MethodReference { DeclaringType: var type } && type is not GenericInstanceType && MayBeOurs(type)
            && world.Resolve(type) is { } definition && IsSearched(definition.Module) && world.IsModule(definition) ? definition : null;

    private bool MayBeOurs(TypeReference type) =>
        (names ??= new(world.Applications.Select(a => a.Assembly.Name.Name).Append(world.Assembly.Name.Name), StringComparer.Ordinal)).Contains(World.ScopeName(type));

    private bool IsSearched(ModuleDefinition module) => module == world.Module || world.Applications.Contains(module);

    private List<InstanceDescription> Seen(MethodDefinition caller)
    {
        if (seen.TryGetValue(caller, out List<InstanceDescription>? known))
        {
            return known;
        }

        List<InstanceDescription> descriptions = seen[caller] = [];
        var reached = new HashSet<Instruction>();
        Instruction[] sites = [.. caller.Body.Instructions.Where(i => Made(i) is not null)];
        Instance? self = null;
        if (!caller.IsStatic && IsSearched(caller.Module) && world.IsModule(caller.DeclaringType))
        {
            // Its constructor, which may call the method that makes the layers.
            InstanceDescription[] made = [.. receivers.Of(caller.DeclaringType).Where(d => d.Constructor == caller || !caller.IsConstructor)];
            foreach (InstanceDescription? description in made.DefaultIfEmpty(caller.IsConstructor ? new InstanceDescription("", caller, new Dictionary<int, GivenValue>(), SourceLocation.None) : null))
            {
                self = receivers.Make(caller.DeclaringType, Making.Of(description), Recording(descriptions, reached), []).Instance;
            }

            if (caller.IsConstructor)
            {
                return descriptions;
            }
        }

        var decisions = new Decisions();
        for (int run = 0; run < MaxRuns && !reached.IsSupersetOf(sites) && (run == 0 || decisions.TryTurn()); run++)
        {
            Try(descriptions, reached, decisions, interpreter => interpreter.Invoke(caller, caller.DeclaringType, null, Arguments(caller, self)));
        }

        // What no run came to is followed from the beginning of its straight line.
        foreach (Instruction site in sites.Where(s => !reached.Contains(s)))
        {
            Try(descriptions, reached, new Decisions(), interpreter => interpreter.Follow(caller, Leader(caller, site), Arguments(caller, self)));
        }

        return descriptions;
    }

    private void Try(List<InstanceDescription> descriptions, HashSet<Instruction> reached, Decisions decisions, Action<Interpreter> run)
    {
        try
        {
            run(new Interpreter(world, new GraphBuilder("caller"), decisions, isConstructorPhase: true, Recording(descriptions, reached)));
        }
        catch (LiftException)
        {
            // What was seen until then holds.
        }
    }

    private SharedState Recording(List<InstanceDescription> descriptions, HashSet<Instruction> reached)
    {
        SharedState shared = null!;
        int allowed = Math.Min(budget.Instructions, InstructionsPerCaller);
        budget.Instructions -= allowed / 8; // most callers need little
        return shared = new SharedState
        {
            Budget = new Budget { Instructions = allowed },
            Constructing = (frame, constructor, arguments) =>
            {
                if (Made(frame.Current) is not null && world.Resolve(constructor) is { } definition)
                {
                    reached.Add(frame.Current);
                    descriptions.Add(Description(frame, definition, arguments, shared));
                }
            },
        };
    }

    private InstanceDescription Description(Frame frame, MethodDefinition constructor, AbstractValue[] arguments, SharedState shared)
    {
        var snapshot = new Snapshot(world, shared, constructor.Module);
        var known = new Dictionary<int, GivenValue>();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (snapshot.Of(arguments[i]) is not Unknown and var value)
            {
                known[i] = new GivenValue.Seen(value);
            }
        }

        string method = LiftedMethod.NameOf(frame.Method);
        return new InstanceDescription($"made as in {method}", constructor, known, frame.Location);
    }

    private static AbstractValue[] Arguments(MethodDefinition method, Instance? self) =>
    [
        .. method.HasThis ? [self is { IsOpaque: false } ? new ObjectRef(self) : UnknownOf(method.DeclaringType, "this")] : Array.Empty<AbstractValue>(),
        .. method.Parameters.Select(p => UnknownOf(p.ParameterType, p.Name)),
    ];

    private static AbstractValue UnknownOf(TypeReference type, string name) => new Unknown(type, $"the argument {name}");

    // The first instruction from which control can only go on to the site.
    private static Instruction Leader(MethodDefinition method, Instruction site)
    {
        HashSet<Instruction> targets = [.. method.Body.Instructions.SelectMany(i => i.Operand as Instruction[] ?? (i.Operand is Instruction t ? [t] : [])), .. method.Body.ExceptionHandlers.SelectMany(h => new[] { h.TryStart, h.HandlerStart })];
        Instruction at = site;
        while (!targets.Contains(at) && at.Previous is { OpCode.FlowControl: not (FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw) } before)
        {
            at = before;
        }

        return at;
    }

    private static string Key(InstanceDescription d) => $"{d.Constructor.FullName}({string.Join(", ", d.Arguments.OrderBy(a => a.Key).Select(a => $"{a.Key}={Text(((GivenValue.Seen)a.Value).Value, 0)}"))})";

    private static string Text(AbstractValue v, int depth) => v switch
    {
        Constant c => Convert.ToString(c.Value, CultureInfo.InvariantCulture) ?? "null",
        Boxed b => Text(b.Content, depth),
        TensorRef t => t.Value.Type.ToString(),
        DelegateRef d => d.Method.FullName,
        ObjectRef o when depth < 5 => $"{o.Instance.Type.Name}{{{string.Join(",", o.Instance.Fields.Concat(o.Instance.Facts).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={Text(f.Value, depth + 1)}"))}}}[{string.Join(",", (o.Instance.Items ?? []).Select(i => Text(i, depth + 1)))}]",
        _ => "?",
    };
}
