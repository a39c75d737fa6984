using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>A profile, tied to the classes and methods that it means. Rows for classes that have changed since are left out, with a diagnostic.</summary>
internal sealed class Recordings
{
    // Ways of making a class, and kinds of calls of a method, that get versions.
    private const int MaxInstances = 6, MaxCalls = 4;

    private readonly World world;
    private readonly List<Diagnostic> problems = [];
    private readonly Dictionary<string, InstanceDescription[]> instances;
    private readonly ILookup<string, Profile.Call> calls;
    private readonly Dictionary<(string, string), ImmutableArray<Profile.Branch>> branches;
    private readonly Dictionary<MethodDefinition, ImmutableArray<Profile.Branch>> branchesOf = [];

    public Recordings(World world, Profile profile)
    {
        this.world = world;
        Dictionary<string, TypeDefinition> types = profile == Profile.Empty ? [] : world.Module.GetTypes().Where(t => !t.HasGenericParameters).DistinctBy(NameOf).ToDictionary(NameOf, StringComparer.Ordinal);

        // Another assembly's classes may be in the same profile.
        instances = profile.Instances.Where(i => types.ContainsKey(i.Type)).GroupBy(i => i.Type, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(i => i.Called).ThenByDescending(i => i.Made).Select(i => Description(types[g.Key], i)).OfType<InstanceDescription>().Take(MaxInstances).ToArray(), StringComparer.Ordinal);
        calls = profile.Calls.ToLookup(c => c.Method, StringComparer.Ordinal);
        branches = profile.Outcomes.DistinctBy(b => (b.Method, b.Code)).ToDictionary(b => (b.Method, b.Code), b => b.Rows);
    }

    /// <summary>Rows that could not be used.</summary>
    public IReadOnlyList<Diagnostic> Problems => problems;

    /// <summary>How objects of the class, and of classes that inherit from it, were made: those whose methods were called most come first.</summary>
    public IReadOnlyList<InstanceDescription> InstancesOf(TypeDefinition type) => instances.Count == 0 ? [] :
        [.. instances.Values.SelectMany(d => d).Where(d => world.Hierarchy(d.Constructor.DeclaringType).Any(t => world.Resolve(t) == type)).OrderByDescending(d => d.Constructor.DeclaringType == type).Take(MaxInstances)];

    /// <summary>What the method was called with, the most frequent kind of call first.</summary>
    public IReadOnlyList<RecordedCall> CallsOf(MethodDefinition method)
    {
        var found = new List<RecordedCall>();
        foreach (Profile.Call call in calls[LiftedMethod.NameOf(method)].Where(c => c.Arguments.Members.Select(m => m.Name).SequenceEqual(method.Parameters.Select(p => p.Name))).OrderByDescending(c => c.Count).Take(MaxCalls))
        {
            try
            {
                found.Add(new RecordedArguments(world).Read(method, call.Arguments, found.Count));
            }
            catch (CompilationException e)
            {
                problems.Add(Diagnostic.Of(Rules.ProfileIgnored, call.Arguments.Location, LiftedMethod.NameOf(method), e.Diagnostic.Text));
            }
        }

        return found;
    }

    /// <summary>Which way a branch went, null when it was not met or its method has changed.</summary>
    public BranchOutcome? OutcomeOf(MethodDefinition method, Instruction branch) =>
        branches.Count > 0 && BranchesOf(method).FirstOrDefault(r => r.At == branch.Offset) is { } row && row.Taken + row.NotTaken > 0
            ? new BranchOutcome(row.Taken > row.NotTaken, row.Taken == 0 || row.NotTaken == 0) : null;

    private ImmutableArray<Profile.Branch> BranchesOf(MethodDefinition method)
    {
        if (!branchesOf.TryGetValue(method, out ImmutableArray<Profile.Branch> rows))
        {
            branchesOf[method] = rows = branches.GetValueOrDefault((LiftedMethod.NameOf(method), MethodCode.Of(method)), []);
        }

        return rows;
    }

    public void Ignore(InstanceDescription description, string reason) => problems.Add(Diagnostic.Of(Rules.ProfileIgnored, description.Location, NameOf(description.Constructor.DeclaringType), reason));

    private static string NameOf(TypeDefinition type) => type.FullName.Replace('/', '.');

    private static bool HasUnknown(PositionedJson json) => json switch
    {
        PositionedJson.Map map => map.Members is [{ Name: "unknown" }] || map.Members.Any(m => HasUnknown(m.Value)),
        PositionedJson.List list => list.Items.Any(HasUnknown),
        _ => false,
    };

    private InstanceDescription? Description(TypeDefinition type, Profile.MadeInstance made)
    {
        ImmutableArray<PositionedJson.Member> given = made.Arguments.Members;
        MethodDefinition? constructor = type.Methods.FirstOrDefault(m => m is { IsConstructor: true, IsStatic: false } && m.Parameters.Select(p => p.Name).SequenceEqual(given.Select(a => a.Name)));
        if (constructor is null)
        {
            problems.Add(Diagnostic.Of(Rules.ProfileIgnored, made.Arguments.Location, NameOf(type), $"no constructor has the parameters ({string.Join(", ", given.Select(a => a.Name))})"));
            return null;
        }

        string text = string.Join(", ", given.Select(a => $"{a.Name}: {a.Value}"));
        return new InstanceDescription($"made as {type.Name}({text}) (profile, {made.Called} calls)", constructor, constructor.Parameters.ToDictionary(p => p.Index, GivenValue (p) => new GivenValue.Written(given[p.Index].Value)), made.Arguments.Location)
        {
            IsRecorded = true,
            IsComplete = !given.Any(a => HasUnknown(a.Value)),
        };
    }
}
