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
public sealed class Lifter(World world, LiftOptions options)
{
    private const int MaxOtherTurns = 8; // another decision seldom helps where an operation is not known
    private const int MaxRuns = 64, MaxCorrections = 24;

    // Hypotheses about arguments that are tried until one lifts, and after that.
    private const int MaxHypotheses = 60, MoreHypotheses = 8;

    // Conditions on values of which both outcomes are compiled.
    private const int MaxOutcomes = 3;

    // States of fields that calls leave behind: before the first call, after it, after more.
    private const int MaxStates = 3;

    // Penalty of a version for the less likely outcome of a decision.
    private const int Otherwise = 1000;

    // Ways through a constructor that are tried beside the likeliest one, and versions of one method in all.
    private const int MaxWays = 3, MaxVersions = 12;

    private ImmutableArray<bool> branches = [];

    private readonly FixedFields fixedFields = new(world);
    private readonly Receivers receivers = new(world, options.Configuration ?? ConfigurationFile.Empty, options.Profile ?? Profile.Empty);
    private readonly Signatures signatures = new(world, options);

    /// <summary>Methods worth trying: every <c>forward</c> with a body of a module class.</summary>
    public IEnumerable<MethodDefinition> Candidates() => world.Module.GetTypes()
        .Where(t => t.IsClass && !t.HasGenericParameters && world.IsModule(t))
        .SelectMany(t => t.Methods)
        .Where(m => m is { Name: "forward", HasBody: true, IsStatic: false, HasGenericParameters: false })
        .OrderBy(m => m.FullName, StringComparer.Ordinal);

    /// <summary>What of the profile could not be used.</summary>
    public ImmutableArray<Diagnostic> Problems => [.. receivers.Recorded.Problems.Distinct()];

    public LiftedMethod Lift(MethodDefinition method)
    {
        var budget = new Budget();
        var versions = new List<(LiftedVersion Version, int Penalty)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var wayOf = new Dictionary<LiftedVersion, int>(ReferenceEqualityComparer.Instance); // likelier ways of making the receiver first
        int way = 0;
        LiftException? reason = null;
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

        ImmutableDictionary<string, WrittenType> written = signatures.Of(method);
        IReadOnlyList<RecordedCall> recorded = receivers.Recorded.CallsOf(method);
        IReadOnlyList<InstanceDescription> descriptions = receivers.Of(method.DeclaringType);
        foreach (InstanceDescription description in descriptions)
        {
            LiftWays(description);
        }

        if (versions.Count == 0)
        {
            LiftWays(null);
        }

        if (versions.Count == 0)
        {
            return new LiftedMethod(method, [], [reason?.ToDiagnostic(name) ?? Diagnostic.Of(Rules.NoTensorComputation, location, name)]);
        }

        ImmutableArray<LiftedVersion> useful = [.. versions.OrderBy(v => wayOf[v.Version]).ThenBy(v => v.Version.Places.Recorded is not null && v.Penalty >= Otherwise).ThenBy(v => v.Version.Places.Recorded?.Order).ThenBy(v => v.Version.Places.Lengths, StringComparer.Ordinal).ThenBy(v => v.Penalty >= Otherwise).ThenBy(v => Coincidences(v.Version)).ThenBy(v => v.Penalty).Select(v => v.Version).Where(Computes)];
        return new LiftedMethod(method, useful, useful.IsEmpty ? [Diagnostic.Of(Rules.NoTensorComputation, location, name)] : []) { IsTrivial = useful.IsEmpty };

        // Where an argument that nobody knows decides what the constructor does, both ways are lifted.
        void LiftWays(InstanceDescription? description)
        {
            LiftFor(Making.Of(description));
            ImmutableArray<bool> ways = branches;
            for (int i = 0; i < Math.Min(ways.Length, MaxWays) && versions.Count < MaxVersions && !budget.IsSpent; i++)
            {
                LiftFor(new Making(description, [.. ways[..i], !ways[i]]));
            }
        }

        void LiftFor(Making making)
        {
            way++;
            PlaceTypes? unlikely = null;
            var made = new List<(LiftedVersion Version, int Penalty)>();
            var queue = new PriorityQueue<PlaceTypes, (int NotGot, int Penalty, int Order)>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            int left = MaxHypotheses;
            foreach (RecordedCall call in recorded)
            {
                queue.Enqueue(PlaceTypes.Initial(written, call), (int.MinValue, 0, call.Order));
            }

            for (PlaceTypes? hypothesis = queue.TryDequeue(out PlaceTypes? first, out _) ? first : PlaceTypes.Initial(written); hypothesis is not null && left-- > 0; hypothesis = queue.TryDequeue(out PlaceTypes? next, out _) ? next : null)
            {
                PlaceTypes tried;
                int progress = int.MaxValue;
                try
                {
                    LiftedVersion version = LiftWith(method, making, hypothesis, budget);
                    tried = version.Places;
                    if (tried.IsRecorded && tried.Recorded!.WithOnes(version) is { } call)
                    {
                        queue.Enqueue(PlaceTypes.Initial(written, call), (int.MinValue, 0, call.Order));
                        continue;
                    }

                    if (tried.IsRecorded)
                    {
                        Add(version, tried);
                    }
                    else if (made.Exists(m => m.Version.Places.IsRecorded))
                    {
                        break; // all that was recorded has been tried
                    }
                    else if (Likelihood.IsOdd(version))
                    {
                        unlikely ??= tried.Fresh();
                    }
                    else if (made.TrueForAll(m => m.Version.Places.Kind != tried.Kind || Coincidences(version) <= Coincidences(m.Version))) // else it fits only by coincidences between sizes that the likelier version does not need
                    {
                        Add(version, tried);
                    }

                    left = made.Count > 0 ? Math.Min(left, MoreHypotheses) : left;
                    if (versions.Count >= MaxVersions || (!tried.IsRecorded && (tried.IsGiven || (tried.HasOneKind && made.Count >= options.MaxVersions))))
                    {
                        break;
                    }
                }
                catch (LiftException e)
                {
                    reason = reason is null || e.TellsMoreThan(reason) ? e : reason;
                    if (budget.IsSpent || e.Rule == Rules.UnboundedLoop || e.Places is null)
                    {
                        break;
                    }

                    (tried, progress) = (e.Places, e.Progress);
                }

                // What got farthest is nearest to what is right.
                foreach (PlaceTypes neighbour in tried.Neighbours().Where(n => seen.Add(n.Key)))
                {
                    queue.Enqueue(neighbour, (-progress, tried.Penalty, seen.Count));
                }
            }

            if (made.Count == 0 && unlikely is not null && !budget.IsSpent)
            {
                Add(LiftWith(method, making, unlikely, budget), unlikely);
            }

            void Add(LiftedVersion version, PlaceTypes tried)
            {
                if (!version.Places.IsRecorded && made.Count(m => m.Version.Places.Kind == version.Places.Kind) >= options.MaxVersions)
                {
                    return;
                }

                int before = made.Count;
                made.Add((version, version.Places.Penalty));
                AddOtherOutcomes(method, making, tried.Fresh(), budget, made);
                AddLaterStates(method, making, tried.Fresh(), budget, made);
                foreach ((LiftedVersion Version, int) added in made.Skip(before).Where(m => known.Add(Fingerprint(m.Version))))
                {
                    wayOf[added.Version] = way;
                    versions.Add(added);
                }
            }
        }
    }

    // Conditions between sizes, and sizes of different inputs that must be the same.
    private static int Coincidences(LiftedVersion version)
    {
        DimExpr[] sizes = [.. version.Graph.Inputs.SelectMany(i => i.Value.Shape)];
        return version.Graph.Constraints.Length + sizes.Length - sizes.Distinct().Count();
    }

    private static bool Computes(LiftedVersion version) => version.Graph.Nodes.Any(n => n.Op.Family is not (OpFamily.View or OpFamily.Creation))
        && !version.Graph.Inputs.Any(i => i.Value.Shape.Any(d => d.IsZero));

    // Objects made with other numbers often need no other code.
    private static string Fingerprint(LiftedVersion version) => $"{GraphText.Print(version.Graph)}{string.Join('|', version.Guards)}{version.Result}{string.Join("|", version.Effects.SelectMany(e => e.Values))}{string.Join("|", version.Effects)}";

    // What a call leaves behind is what the next one finds: a cache that was null holds a tensor.
    private void AddLaterStates(MethodDefinition method, Making making, PlaceTypes hypothesis, Budget budget, List<(LiftedVersion Version, int Penalty)> versions)
    {
        var before = new Dictionary<string, AbstractValue>(StringComparer.Ordinal);
        LiftedVersion last = versions.Last(v => !v.Version.After.IsEmpty || v == versions[^1]).Version;
        for (int i = 0; i < MaxStates && !last.After.IsEmpty; i++)
        {
            var after = last.After.ToDictionary(s => s.Key, s => StateOf.After(s.Value with { Before = before.GetValueOrDefault(s.Key) ?? s.Value.Before }), StringComparer.Ordinal);
            if (after.All(s => before.TryGetValue(s.Key, out AbstractValue? known) && StateOf.IsSame(known, s.Value)))
            {
                break;
            }

            foreach ((string key, AbstractValue value) in after)
            {
                before[key] = value;
            }

            try
            {
                last = LiftWith(method, making, hypothesis, budget, new Dictionary<string, AbstractValue>(before, StringComparer.Ordinal));
                versions.Add((last, versions[^1].Penalty));
            }
            catch (LiftException)
            {
                break; // the original runs from the second call on
            }
        }
    }

    // What is decided at run time (values, sizes, flags) goes the other way in a version of its own.
    private void AddOtherOutcomes(MethodDefinition method, Making making, PlaceTypes hypothesis, Budget budget, List<(LiftedVersion Version, int Penalty)> versions)
    {
        (LiftedVersion first, int penalty) = versions[^1];
        foreach (Decisions other in first.OtherOutcomes.Take(MaxOutcomes))
        {
            try
            {
                versions.Add((LiftWith(method, making, hypothesis, budget, null, other), penalty + Otherwise));
            }
            catch (LiftException)
            {
                // The original runs then.
            }
        }
    }

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
                    return Computes(version) ? version : trivial ?? version;
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
                    return trivial ?? throw last;
                }
            }
        }

        return trivial ?? throw last!;
    }

    private LiftedVersion LiftOnce(MethodDefinition method, Making making, PlaceTypes hypothesis, Decisions decisions, Budget budget, IReadOnlyDictionary<string, AbstractValue>? before)
    {
        var shared = new SharedState { ModelUsed = options.ModelUsed, Budget = budget, Places = hypothesis, Before = before ?? new Dictionary<string, AbstractValue>(), Outcomes = receivers.Recorded.OutcomeOf };
        foreach ((string size, long likely) in hypothesis.Recorded?.Sizes ?? [])
        {
            shared.Guesses[size] = likely;
        }

        var assumptions = new List<string>();
        HashSet<ModuleDefinition> used = world.Used = [];
        (Instance receiver, branches) = receivers.Make(method.DeclaringType, making, shared, assumptions);
        var builder = new GraphBuilder(LiftedMethod.NameOf(method));
        var interpreter = new Interpreter(world, builder, decisions, isConstructorPhase: false, shared) { FixedFields = fixedFields };
        var self = new Access.Argument(0, "this", method.DeclaringType);
        var arguments = new List<AbstractValue> { new ObjectRef(receiver, self) };
        foreach (ParameterDefinition p in method.Parameters)
        {
            bool mayBeNull = p.HasDefault && p.Constant is null && !p.ParameterType.IsValueType;
            AbstractValue predicted = hypothesis.Recorded?.Arguments.GetValueOrDefault(p.Name) is { } argument ? argument
                : (mayBeNull && !World.IsTensor(p.ParameterType)) || (p.HasDefault && p.Constant is null && World.IsNullable(p.ParameterType)) ? AbstractValue.Null
                : p.Constant is string text ? new Constant(text, Assumed: true)
                : new Unknown(p.ParameterType, $"the argument {p.Name}") { MayBeNull = mayBeNull, Likely = p.Constant switch { bool b => b ? 1 : 0, int n => n, long n => n, _ => null } };
            arguments.Add(interpreter.Read(predicted, new Access.Argument(p.Index + 1, p.Name, p.ParameterType)));
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

        if (Signatures.ResultOf(method) is { } shape && result is TensorRef returned)
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
            Ties = [.. Tie.To(used)],
            Effects = effects,
            After = interpreter.State.ToImmutableDictionary(),
            OtherOutcomes = [.. interpreter.ValueDecisions.Union(interpreter.OpenDecisions).Select(decisions.Flipped)],
        };
    }

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
/// <param name="ModelUsed">Told the key of every row of the model table that is used.</param>
/// <param name="Configuration">What dlaot.json says.</param>
/// <param name="Profile">What was recorded.</param>
public sealed record LiftOptions(
    int MaxVersions = 2, ImmutableDictionary<string, string>? Signatures = null, Action<string>? ModelUsed = null, ConfigurationFile? Configuration = null, Profile? Profile = null);
