using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using DlAot.Ir.Text;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Lifts candidate methods: makes the abstract receiver, tries hypotheses about the tensor arguments (rank, dtype), and keeps
/// the versions that lift whole.
/// </summary>
public sealed partial class Lifter(World world, LiftOptions options)
{
    private const int MaxOtherTurns = 8; // another decision seldom helps where an operation is not known
    private const int MaxRuns = 64, MaxCorrections = 24;

    // Hypotheses about arguments that are tried until one lifts, and after that.
    private const int MaxHypotheses = 60;

    // How many more are tried after that: the smaller the graph is, the sooner it is lifted once more.
    private static readonly (int Nodes, int More)[] MoreHypotheses = [(30, 48), (100, 24), (int.MaxValue, 6)];

    // The same where what was lifted may have too many dimensions, or too few.
    private const int MoreDoubtful = 30;

    // Ways through a constructor that are tried beside the likeliest one, and versions of one method in all.
    private const int MaxWays = 8, MaxVersions = MethodSettings.DefaultMaxVersions;

    // However large the graphs are there is room for so many versions; more only while they have fewer nodes together than that.
    private const int MinVersions = 6, MaxNodes = 1500;

    // Hypotheses that fitted the likeliest way and are tried for the others.
    private const int FittingTypes = 3;

    private ImmutableArray<(int Outcome, int Options)> branches = [];
    private PartContext part = PartContext.None;

    private readonly FixedFields fixedFields = new(world);
    private readonly Receivers receivers = new(world, options.Configuration ?? ConfigurationFile.Empty, options.Profile ?? Profile.Empty);
    private readonly Signatures signatures = new(world, options);

    /// <summary>Methods worth trying: every <c>forward</c> with a body of a module class.</summary>
    public IEnumerable<MethodDefinition> Candidates() => new Candidates(world).Forwards;

    /// <summary>What of the profile could not be used.</summary>
    public ImmutableArray<Diagnostic> Problems => [.. receivers.Recorded.Problems.Distinct()];

    public LiftedMethod Lift(MethodDefinition method) => Lift(method, Budget.Of(method), PartContext.None with { AtEntry = DlAot.Compiler.Lifting.Candidates.UnknownFields(method) });

    internal LiftedMethod Lift(MethodDefinition method, Budget budget, PartContext context)
    {
        MethodSettings settings = options.SettingsOf(method);
        ImmutableDictionary<string, WrittenType> written = options.HeedsSignatures ? signatures.Of(method) : ImmutableDictionary<string, WrittenType>.Empty;
        LiftedMethod lifted = settings.Dynamic == false ? LiftForSizes(method, budget, context, written) : Lift(method, budget, context, written);
        Remember(lifted);
        return settings.MaxVersions is int most && lifted.Versions.Length > most
            ? lifted with { Versions = lifted.Versions[..most], Diagnostics = [.. lifted.Diagnostics, Diagnostic.Of(Rules.VersionsLeftOut, Frame.StartOf(method), lifted.Name, lifted.Versions.Length, most)] }
            : lifted;
    }

    private LiftedMethod Lift(MethodDefinition method, Budget budget, PartContext context, ImmutableDictionary<string, WrittenType> written)
    {
        part = context;
        var versions = new List<(LiftedVersion Version, int Penalty, int Way)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        int before = 0, way = 0; // likelier ways of making the receiver first
        string name = LiftedMethod.NameOf(method);
        var location = Frame.StartOf(method);
        if (method.Parameters.FirstOrDefault(p => p.ParameterType.IsByReference) is { } byRef)
        {
            return new LiftedMethod(method, [], [Diagnostic.Of(Rules.UnsupportedSignature, location, name, $"the parameter {byRef.Name} is passed by reference")]);
        }

        if (Annotations.EagerPlace(method) is { } eager)
        {
            return new LiftedMethod(method, [], [Diagnostic.Of(Rules.KeptEager, location, name, eager)]);
        }

        var task = new LiftTask(method, written, receivers.Recorded.CallsOf(method), context.Likely, SeenBy(method), budget);
        IReadOnlyList<InstanceDescription> descriptions = method.IsStatic ? [] : receivers.Of(method.DeclaringType);
        foreach ((int i, InstanceDescription description) in descriptions.TakeWhile(d => !d.IsLast || versions.Count == 0).Index())
        {
            // Each may take its share, the first, which is likeliest, two.
            int others = descriptions.Count - 1 - i, kept = (int)((long)budget.Instructions * others / (others + 2));
            budget.Instructions -= kept;
            LiftWays(description);
            budget.Instructions += kept;
        }

        if (versions.Count == 0)
        {
            LiftWays(null);
        }

        if (versions.Count == 0)
        {
            return new LiftedMethod(method, [], [task.Reason?.ToDiagnostic(name) ?? Diagnostic.Of(Rules.NoTensorComputation, location, name)]) { Refusal = task.Reason, Reached = task.Reached };
        }

        ImmutableArray<LiftedVersion> useful = [.. versions.OrderBy(v => v.Way).ThenBy(v => part.IsRecorded && !part.Fits(v.Version.Places)).ThenBy(v => v.Version.Places.Recorded is not null && v.Penalty >= Otherwise).ThenBy(v => v.Version.Places.Recorded?.Order)
            .ThenBy(v => v.Version.Places.Lengths, StringComparer.Ordinal).ThenBy(v => v.Penalty).ThenBy(v => Likelihood.Of(v.Version)).Select(v => v.Version).Where(Computes)];
        return new LiftedMethod(method, useful, useful.IsEmpty ? [Diagnostic.Of(Rules.NoTensorComputation, location, name)] : [])
        {
            IsTrivial = useful.IsEmpty,
            Refusal = useful.IsEmpty ? versions.Where(v => v.Version.DependsOnNumber).Select(v => v.Version.Otherwise).FirstOrDefault(e => e is not null) : null,
        };

        // Where an argument that nobody knows decides what the constructor does, both ways are lifted.
        void LiftWays(InstanceDescription? description)
        {
            before = versions.Count;
            uncombined.Clear(); // what another description, or a method that failed, has left
            LiftFor(Making.Of(description), []);
            ImmutableArray<(int Outcome, int Options)> ways = branches;
            PlaceTypes[] fitting = [.. versions.Skip(before).Where(v => v.Penalty == 0).Select(v => v.Version.Places).Take(FittingTypes)];
            foreach (ImmutableArray<(int Outcome, int Options)> other in ways.SelectMany((w, i) => Enumerable.Range(1, w.Options - 1).Select(o => ways[..i].Add(((w.Outcome + o) % w.Options, w.Options)))).Take(MaxWays))
            {
                if (!HasRoom() || budget.IsSpent)
                {
                    break;
                }

                LiftFor(new Making(description, other), fitting);
            }

            KeepAll(Combined(task, HasRoom, MaxCombinations));
        }

        void KeepAll(IEnumerable<Variant> variants)
        {
            foreach (Variant variant in variants.Where(v => known.Add(Fingerprint(v.Version))))
            {
                versions.Add((variant.Version, variant.Penalty, variant.Way));
            }
        }

        // Each description has its share.
        bool HasRoom() => versions.Count - before < MinVersions
            || (versions.Count - before < MaxVersions / Math.Max(1, descriptions.Count) && versions.Skip(before).Sum(v => v.Version.Graph.Nodes.Length) < MaxNodes / Math.Max(1, descriptions.Count));

        void LiftFor(Making making, IReadOnlyList<PlaceTypes> fitting)
        {
            way++;
            foreach (LiftedVersion chosen in Likelihood.Choose(Search(task, making, fitting), options.MaxVersions))
            {
                if (!HasRoom())
                {
                    break;
                }

                // Combinations of the very likeliest come before what is less likely.
                bool isFirst = versions.Count == before;
                KeepAll(Variants(task, making, chosen, way));
                KeepAll(isFirst ? Combined(task, HasRoom, MaxFirstCombinations) : []);
            }
        }
    }

    // All versions for different hypotheses about the arguments that are worth finding, in the order in which they were found.
    /// <param name="fitting">Hypotheses that fitted another way of making the receiver: then hardly any others are tried.</param>
    private List<LiftedVersion> Search(LiftTask task, Making making, IReadOnlyList<PlaceTypes> fitting)
    {
        var found = new List<LiftedVersion>();
        var queue = new PriorityQueue<PlaceTypes, (int NotGot, int Penalty, int Order)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int left = fitting.Count > 0 ? fitting.Count + FittingTypes : MaxHypotheses;
        int order = 0;
        foreach (RecordedCall call in task.Recorded)
        {
            queue.Enqueue(PlaceTypes.Initial(task.Written, call), (int.MinValue, 0, call.Order));
        }

        foreach (PlaceTypes types in fitting)
        {
            queue.Enqueue(types.Fresh(), (int.MinValue, 0, order++));
        }

        foreach (IReadOnlyDictionary<string, PlaceType> given in task.Seen)
        {
            queue.Enqueue(PlaceTypes.Initial(task.Written, null, given), (int.MinValue, 1, order++));
        }

        queue.Enqueue(PlaceTypes.Initial(task.Written, null, task.Likely), default);
        while (left > 0 && queue.TryDequeue(out PlaceTypes? hypothesis, out _))
        {
            if (!hypothesis.IsRecorded && found.Exists(v => v.Places.IsRecorded))
            {
                break; // all that was recorded has been tried
            }

            if (!hypothesis.IsRecorded && !seen.Add(hypothesis.Key))
            {
                continue;
            }

            left--;
            PlaceTypes tried;
            int progress = int.MaxValue;
            try
            {
                LiftedVersion version = LiftWith(task.Method, making, hypothesis, task.Budget);
                tried = version.Places;
                version = version with { Caller = task.CallerOf(tried) };
                if (tried.IsRecorded && tried.Recorded!.WithOnes(version) is { } call)
                {
                    queue.Enqueue(PlaceTypes.Initial(task.Written, call), (int.MinValue, 0, call.Order));
                    continue;
                }

                if (found.Exists(v => v.Places.UsedKey == tried.UsedKey))
                {
                    continue; // another hypothesis was corrected to the same
                }

                found.Add(version);
                progress -= Likelihood.Of(version).IsOdd ? 1 : 0;
                left = Math.Min(left, version.DoubtsRank ? MoreDoubtful : MoreHypotheses.First(m => version.Graph.Nodes.Length <= m.Nodes).More);
                if (tried.IsGiven && !tried.IsRecorded)
                {
                    break;
                }
            }
            catch (LiftException e)
            {
                task.Note(e);
                if (task.Budget.IsSpent || e.Rule == Rules.UnboundedLoop || e.Places is null)
                {
                    break;
                }

                (tried, progress) = (e.Places, e.Progress);
            }

            seen.Add(tried.UsedKey);

            // What got farthest is nearest to what is right.
            foreach ((PlaceTypes neighbour, int penalty) in tried.Neighbours(progress >= int.MaxValue - 1).Where(n => !seen.Contains(n.Types.Key)))
            {
                queue.Enqueue(neighbour, (-progress, penalty, order++));
            }
        }

        return found;
    }

    private static bool Computes(LiftedVersion version) => version.Graph.Nodes.Any(n => n.Op.Family is not (OpFamily.View or OpFamily.Creation))
        && !version.Graph.Inputs.Any(i => i.Value.Shape.Any(d => d.IsZero));

    // Objects made with other numbers often need no other code.
    private static string Fingerprint(LiftedVersion version) => $"{GraphText.Print(version.Graph)}{string.Join('|', version.Guards)}{version.Result}{string.Join("|", version.Effects.SelectMany(e => e.Values))}{string.Join("|", version.Effects)}";

    private LiftedVersion LiftWith(MethodDefinition method, Making making, PlaceTypes hypothesis, Budget budget, IReadOnlyDictionary<string, AbstractValue>? before = null, Decisions? start = null)
    {
        LiftException? last = null;
        var decisions = start ?? new Decisions();
        LiftedVersion? trivial = null;
        int corrections = 0, others = 0;
        for (int run = 0; run < MaxRuns; run++)
        {
            try
            {
                LiftedVersion version = LiftOnce(method, making, hypothesis, decisions, budget, before);
                if (Computes(version) || !decisions.TryTurn())
                {
                    return Computes(version) ? version : (trivial ?? version) with { Otherwise = last };
                }

                // A loop that is not entered, a condition that skips everything: another way may compute something.
                (trivial, hypothesis) = (trivial ?? version, hypothesis.Fresh());
            }
            catch (HypothesisException h) when (corrections++ < MaxCorrections && hypothesis.Refine(h.Place, h.Correct) is { } refined)
            {
                (hypothesis, decisions) = (refined, new Decisions());
            }
            catch (HypothesisException h)
            {
                h.Otherwise.Places = hypothesis;
                throw h.Otherwise;
            }
            catch (LiftException e)
            {
                e.Places = hypothesis;
                hypothesis = hypothesis.Fresh();
                last = last is null || e.TellsMoreThan(last) ? e : last;
                bool isTelling = e.Rule == Rules.AlwaysThrows || e.Rule == Rules.ShapeMismatch || e.Rule == Rules.UnknownBranch;
                if (e.Rule == Rules.UnboundedLoop || e.Rule == Rules.Recursion || (!isTelling && ++others > MaxOtherTurns) || !decisions.TryTurn())
                {
                    return (trivial ?? throw last) with { Otherwise = last };
                }
            }
        }

        return (trivial ?? throw last!) with { Otherwise = last };
    }

    private LiftedVersion LiftOnce(MethodDefinition method, Making making, PlaceTypes hypothesis, Decisions decisions, Budget budget, IReadOnlyDictionary<string, AbstractValue>? before)
    {
        var calls = new List<SeenCall>();
        void See(MethodDefinition called, AbstractValue[] given, SourceLocation at)
        {
            if (called.Module == world.Module && SeenCall.Of(called, given, at) is { } seen)
            {
                calls.Add(seen);
            }
        }

        var locals = new List<(string Name, Value Value)>();
        void Keep(Frame frame, Value value)
        {
            if (frame.StoredLocal is { } name)
            {
                locals.Add((name, value));
            }
        }

        var shared = new SharedState { ModelUsed = options.ModelUsed, Budget = budget, Places = hypothesis, Before = before ?? part.AtEntry, Varying = part.Varying, Outcomes = receivers.Recorded.OutcomeOf, Calling = See, Storing = Keep };
        foreach ((string size, long likely) in hypothesis.Recorded?.Sizes ?? [])
        {
            shared.Guesses[size] = likely;
        }

        var assumptions = new List<string>();
        shared.MakeModule = type => receivers.Make(type, Making.Of(receivers.Of(type).FirstOrDefault()), shared, assumptions).Instance is { IsOpaque: false } made ? made : null;
        HashSet<ModuleDefinition> used = world.Used = [];
        var arguments = new List<AbstractValue>();
        branches = [];
        Instance? receiver = null;
        if (!method.IsStatic)
        {
            (receiver, branches) = receivers.Make(method.DeclaringType, making, shared, assumptions);
            shared.Receiver = receiver;
            arguments.Add(new ObjectRef(receiver, new Access.Argument(0, "this", method.DeclaringType)));
        }

        var builder = new GraphBuilder(LiftedMethod.NameOf(method));
        var interpreter = new Interpreter(world, builder, decisions, isConstructorPhase: false, shared) { FixedFields = fixedFields };
        foreach (ParameterDefinition p in method.Parameters)
        {
            bool mayBeNull = !p.ParameterType.IsValueType && (p.HasDefault ? p.Constant is null : World.IsTensor(p.ParameterType) && Instances.NullChecks.IsChecked(method, p));
            var place = new Access.Argument(p.Index + 1, p.Name, p.ParameterType);
            bool isNull = p.HasDefault && p.Constant is null && !World.IsTensor(p.ParameterType) && (mayBeNull || World.IsNullable(p.ParameterType)) && !(Instances.NullChecks.IsLoaded(method, p) && hypothesis.IsPresent(place));
            AbstractValue predicted = receiver is not null && part.Origins.TryGetValue(p.Name, out Access? origin) && PartContext.Follow(origin, receiver) is ObjectRef from ? from
                : part != PartContext.None && receiver is not null && world.IsModule(p.ParameterType) && PartContext.FindElement(receiver, m => world.IsModule(m.Type) && world.IsAssignable(m.Type, p.ParameterType)) is { } element ? element
                : hypothesis.Recorded?.Arguments.GetValueOrDefault(p.Name) is { } argument ? argument
                : isNull ? AbstractValue.Null
                : p.Constant is string text ? new Constant(text, Assumed: true)
                : new Unknown(p.ParameterType, $"the argument {p.Name}") { MayBeNull = mayBeNull, Likely = p.Constant switch { bool b => b ? 1 : 0, int n => n, long n => n, _ => null } };
            arguments.Add(interpreter.Read(predicted, place));
        }

        AbstractValue? result;
        try
        {
            result = interpreter.Invoke(method, method.DeclaringType, null, [.. arguments]);
        }
        catch (LiftException e)
        {
            e.Progress = builder.Mark().Nodes;
            throw;
        }

        if (options.HeedsSignatures && Signatures.ResultOf(method) is { } shape && result is TensorRef returned)
        {
            interpreter.RequireSizes(returned.Value, shape);
        }

        var outputs = new List<Value>();
        var output = new OutputBuilder(interpreter, outputs);
        OutputTree tree = result is null ? throw interpreter.Fail(Rules.UnsupportedSignature, "it returns nothing") : output.Build(result, method.ReturnType);
        ImmutableArray<Effect> effects = [.. interpreter.BuildEffects(output)];
        interpreter.RequireDisjoint();
        if (interpreter.Requirement() is { } requirement)
        {
            outputs.Add(requirement);
        }

        Graph graph = builder.Finish([.. outputs]);
        RequireBoundSymbols(graph);
        return new LiftedVersion(graph, [.. interpreter.Inputs], [.. interpreter.Guards], tree, interpreter.Externs.ToImmutableDictionary(), [.. hypothesis.Describe(), .. assumptions])
        {
            Places = hypothesis,
            Contradictions = interpreter.Contradictions(graph),
            DoubtsRank = interpreter.DoubtsRank,
            WithOpenSettings = interpreter.SettingsDecision is int settings ? new Turn(settings, decisions.Others(settings).First()) : null,
            Ties = [.. Tie.To(used)],
            Calls = [.. calls.Select(c => c with { Tensors = [.. c.Tensors.Select(t => (t.Parameter, builder.Facts.Normalize(t.Type)))] })],
            Locals = [.. locals.Select(l => new SeenLocal(l.Name, builder.Facts.Normalize(l.Value.Type), l.Value.Op, l.Value.Node is null ? l.Value.Index : -1))],
            Effects = effects,
            FindCopyable = new(() => [.. CopyableInputs(interpreter, builder, outputs)]),
            After = interpreter.State.ToImmutableDictionary(),
            LoopExits = [.. interpreter.LoopExits],
            CountExits = [.. interpreter.CountExits],
            OtherOutcomes = [.. interpreter.ValueDecisions.Union(interpreter.OpenDecisions).Union(interpreter.SettingDecisions).SelectMany(i => decisions.Others(i).Select(d => new Turn(i, d)))],
        };
    }

    // What a call writes in the middle of the graph a copy would not show. Parameters of layers hardly ever lie otherwise.
    private static IEnumerable<int> CopyableInputs(Interpreter interpreter, GraphBuilder builder, IReadOnlyList<Value> outputs) => builder.Nodes.Any(n => n.Op.Effect != EffectClass.Pure && !n.Attributes.Bool("pure")) ? []
        : Enumerable.Range(0, builder.Inputs.Count).Where(i => builder.Inputs[i].Kind == InputKind.Tensor && World.IsTensor(interpreter.Inputs[i].Type) && interpreter.Inputs[i].Type.Name == "Tensor" && interpreter.Layouts.IsFreeOf(builder.Inputs[i].Value, outputs));

    // A size must be readable from some input.
    private static void RequireBoundSymbols(Graph graph)
    {
        var bound = graph.Inputs.SelectMany(i => i.Kind == InputKind.Scalar ? [i.Name] : i.Value.Shape.Select(d => d.SymbolName)).OfType<string>().Concat(graph.LateSymbols.Keys).ToHashSet(StringComparer.Ordinal);
        string? free = graph.Symbols.Concat(graph.Constraints.SelectMany(c => c.Left.Symbols.Concat(c.Right.Symbols))).FirstOrDefault(s => !bound.Contains(s));
        if (free is not null)
        {
            throw new LiftException(Rules.UnknownType, SourceLocation.None, "the size " + free, "no input has it");
        }
    }
}

/// <summary>What the caller of the lifter pins.</summary>
/// <param name="Signatures">By method name, <c>x: f32[N,784]; mask: bool[N,1]</c> per method.</param>
/// <param name="MaxVersions">Of those that differ in numbers of dimensions only; <see cref="MethodSettings.MaxVersions"/> bounds all.</param>
/// <param name="ModelUsed">Told the key of every row of the model table that is used.</param>
/// <param name="Configuration">What dlaot.json says.</param>
/// <param name="Profile">What was recorded.</param>
public sealed record LiftOptions(
    int MaxVersions = 6, ImmutableDictionary<string, string>? Signatures = null, Action<string>? ModelUsed = null, ConfigurationFile? Configuration = null, Profile? Profile = null)
{
    /// <summary>What holds for methods of which no attribute says otherwise.</summary>
    public MethodSettings Settings { get; init; } = MethodSettings.None;

    /// <summary>What holds for a method.</summary>
    public MethodSettings SettingsOf(MethodDefinition method) => Annotations.SettingsOf(method).Or(Settings);

    /// <summary>False: types of arguments that somebody wrote are not heeded, to see what the code shows by itself.</summary>
    public bool HeedsSignatures { get; init; } = true;
}
