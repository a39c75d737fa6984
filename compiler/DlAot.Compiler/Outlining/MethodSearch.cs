using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>
/// Lifts what an assembly has to offer, splits what does not lift as a whole, and then does the same with methods that only the
/// assembly itself calls, where the code that stays as it is does so.
/// </summary>
public sealed class MethodSearch(World world, Lifter lifter)
{
    // Where so much is compiled of other methods that have compiled code themselves, and little of its own, another entry gains nothing.
    private const int LargeGraph = 200, OwnShare = 10;

    private const int MaxInner = 200;

    private readonly Candidates candidates = new(world);
    private readonly Outliner outliner = new(world, lifter);
    private readonly List<LiftedMethod> lifted = [];
    private readonly List<SplitMethod> split = [];
    private readonly HashSet<MethodDefinition> parts = [];

    /// <summary>Every candidate with what became of it, forwards first.</summary>
    public ImmutableArray<LiftedMethod> Lifted => [.. lifted];

    /// <summary>What could be split of those that are not whole, and of methods that they call.</summary>
    public ImmutableArray<SplitMethod> Divided => [.. split];

    /// <summary>Methods that are tried in any case, in the order in which they are.</summary>
    public static ImmutableArray<MethodDefinition> Entries(World world)
    {
        var candidates = new Candidates(world);
        return [.. candidates.Forwards, .. candidates.Entries];
    }

    /// <summary>Lifts what others can call: callers before what they call, since they show what is passed.</summary>
    public void LiftEntries()
    {
        ImmutableArray<MethodDefinition> entries = Entries(world);
        Dictionary<MethodDefinition, LiftedMethod> found = CallersFirst(entries).ToDictionary(m => m, Lift);
        lifted.AddRange(entries.Select(m => found[m]));
    }

    // Modules before those that their constructors make: whom a module calls is only known once it is lifted.
    private static IEnumerable<MethodDefinition> CallersFirst(ImmutableArray<MethodDefinition> entries)
    {
        var last = new List<TypeDefinition>();
        var seen = new HashSet<TypeDefinition>();
        foreach (TypeDefinition type in entries.Select(m => m.DeclaringType))
        {
            Visit(type);
        }

        last.Reverse();
        var order = last.Index().ToDictionary(t => t.Item, t => t.Index);
        return entries.OrderBy(m => order[m.DeclaringType]);

        void Visit(TypeDefinition type)
        {
            if (seen.Add(type))
            {
                foreach (Instruction i in type.Methods.Where(m => m.HasBody && m.HasCode()).SelectMany(m => m.Code()))
                {
                    if (i.OpCode.Code == Code.Newobj && i.Operand is MethodDefinition { DeclaringType: var made })
                    {
                        Visit(made);
                    }
                }

                last.Add(type);
            }
        }
    }

    /// <summary>Splits, and goes on with what the assembly itself calls.</summary>
    public void SplitAndFollow()
    {
        Add(outliner.Split(lifted));
        var done = new HashSet<MethodDefinition>(lifted.Select(m => m.Method).Concat(split.Select(s => s.Host)));
        MethodDefinition[] others = [.. world.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody && m.HasCode() && !done.Contains(m) && !candidates.IsInner(m))];
        var calls = new Queue<MethodDefinition>(others.SelectMany(m => Candidates.Called(m.Code())).Concat(lifted.SelectMany(Left)).Concat(split.Where(s => !lifted.Exists(m => m.Method == s.Host)).SelectMany(s => Candidates.Called(s.Rest))).Where(candidates.IsInner));
        for (int left = MaxInner; left > 0 && calls.TryDequeue(out MethodDefinition? next);)
        {
            if (!done.Add(next) || parts.Contains(next))
            {
                continue;
            }

            left--;
            LiftedMethod inner = Lift(next);
            ImmutableArray<SplitMethod> found = outliner.Split([inner]);
            Add(found);
            done.UnionWith(found.Select(s => s.Host));
            if (inner.IsWhole || found.Any(s => s.Host == next))
            {
                lifted.Add(inner);
            }

            foreach (MethodDefinition called in Left(inner).Where(candidates.IsInner))
            {
                calls.Enqueue(called);
            }
        }
    }

    /// <summary>Lifts; a bug in lifting one method must not keep the others from being compiled.</summary>
    public LiftedMethod Lift(MethodDefinition method)
    {
        string name = LiftedMethod.NameOf(method);
        try
        {
            if (Candidates.IsResumed(method))
            {
                return new LiftedMethod(method, [], [Diagnostic.Of(Rules.UnsupportedSignature, Frame.StartOf(method), name, "it goes on where it was left")]);
            }

            if (Candidates.FindBackward(method) is { } backward)
            {
                return new LiftedMethod(method, [], [Diagnostic.Of(Rules.Training, Frame.Locate(method, backward), name, Interpreter.Describe((MethodReference)backward.Operand))]);
            }

            LiftedMethod found = lifter.Lift(method);
            return method.Name != "forward" && found.IsWhole && found.Versions.All(IsOthers) ? new LiftedMethod(method, [], [Diagnostic.Of(Rules.CompiledElsewhere, Frame.StartOf(method), name)]) { IsTrivial = true } : found;
        }
        catch (Exception e) when (e is not CompilationException && Environment.GetEnvironmentVariable("DLAOT_DEBUG") is null or "")
        {
            return new LiftedMethod(method, [], [Diagnostic.Of(Rules.InternalLifting, Frame.StartOf(method), name, $"{e.GetType().Name}: {e.Message}")]);
        }

        bool IsOthers(LiftedVersion v) => v.Graph.Nodes.Length > LargeGraph && Worth.Calls(method.Code()) * OwnShare < v.Graph.Nodes.Length;
    }

    private void Add(ImmutableArray<SplitMethod> found)
    {
        split.AddRange(found);
        parts.UnionWith(found.SelectMany(s => s.Parts).Select(p => p.Lifted.Method));
    }

    // What the code calls that runs when a candidate is called: nothing where it is compiled.
    private IEnumerable<MethodDefinition> Left(LiftedMethod m) =>
        m.IsWhole || (m.IsTrivial && m.Refusal is null) ? [] : Candidates.Called(split.Find(s => s.Host == m.Method)?.Rest ?? m.Method.Code());
}
