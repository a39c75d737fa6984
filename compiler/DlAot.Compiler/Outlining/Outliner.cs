using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>
/// Splits methods that do not lift as a whole. What the lifter refuses stays where it is; the longest ranges around it become methods
/// of their own, which are lifted like any other, with guards, versions and original code of their own. What it refuses in
/// these splits them again. A method that lifts for some numbers of turns of a loop is split, too: its parts run where no version does.
/// </summary>
public sealed class Outliner(World world, Lifter lifter)
{
    private const int MaxHelpers = 20;

    private readonly FixedFields fixedFields = new(world);
    private readonly HashSet<MethodDefinition> seen = [];
    private int helpers = MaxHelpers;

    /// <summary>What could be split of the methods that were refused, and of their own methods that they call.</summary>
    public ImmutableArray<SplitMethod> Split(IEnumerable<LiftedMethod> lifted)
    {
        LiftedMethod[] all = [.. lifted];
        seen.UnionWith(all.Select(m => m.Method));
        var hosts = new Queue<LiftedMethod>(all.Where(m => m.IsWhole ? m.Versions.Any(v => !v.LoopExits.IsEmpty || !v.CountExits.IsEmpty) : !m.IsTrivial || m.Refusal is not null));
        var split = ImmutableArray.CreateBuilder<SplitMethod>();
        while (hosts.TryDequeue(out LiftedMethod? host))
        {
            if (!MayBeSplit(host.Method))
            {
                continue;
            }

            if (Open(host) is not { } search)
            {
                continue;
            }

            if (Run(search) is { } found)
            {
                split.Add(found);
            }

            // A boundary within a method that it calls: that one is split, too.
            foreach ((LiftException refusal, int depth) in search.Refusals.SelectMany(r => Enumerable.Range(0, Math.Max(0, r.Path.Count - 1)).Select(depth => (r, depth))))
            {
                MethodDefinition helper = refusal.Path[depth].Method;
                if (MayBeSplit(helper) && !helper.DeclaringType.Name.StartsWith('<') && !helper.Name.StartsWith('<') && helper.Module == world.Module && helpers > 0 && seen.Add(helper))
                {
                    helpers--;
                    hosts.Enqueue(new LiftedMethod(helper, [], [refusal.ToDiagnostic(LiftedMethod.NameOf(helper))]) { Refusal = refusal });
                }
            }
        }

        return split.ToImmutable();
    }

    // Nothing is known of IL that does not fit together.
    private PartSearch? Open(LiftedMethod host)
    {
        try
        {
            return new PartSearch(world, lifter, fixedFields, host);
        }
        catch (Exception e) when (e is not CompilationException && Environment.GetEnvironmentVariable("DLAOT_DEBUG") is null or "")
        {
            return null;
        }
    }

    // A bug in splitting one method must not keep the others from being compiled.
    private static SplitMethod? Run(PartSearch search)
    {
        try
        {
            return search.Run();
        }
        catch (Exception e) when (e is not CompilationException && Environment.GetEnvironmentVariable("DLAOT_DEBUG") is null or "")
        {
            search.Undo();
            return null;
        }
    }

    private static bool MayBeSplit(MethodDefinition m) =>
        m is { HasBody: true, IsConstructor: false, HasGenericParameters: false, DeclaringType: { HasGenericParameters: false, IsInterface: false } } && m.HasCode() && m.Body.Instructions.Count <= PartSearch.MaxInstructions
        && Annotations.EagerPlace(m) is null && Candidates.FindBackward(m) is null && !m.Body.Instructions.Any(i => i.OpCode.Code is Code.Jmp or Code.Arglist or Code.Tail);
}
